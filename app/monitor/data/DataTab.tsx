/** The Data tab: the sets kept here and how to add one, what the one in use holds, and its images. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { IconButton, ProgressBar, Segmented } from '../../look/controls.tsx';
import { Failure } from '../../look/Failure.tsx';
import { cancelData, stopExamining } from '../../shell/commands/data.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatCount } from '../../store/format.ts';
import { CompareSets } from './CompareSets.tsx';
import { DataLayers } from './DataLayers.tsx';
import { ImageGrid } from './ImageGrid.tsx';
import { Broken, Repeats } from './SetFindings.tsx';
import { SetList } from './SetList.tsx';
import { SetSummary } from './SetSummary.tsx';
import './data.css';

/** The tab. */
export function DataTab() {
  const opened = useDataset((state) => state.opened);
  return (
    <div className="data-tab">
      <SetFailure />
      <div className="data-row">
        <div className="data-sets">
          <Jobs />
          <DataLayers place="above" />
          <SetList />
          <DataLayers place="below" />
        </div>
        {opened === undefined ? (
          <div className="empty">
            <strong>No data set open</strong>
            <p>Drop an archive, a folder or files of a data set anywhere on the page.</p>
          </div>
        ) : (
          <>
            <SetSummary summary={opened.summary} mean={opened.mean} />
            <Pane />
          </>
        )}
      </div>
    </div>
  );
}

type View = 'images' | 'repeats' | 'broken' | 'sets';

/** The right half: images, what is wrong with them, or all sets beside each other. */
function Pane() {
  const opened = useDataset((state) => state.opened);
  const facts = useDataset((state) => state.facts[opened?.summary.name ?? '']);
  const several = useDataset((state) => state.sets.length > 1);
  const [chosen, setChosen] = useState<View>('images');
  if (opened === undefined) return null;
  const { summary, dataset } = opened;
  const count = (number: number | undefined) =>
    number === undefined || number === 0 ? '' : <span className="figures"> {formatCount(number)}</span>;
  const options: { value: View; label: React.ReactNode }[] = [
    { value: 'images', label: 'Images' },
    { value: 'repeats', label: <>Repeats{count(facts?.duplicates.length)}</> },
  ];
  if (summary.broken !== undefined) options.push({ value: 'broken', label: <>Broken{count(summary.broken.count)}</> });
  if (several) options.push({ value: 'sets', label: 'All sets' });
  const view = options.some(({ value }) => value === chosen) ? chosen : 'images';
  const lead = <Segmented small label="Shown" value={view} options={options} onChange={setChosen} />;
  if (view === 'images') {
    // A new set starts with its first page and all classes.
    return <ImageGrid key={`${summary.name} ${summary.source}`} dataset={dataset} lead={lead} />;
  }
  return (
    <section className="image-grid" aria-label={view === 'sets' ? 'All sets' : 'Findings'}>
      <div className="grid-head">{lead}</div>
      {view === 'repeats' && <Repeats dataset={dataset} />}
      {view === 'broken' && <Broken summary={summary} />}
      {view === 'sets' && <CompareSets />}
    </section>
  );
}

/** What the data worker is doing, each with a way to stop it. */
function Jobs() {
  const job = useDataset((state) => state.job);
  const examining = useDataset((state) => state.examining);
  return (
    <>
      {job !== undefined && <Job {...job} label="Cancel" stop={cancelData} />}
      {job === undefined && examining !== undefined && (
        <Job {...examining} label="Stop examining" stop={stopExamining} />
      )}
    </>
  );
}

interface JobProps {
  readonly done: number;
  readonly total: number;
  readonly what: string;
  readonly label: string;
  readonly stop: () => Promise<void>;
}

function Job({ done, total, what, label, stop }: JobProps) {
  const percent = total > 0 ? `${Math.floor((done / total) * 100)}%` : '';
  return (
    <div className="data-job" role="status">
      <div className="run-line">
        <span className="run-job-what">{what}</span>
        <span className="figures">{percent}</span>
        <IconButton label={label} small onClick={() => void stop()}>
          <X />
        </IconButton>
      </div>
      <ProgressBar done={done} total={total} label={what} />
    </div>
  );
}

function SetFailure() {
  const failure = useDataset((state) => state.failure);
  return (
    <Failure
      failure={failure}
      action={
        <IconButton label="Dismiss" small onClick={() => useDataset.setState({ failure: undefined })}>
          <X />
        </IconButton>
      }
    />
  );
}
