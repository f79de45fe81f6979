/** All sets of this browser in one table, a row for each: what they hold and what their pixels are like. */
import { Button, classes } from '../../look/controls.tsx';
import { examineData, switchData } from '../../shell/commands/data.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatBytes, formatCount } from '../../store/format.ts';

/** The table. */
export function CompareSets() {
  const sets = useDataset((state) => state.sets);
  const facts = useDataset((state) => state.facts);
  const inUse = useDataset((state) => state.opened?.summary.name);
  const busy = useDataset((state) => state.job !== undefined || state.examining !== undefined);
  const numbers = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join(' ');
  return (
    <div className="data-finding">
      <table className="compare-table" aria-label="All data sets">
        <thead>
          <tr>
            {[
              'Set',
              'Form',
              'Images',
              'Classes',
              'Training',
              'Test',
              'Mean',
              'Deviation',
              'Repeats',
              'Broken',
              'Size',
            ].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sets.map((set) => {
            const known = facts[set.name];
            const shown = known === undefined ? undefined : known.train.mean.length > 0 ? known.train : known.test;
            return (
              <tr key={set.name} className={classes(set.name === inUse && 'compare-used')}>
                <th scope="row">
                  <button type="button" className="link" disabled={busy} onClick={() => void switchData(set.name)}>
                    {set.name}
                  </button>
                </th>
                <td>{set.format ?? 'generated'}</td>
                <td className="figures">
                  {set.channels}×{set.height}×{set.width}
                  {set.channels === 3 ? ` ${set.channelOrder ?? ''}` : ''}
                </td>
                <td className="figures">{formatCount(set.classNames.length)}</td>
                <td className="figures">{formatCount(set.trainCount)}</td>
                <td className="figures">{formatCount(set.testCount)}</td>
                {shown === undefined ? (
                  <td colSpan={3}>
                    <Button small disabled={busy} onClick={() => void examineData(set.name)}>
                      Examine
                    </Button>
                  </td>
                ) : (
                  <>
                    <td className="figures">{numbers(shown.mean)}</td>
                    <td className="figures">{numbers(shown.deviation)}</td>
                    <td className="figures">{formatCount(known?.duplicates.length ?? 0)}</td>
                  </>
                )}
                <td className="figures">{formatCount(set.broken?.count ?? 0)}</td>
                <td className="figures">{formatBytes(set.bytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
