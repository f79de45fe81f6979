/** The rows of the cost table: made from costs, sorted and filtered, and which of them are in sight. Pure. */
import { figuresOf, type CostFigures, type CostUnit } from '../../caffe/net/cost-table.ts';
import type { NetCost } from '../../caffe/net/cost.ts';
import { COST_COLUMNS, type CostColumn, type CostRow } from './cost-columns.ts';

/** What the rows are sorted by; undefined for the order of the text. */
export interface CostSort {
  readonly column: string;
  readonly descending: boolean;
}

/** A row for each layer, in the order of the text. */
export const costTableRows = (cost: NetCost, unit: CostUnit): CostRow[] =>
  cost.layers.map((layer, order) => ({ layer, order, figures: figuresOf(layer, cost, unit) }));

/** The rows whose name or type has every word of the filter in it, sorted; equal ones stay in the order of the text. */
export function arrange(rows: readonly CostRow[], filter: string, sort: CostSort | undefined): readonly CostRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(({ layer }) => {
    const text = `${layer.name} ${layer.type}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const column = sort && COST_COLUMNS.find(({ id }) => id === sort.column);
  if (!column) return found;
  const turn = sort.descending ? -1 : 1;
  return found
    .map((row) => ({ row, key: column.key(row) }))
    .sort((a, b) => {
      if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined);
      return turn * compare(a.key, b.key);
    })
    .map(({ row }) => row);
}

/** Numbers by size; words as people order them, so that `conv2` comes before `conv10`. */
const compare = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });

/** What a press on a heading asks for: the most first, then the least, then the order of the text; words from A first. */
export function nextSort(sort: CostSort | undefined, column: CostColumn): CostSort | undefined {
  const first = column.kind === 'number';
  if (sort?.column !== column.id) return { column: column.id, descending: first };
  return sort.descending === first ? { column: column.id, descending: !first } : undefined;
}

/** A row's part of the total of a column, 0 to 1; undefined where there is nothing to share. */
export function shareOf(row: CostRow, totals: CostFigures, { figure }: CostColumn): number | undefined {
  if (figure === undefined) return undefined;
  const [value, total] = [row.figures[figure], totals[figure]];
  return value === undefined || total === undefined || total === 0 ? undefined : value / total;
}

/** The rows to draw, `[start, end)`: those in sight and some on either side. */
export function rowsInSight(
  count: number,
  { top, height, rowHeight }: { readonly top: number; readonly height: number; readonly rowHeight: number },
): readonly [start: number, end: number] {
  const spare = 8;
  const start = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - spare));
  return [start, Math.min(count, Math.ceil((top + height) / rowHeight) + spare)];
}

/** Where to scroll so that a row stands in sight: unchanged if it does already, else to the middle, or by one row at the edge. */
export function scrollFor(
  index: number,
  { top, height, rowHeight }: { readonly top: number; readonly height: number; readonly rowHeight: number },
): number {
  const [above, below] = [index * rowHeight, (index + 1) * rowHeight];
  if (above >= top && below <= top + height) return top;
  if (above < top && top - above <= rowHeight) return above;
  if (below > top + height && below - top - height <= rowHeight) return below - height;
  return Math.max(0, above - (height - rowHeight) / 2);
}
