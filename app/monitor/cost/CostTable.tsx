/**
 * The table of costs: only the rows in sight are drawn, so that a net of a thousand layers scrolls as a small one does.
 * One row is the selected layer's, here as in the graph and in the text; arrow keys move it.
 */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, useEffect, useMemo, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { figuresOf, type CostFigures } from '../../caffe/net/cost-table.ts';
import type { NetCost } from '../../caffe/net/cost.ts';
import { classes } from '../../look/controls.tsx';
import { useDocument } from '../../store/document.ts';
import { formatPercent } from '../../store/format.ts';
import { useView } from '../../store/view.ts';
import { useSize } from '../../look/use-size.ts';
import { columnsOf, type CostColumn, type CostRow } from './cost-columns.ts';
import { arrange, costTableRows, nextSort, rowsInSight, scrollFor, shareOf } from './cost-rows.ts';
import { useCostView } from './cost-state.ts';

/** Heights in pixels, as the style sheet has them. */
const [rowHeight, headHeight, footHeight] = [26, 30, 30];

/** Scrolling draws new rows every few rows only: there are spare ones beyond the edges. */
const stepOf = (scrollTop: number): number => Math.floor(scrollTop / (4 * rowHeight)) * 4 * rowHeight;

/** Shows a layer in the text and leaves the cursor there. */
function reveal(id: string): void {
  const { nets, phase } = useDocument.getState();
  const layer = nets?.[phase].layers.find((other) => other.id === id);
  if (layer !== undefined) useView.getState().reveal?.('network', layer.range);
}

const select = (id: string): void => useDocument.setState({ selection: [id] });

/** The table with headings that sort, rows and totals. */
export function CostTable({ cost }: { readonly cost: NetCost }) {
  const { mode, unit, filter, sort } = useCostView();
  const selected = useDocument((state) => state.selection[0]);
  const families = useFamilies();
  const all = useMemo(() => costTableRows(cost, unit), [cost, unit]);
  const rows = useMemo(() => arrange(all, filter, sort), [all, filter, sort]);
  const totals = useMemo(() => figuresOf(cost.totals, cost, unit), [cost, unit]);
  const columns = useMemo(() => columnsOf(mode), [mode]);
  const most = useMemo(() => largestShares(all, totals, columns), [all, totals, columns]);

  const [scroller, size] = useSize<HTMLDivElement>();
  const [top, setTop] = useState(0);
  const height = Math.max(rowHeight, size.height - headHeight - footHeight);
  const [start, end] = rowsInSight(rows.length, { top, height, rowHeight });
  const active = rows.findIndex(({ layer }) => layer.id === selected);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || active < 0 || size.height === 0) return;
    const place = scrollFor(active, { top: element.scrollTop, height, rowHeight });
    if (place !== element.scrollTop) element.scrollTo({ top: place });
  }, [scroller, active, height, size.height]);

  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && active >= 0 && selected !== undefined) {
      event.preventDefault();
      reveal(selected);
      return;
    }
    const to = rowAfter(event.key, active, {
      count: rows.length,
      page: Math.max(1, Math.floor(height / rowHeight) - 1),
    });
    const row = to === undefined ? undefined : rows[to];
    if (row === undefined) return;
    event.preventDefault();
    select(row.layer.id);
  };

  const shown = rows[active] !== undefined && active >= start && active < end ? rows[active] : undefined;
  return (
    <div
      ref={scroller}
      className="cost-scroller"
      onScroll={({ currentTarget }) => setTop(stepOf(currentTarget.scrollTop))}
    >
      <table
        role="grid"
        className="cost-table"
        aria-label="Cost of each layer"
        aria-rowcount={rows.length + 2}
        aria-activedescendant={shown && rowId(shown)}
        tabIndex={0}
        style={{ minWidth: columns.reduce((sum, { width }) => sum + width, 0) }}
        onKeyDown={onKeyDown}
      >
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} style={id === 'name' ? { minWidth: width } : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Heading key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={start * rowHeight} columns={columns.length} />
          {rows.slice(start, end).map((row, i) => (
            <Row
              key={row.layer.id}
              row={row}
              index={start + i}
              selected={start + i === active}
              family={families.get(row.layer.id) ?? 'unknown'}
              columns={columns}
              totals={totals}
              most={most}
            />
          ))}
          <Space height={(rows.length - end) * rowHeight} columns={columns.length} />
        </tbody>
        <tfoot>
          <tr aria-rowindex={rows.length + 2}>
            {columns.map((column) =>
              column.id === 'name' ? (
                <th key={column.id} scope="row">
                  Whole net
                </th>
              ) : (
                <td key={column.id} className={column.kind === 'number' ? 'cost-number figures' : undefined}>
                  {column.figure !== undefined && (
                    <span className="cost-figure" title={exact(totals[column.figure])}>
                      {column.total?.(totals)}
                    </span>
                  )}
                  {column.shares === true && <span className="cost-percent" aria-hidden />}
                </td>
              ),
            )}
          </tr>
        </tfoot>
      </table>
      {rows.length === 0 && <p className="cost-none">No layer’s name or type has “{filter}” in it.</p>}
    </div>
  );
}

