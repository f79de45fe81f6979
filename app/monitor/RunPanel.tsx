/** The run in figures, with its buttons. */
import { IconButton, ProgressBar } from '../look/controls.tsx';
import { X } from 'lucide-react';
import { Failure } from '../look/Failure.tsx';
import { RunControls } from '../shell/RunControls.tsx';
import { useDataset } from '../store/dataset.ts';
import { useDocument } from '../store/document.ts';
import { formatBytes, formatCount, formatDuration } from '../store/format.ts';
import { isActive, useRun, type RunValues } from '../store/run.ts';
import { useMemoryForecast } from './memory-forecast.ts';

/** The panel at the right of the monitor. */
export function RunPanel() {
  const run = useRun();
  const { record } = run;
  const planned = useDocument((state) => state.solver?.maxIter);
  const trainCount = useDataset((state) => state.opened?.summary.trainCount);
  const total = isActive(run.state) || run.iteration > 0 ? run.maxIter : (planned ?? 0);
  return (
    <section className="run-panel" aria-label="Run">
      <div className="run-line">
        <span>{stateText(run)}</span>
        <span className="figures">of {formatCount(total)}</span>
      </div>
      <div className="run-iteration figures" aria-label="Iteration" data-run-state={run.state}>
        {formatCount(run.iteration)}
      </div>
      <ProgressBar done={run.iteration} total={Math.max(1, total)} label="Iterations" />
      <Job run={run} />
      <Failure
        failure={run.failure}
        action={
          <IconButton label="Dismiss" small onClick={() => useRun.setState({ failure: undefined })}>
            <X />
          </IconButton>
        }
      />
      <dl className="run-figures">
        <Figure name="Images a second" value={run.imagesPerSecond > 0 ? formatRate(run.imagesPerSecond) : undefined} />
        <Figure name="Elapsed" value={run.elapsedSeconds > 0 ? formatDuration(run.elapsedSeconds) : undefined} />
        <Figure
          name="Remaining"
          value={run.remainingSeconds === undefined ? undefined : formatDuration(run.remainingSeconds)}
        />
        <Figure
          name="Epoch"
          value={
            trainCount === undefined || trainCount === 0 || record === undefined
              ? undefined
              : ((run.iteration * record.batch) / trainCount).toFixed(2)
          }
        />
        <Memory run={run} />
        <Figure name="Seed" value={record && String(record.seed)} />
        <Figure
          name="Engine"
          value={record?.engine.device}
          hint={record && `${record.engine.device}. ${record.reason}`}
        />
      </dl>
      <StartingPoint run={run} />
      <RunControls words />
    </section>
  );
}

function Job({ run: { job } }: { readonly run: RunValues }) {
  if (job === undefined) return null;
  return (
    <div className="run-job">
      <div className="run-line">
        <span className="run-job-what">{job.what}</span>
        {job.total > 0 && (
          <span className="figures">
            {formatCount(job.done)} / {formatCount(job.total)}
          </span>
        )}
      </div>
      <ProgressBar done={job.done} total={job.total} label={job.what} />
    </div>
  );
}

/** What the run takes; before one, what it would take. */
function Memory({ run: { record, state } }: { readonly run: RunValues }) {
  const forecast = useMemoryForecast();
  if (isActive(state) || forecast === undefined)
    return <Figure name="Device memory" value={record && formatBytes(record.deviceBytes)} />;
  const { bytes, fits, largestBatch } = forecast;
  const most =
    largestBatch === undefined || (fits && largestBatch > MANY)
      ? undefined
      : largestBatch === 0
        ? 'not even a batch of 1 fits'
        : `a batch of ${formatCount(largestBatch)} fits at most`;
  return (
    <>
      <Figure
        name={fits ? 'Needs about' : 'Does not fit: needs'}
        value={formatBytes(bytes)}
        hint={`Memory of the device that the next run takes${most === undefined ? '' : `; ${most}`}`}
      />
      {!fits && most !== undefined && (
        <div className="run-line run-start" role="status">
          <span className="run-job-what">
            {most.replace(/^./, (letter) => letter.toUpperCase())}: change batch_size
          </span>
        </div>
      )}
    </>
  );
}

/** Batches larger than this say only that there is plenty of room. */
const MANY = 100_000;

function StartingPoint({ run: { startingPoint } }: { readonly run: RunValues }) {
  if (startingPoint === undefined) return null;
  return (
    <div className="run-line run-start">
      <span className="run-job-what" title={`${startingPoint.name}; Reset starts from the fillers again`}>
        Next run starts from {startingPoint.name}
      </span>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly hint?: string | undefined;
}

function Figure({ name, value, hint }: FigureProps) {
  return (
    <div className="run-line" title={hint}>
      <dt>{name}</dt>
      <dd className={value === undefined ? 'figures figure-none' : 'figures'}>{value ?? '–'}</dd>
    </div>
  );
}

function stateText({ state, what }: RunValues): string {
  switch (state) {
    case 'idle':
      return 'Iteration';
    case 'preparing':
      return what ?? 'Preparing';
    case 'running':
      return 'Training';
    case 'testing':
      return 'Testing';
    case 'paused':
      return 'Paused';
    case 'stopping':
      return 'Stopping';
    case 'finished':
      return what ?? 'Finished';
    case 'failed':
      return 'Failed';
  }
}

function formatRate(imagesPerSecond: number): string {
  return imagesPerSecond >= 100 ? formatCount(imagesPerSecond) : imagesPerSecond.toFixed(1);
}
