/** What is wrong with a set's records: images that are in both splits, and records that were passed over. */
import { useState } from 'react';
import type { DatasetSummary, ImageDataset } from '../../data/dataset.ts';
import { Button } from '../../look/controls.tsx';
import { examineData } from '../../shell/commands/data.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatCount, plural } from '../../store/format.ts';
import { SplitImage } from './ImageGrid.tsx';

/** Repeats shown before more are asked for. */
const step = 60;

/** Test images that are training images too, each beside its twin. */
export function Repeats({ dataset }: { readonly dataset: ImageDataset }) {
  const facts = useDataset((state) => state.facts[dataset.name]);
  const examining = useDataset((state) => state.examining !== undefined);
  const [shown, setShown] = useState(step);
  if (facts === undefined) {
    return (
      <div className="data-finding">
        <p>{examining ? 'The images are being compared.' : 'The images were not compared yet.'}</p>
        {!examining && (
          <Button small onClick={() => void examineData(dataset.name)}>
            Compare them
          </Button>
        )}
      </div>
    );
  }
  const { duplicates } = facts;
  if (duplicates.length === 0) {
    return (
      <p className="data-finding">
        {dataset.train.count === 0 || dataset.test.count === 0
          ? 'Without training and test images there is nothing to compare.'
          : 'No test image is a training image too, compared byte by byte.'}
      </p>
    );
  }
  return (
    <div className="data-finding">
      <p>
        {plural(duplicates.length, 'test image')} of {formatCount(dataset.test.count)} can be learned by heart: the same
        picture is among the training images.
      </p>
      <ul className="repeat-list">
        {duplicates.slice(0, shown).map(({ test, train }) => {
          const names = [dataset.test.labels[test], dataset.train.labels[train]].map(
            (label) => dataset.classNames[label ?? -1] ?? '?',
          );
          return (
            <li key={test} className="repeat">
              <SplitImage
                dataset={dataset}
                splitName="test"
                index={test}
                size={32}
                label={`test ${test}, ${names[0]}`}
              />
              <SplitImage
                dataset={dataset}
                splitName="train"
                index={train}
                size={32}
                label={`train ${train}, ${names[1]}`}
              />
              <span className="grid-label">{names[0] === names[1] ? names[0] : `${names[0]} / ${names[1]}`}</span>
              <span className="grid-label figures">
                {test} = {train}
              </span>
            </li>
          );
        })}
      </ul>
      {duplicates.length > shown && (
        <Button small onClick={() => setShown(shown + step)}>
          Show more
        </Button>
      )}
    </div>
  );
}

/** Records that could not be read: which, and why. */
export function Broken({ summary }: { readonly summary: DatasetSummary }) {
  const { broken, trainCount, testCount } = summary;
  if (broken === undefined) return <p className="data-finding">All records were read.</p>;
  const all = broken.count + trainCount + testCount;
  return (
    <div className="data-finding">
      <p>
        {formatCount(broken.count)} of {formatCount(all)} records could not be read and were passed over
        {broken.records.length < broken.count ? `; the first ${formatCount(broken.records.length)} are listed` : ''}.
      </p>
      <table className="broken-table" aria-label="Records passed over">
        <tbody>
          {broken.records.map(({ where, why }) => (
            <tr key={where}>
              <th scope="row" className="copyable">
                {where}
              </th>
              <td className="copyable">{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
