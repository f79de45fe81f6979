/** The Data tab: the sets kept here and how to add one, what the one in use holds, and its images. */
import { Divide, Download, File as FileIcon, FolderOpen, PenLine, Pencil, Trash2, X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { DatasetSummary } from '../../data/dataset.ts';
import { Button, classes, IconButton, ProgressBar } from '../../look/controls.tsx';
import { Failure } from '../../look/Failure.tsx';
import { cancelData, holdOutData, importData, removeData, renameData, switchData } from '../../shell/commands/data.ts';
import { downloadMean } from '../../shell/commands/download-mean.ts';
import { filesOfInput } from '../../shell/dropped-files.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatBytes, formatCount } from '../../store/format.ts';
import { ImageGrid } from './ImageGrid.tsx';
import { Thumbnail } from './Thumbnail.tsx';

/** The tab. */
export function DataTab() {
  const opened = useDataset((state) => state.opened);
  return (
    <div className="data-tab">
      <SetFailure />
      <div className="data-row">
        <div className="data-sets">
          <Sets />
          <Job />
        </div>
        {opened === undefined ? (
          <div className="empty">
            <strong>No data set open</strong>
            <p>Drop an archive, a folder or files of a data set anywhere on the page.</p>
          </div>
        ) : (
          <>
            <Summary summary={opened.summary} mean={opened.mean} />
            {/* A new set starts with its first page and all classes. */}
            <ImageGrid key={`${opened.summary.name} ${opened.summary.source}`} dataset={opened.dataset} />
          </>
        )}
      </div>
    </div>
  );
}

function Sets() {
  const sets = useDataset((state) => state.sets);
  const inUse = useDataset((state) => state.opened?.summary.name);
  const busy = useDataset((state) => state.job !== undefined);
  return (
    <>
      <ul className="set-list" aria-label="Data sets kept in this browser">
        {sets.map((set, i) => (
          <li key={set.name} className={classes('set', set.name === inUse && 'set-used')}>
            <button
              type="button"
              className="set-choose"
              aria-pressed={set.name === inUse}
              disabled={busy}
              onClick={() => void switchData(set.name)}
            >
              <span className="set-name">{set.name}</span>
              <span className="set-fact figures">{formatCount(set.trainCount + set.testCount)}</span>
              <span className="set-source">{set.source === 'generated' ? 'generated here' : set.source}</span>
              <span className="set-fact set-bytes figures">{formatBytes(set.bytes)}</span>
            </button>
            {i > 0 && (
              <IconButton
                label={`Remove ${set.name} from this browser`}
                small
                onClick={() => void removeData(set.name)}
              >
                <Trash2 />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      <Choose />
    </>
  );
}

/** Makes a file input choose folders: in every browser, though not in React's types. */
const folderInput = { webkitdirectory: '' };

/** Name of the second generated set, made when it is first used. */
const digits = 'Digits';

function Choose() {
  const hasDigits = useDataset((state) => state.sets.some(({ name }) => name === digits));
  const storage = useDataset((state) => state.storage);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    const chosen = filesOfInput(input.files);
    input.value = '';
    if (chosen.length > 0) void importData(chosen);
  };
  return (
    <div className="data-choose">
      <div className="data-buttons">
        <Button small icon={<FileIcon />} onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button small icon={<FolderOpen />} onClick={() => folder.current?.click()}>
          Folder
        </Button>
        {!hasDigits && (
          <Button small icon={<PenLine />} onClick={() => void switchData(digits)}>
            Use sample digits
          </Button>
        )}
      </div>
      <p className="data-storage">
        Or drop them anywhere on the page: CIFAR, MNIST, LMDB, HDF5, Parquet, NumPy, CSV, or pictures in a folder for
        each class. They stay in this browser.
      </p>
      {storage !== undefined && (
        <p className="data-storage">
          This page takes {formatBytes(storage.used)} of the {formatBytes(storage.quota)} that the browser allows.
        </p>
      )}
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="data-files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input ref={folder} type="file" {...folderInput} hidden onChange={(event) => take(event.currentTarget)} />
    </div>
  );
}

function Job() {
  const job = useDataset((state) => state.job);
  if (job === undefined) return null;
  const percent = job.total > 0 ? `${Math.floor((job.done / job.total) * 100)}%` : '';
  return (
    <div className="data-job" role="status">
      <div className="run-line">
        <span className="run-job-what">{job.what}</span>
        <span className="figures">{percent}</span>
        <IconButton label="Cancel" small onClick={() => void cancelData()}>
          <X />
        </IconButton>
      </div>
      <ProgressBar done={job.done} total={job.total} label={job.what} />
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

function Summary({ summary, mean }: { readonly summary: DatasetSummary; readonly mean: Float32Array }) {
  const { channels, height, width, classNames, trainPerClass, testPerClass } = summary;
  const most = Math.max(1, ...trainPerClass, ...testPerClass);
  return (
    <div className="data-summary">
      <div className="data-head">
        <figure className="data-mean">
          <Thumbnail
            pixels={mean}
            {...{ channels, height, width }}
            size={40}
            label="Mean image of the training images"
          />
          <figcaption>
            mean
            <IconButton label="Download the mean as .binaryproto" small onClick={() => downloadMean(summary, mean)}>
              <Download />
            </IconButton>
          </figcaption>
        </figure>
        <div>
          <SetName key={summary.name} summary={summary} />
          <p>
            {formatCount(summary.trainCount)} training, {formatCount(summary.testCount)} test images
          </p>
          <p>
            {channels}×{height}×{width}, {classNames.length} classes
          </p>
        </div>
      </div>
      <Notes summary={summary} />
      <table className="class-table">
        <thead className="visually-hidden">
          <tr>
            <th>Class</th>
            <th>Share</th>
            <th>Training images</th>
            <th>Test images</th>
          </tr>
        </thead>
        <tbody>
          {classNames.map((name, label) => (
            <tr key={`${label} ${name}`}>
              <th scope="row">{name}</th>
              <td>
                <span className="class-bar" style={{ width: `${((trainPerClass[label] ?? 0) / most) * 100}%` }} />
                <span
                  className="class-bar class-bar-test"
                  style={{ width: `${((testPerClass[label] ?? 0) / most) * 100}%` }}
                />
              </td>
              <td className="figures">{formatCount(trainPerClass[label] ?? 0)}</td>
              <td className="figures">{formatCount(testPerClass[label] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The name, to be changed where the set is the user's. */
function SetName({ summary }: { readonly summary: DatasetSummary }) {
  const [draft, setDraft] = useState<string>();
  const { name, source } = summary;
  if (draft === undefined) {
    return (
      <div className="data-name">
        <h3 className="copyable">{name}</h3>
        {source !== 'generated' && (
          <IconButton label={`Rename ${name}`} small onClick={() => setDraft(name)}>
            <Pencil />
          </IconButton>
        )}
      </div>
    );
  }
  return (
    <form
      className="data-rename"
      onSubmit={(event) => {
        event.preventDefault();
        setDraft(undefined);
        if (draft.trim() !== name) void renameData(name, draft);
      }}
    >
      <input
        className="data-rename-name"
        aria-label="Name of the data set"
        value={draft}
        autoFocus
        maxLength={80}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(undefined)}
        onBlur={() => setDraft(undefined)}
      />
    </form>
  );
}

/** What the reader did that the user should know, and the way out where there is nothing to test with. */
function Notes({ summary }: { readonly summary: DatasetSummary }) {
  const { name, notes = [], testCount, trainCount } = summary;
  if (notes.length === 0 && testCount > 0) return null;
  return (
    <div className="data-notes">
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {testCount === 0 && trainCount > 1 && (
        <Button small icon={<Divide />} onClick={() => void holdOutData(name, 0.1)}>
          Hold out 10% for testing
        </Button>
      )}
    </div>
  );
}
