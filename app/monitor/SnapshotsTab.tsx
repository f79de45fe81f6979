/** The Snapshots tab: what runs have left behind, and weights from files. */
import { Play, Trash2, Upload, X } from 'lucide-react';
import { useRef } from 'react';
import { Button, IconButton } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { continueFrom } from '../shell/commands/run.ts';
import { downloadSnapshot, loadWeightFiles, removeSnapshot } from '../shell/commands/weights.ts';
import { formatBytes, formatCount, plural } from '../store/format.ts';
import { isActive, useRun, type StartingPoint } from '../store/run.ts';
import type { SnapshotInfo } from '../workers/protocol.ts';
import { ExampleWeights } from './ClassifyTab.tsx';
import './snapshots.css';

/** The tab. */
export function SnapshotsTab() {
  const snapshots = useRun((state) => state.snapshots);
  const active = useRun((state) => isActive(state.state));
  const startingPoint = useRun((state) => state.startingPoint);
  return (
    <div className="snapshots">
      <div className="snapshots-list">
        {snapshots.length === 0 ? (
          <div className="empty">
            <strong>No snapshots yet</strong>
            <p>
              A run takes one every <code>snapshot</code> iterations and when it stops; the camera in the bar takes one
              at once. Each holds the weights and the solver’s state, and stays in this browser.
            </p>
          </div>
        ) : (
          <table className="snapshot-table">
            <thead>
              <tr>
                <th>Snapshot</th>
                <th className="snapshot-number">Iteration</th>
                <th>Taken</th>
                <th className="snapshot-number">Size</th>
                <th className="snapshot-engine">Computed on</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {snapshots.map((snapshot) => (
                <SnapshotRow key={snapshot.name} snapshot={snapshot} active={active} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      <div className="snapshots-load">
        <LoadWeights />
        <ExampleWeights />
        <WeightsFailure />
        {startingPoint !== undefined && <Report startingPoint={startingPoint} />}
      </div>
    </div>
  );
}

const time = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' });

function SnapshotRow({ snapshot, active }: { readonly snapshot: SnapshotInfo; readonly active: boolean }) {
  const { name, iteration, when, bytes, engine, format } = snapshot;
  const ending = format === 'HDF5' ? '.h5' : '';
  return (
    <tr>
      <td className="figures copyable" title={engine?.device}>
        {name}
      </td>
      <td className="figures snapshot-number">{formatCount(iteration)}</td>
      <td className="figures">{time.format(when)}</td>
      <td className="figures snapshot-number">{formatBytes(bytes)}</td>
      <td className="snapshot-engine">{engine?.device ?? '–'}</td>
      <td>
        <div className="snapshot-actions">
          <Button
            small
            icon={<Play />}
            disabled={active}
            title={active ? 'Stop the run first' : undefined}
            onClick={() => void continueFrom(name)}
          >
            Continue from here
          </Button>
          <Button small tone="quiet" onClick={() => void downloadSnapshot(name, 'caffemodel')}>
            .caffemodel{ending}
          </Button>
          <Button small tone="quiet" onClick={() => void downloadSnapshot(name, 'solverstate')}>
            .solverstate{ending}
          </Button>
          <IconButton label={`Remove ${name}`} small onClick={() => void removeSnapshot(name)}>
            <Trash2 />
          </IconButton>
        </div>
      </td>
    </tr>
  );
}

function WeightsFailure() {
  const failure = useRun((state) => state.weightsFailure);
  return (
    <div className="weights-failure">
      <Failure
        failure={failure}
        action={
          <IconButton label="Dismiss" small onClick={() => useRun.setState({ weightsFailure: undefined })}>
            <X />
          </IconButton>
        }
      />
    </div>
  );
}

function LoadWeights() {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <h3>From a file</h3>
      <p>
        A .caffemodel is copied by layer name, as Caffe does for fine-tuning, and the next run starts with it. With the
        .solverstate of the same iteration the run it belongs to goes on. Caffe’s HDF5 form (.h5), safetensors and
        NumPy’s .npz are read as well.
      </p>
      <Button small icon={<Upload />} onClick={() => chooser.current?.click()}>
        Load weights or state
      </Button>
      <input
        ref={chooser}
        type="file"
        accept=".caffemodel,.solverstate,.h5,.safetensors,.npz"
        multiple
        hidden
        data-testid="weight-files"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) void loadWeightFiles(files);
        }}
      />
    </>
  );
}

function Report({ startingPoint: { name, report } }: { readonly startingPoint: StartingPoint }) {
  return (
    <div className="copy-report" role="status">
      <h3 className="copyable">{name}</h3>
      {report !== undefined && (
        <dl>
          <ReportLine term="copied" layers={report.copied} />
          <ReportLine term="ignored" layers={report.ignored} what="in the file, not in this net" />
          <ReportLine term="missing" layers={report.missing} what="in this net, not in the file: start from fillers" />
        </dl>
      )}
    </div>
  );
}

interface ReportLineProps {
  readonly term: string;
  readonly layers: readonly string[];
  readonly what?: string;
}

function ReportLine({ term, layers, what }: ReportLineProps) {
  return (
    <div className="report-line" title={what}>
      <dt>{term}</dt>
      <dd className="copyable">
        {plural(layers.length, 'layer')}
        {layers.length > 0 && <span className="figures"> {layers.join(', ')}</span>}
      </dd>
    </div>
  );
}