const rowId = ({ order }: CostRow): string => `cost-row-${order}`;

/** The row that a key goes to; undefined for keys that mean nothing here. */
function rowAfter(
  key: string,
  active: number,
  { count, page }: { readonly count: number; readonly page: number },
): number | undefined {
  const last = count - 1;
  const within = (index: number) => Math.max(0, Math.min(last, index));
  switch (key) {
    case 'ArrowDown':
      return within(active + 1);
    case 'ArrowUp':
      return within(active < 0 ? last : active - 1);
    case 'PageDown':
      return within(Math.max(0, active) + page);
    case 'PageUp':
      return within(active - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

interface RowProps {
  readonly row: CostRow;
  /** Place in the table as it is sorted, from 0. */
  readonly index: number;
  readonly selected: boolean;
  readonly family: string;
  readonly columns: readonly CostColumn[];
  readonly totals: CostFigures;
  readonly most: ReadonlyMap<string, number>;
}

const Row = memo(function Row({ row, index, selected, family, columns, totals, most }: RowProps) {
  const { id } = row.layer;
  return (
    <tr
      id={rowId(row)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className="cost-row"
      style={{ '--family': `var(--family-${family})` } as CSSProperties}
      onClick={() => select(id)}
      onDoubleClick={() => reveal(id)}
    >
      {columns.map((column) => (
        <Cell key={column.id} row={row} column={column} share={shareOf(row, totals, column)} most={most} />
      ))}
    </tr>
  );
});

/** Colour groups of the layers, by id. */
function useFamilies(): ReadonlyMap<string, string> {
  const net = useDocument((state) => state.goodNets?.[state.phase]);
  return useMemo(() => new Map(net?.layers.map(({ id, family }) => [id, family])), [net]);
}

/** The largest share of each column: its bar is a full one. */
function largestShares(
  rows: readonly CostRow[],
  totals: CostFigures,
  columns: readonly CostColumn[],
): ReadonlyMap<string, number> {
  return new Map(
    columns
      .filter(({ shares }) => shares)
      .map((column) => [column.id, rows.reduce((most, row) => Math.max(most, shareOf(row, totals, column) ?? 0), 0)]),
  );
}

function Heading({ column }: { readonly column: CostColumn }) {
  const sort = useCostView((state) => state.sort);
  const sorted = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const Arrow = sorted === 'ascending' ? ArrowUp : ArrowDown;
  return (
    <th scope="col" aria-sort={sorted} className={column.kind === 'number' ? 'cost-number' : undefined}>
      <button
        type="button"
        className="cost-sort"
        title={column.doc}
        onClick={() => useCostView.setState(({ sort: before }) => ({ sort: nextSort(before, column) }))}
      >
        <Arrow className={classes('cost-arrow', sorted === 'none' && 'cost-arrow-none')} aria-hidden />
        <span>{column.title}</span>
      </button>
    </th>
  );
}

interface CellProps {
  readonly row: CostRow;
  readonly column: CostColumn;
  readonly share: number | undefined;
  readonly most: ReadonlyMap<string, number>;
}

function Cell({ row, column, share, most }: CellProps) {
  const text = column.text(row);
  if (column.kind === 'text') {
    return column.id === 'name' ? (
      <th scope="row" title={text}>
        {text}
      </th>
    ) : (
      <td title={text}>{text}</td>
    );
  }
  const value = column.figure === undefined ? undefined : row.figures[column.figure];
  const faint = text === 'unknown' || value === 0;
  const largest = most.get(column.id) ?? 0;
  return (
    <td className="cost-number figures" title={column.figure === undefined ? text : exact(value)}>
      <span className={classes('cost-figure', faint && 'cost-faint')}>{text}</span>
      {column.shares === true && (
        <span className="cost-percent">{share === undefined || share === 0 ? '' : percent(share)}</span>
      )}
      {column.shares === true && share !== undefined && largest > 0 && (
        <i className="cost-bar" style={{ width: `${(100 * share) / largest}%` }} aria-hidden />
      )}
    </td>
  );
}

/** `<0.1%` rather than a share that looks like nothing. */
const percent = (share: number): string => (share < 0.0005 ? '<0.1%' : formatPercent(share));

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** All digits of a figure. */
const exact = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : whole.format(value);

/** Room for rows that are not drawn. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="cost-space" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}
