/** The sets kept in this browser, side by side: which is in use, which can be had, and what they take up. */
import { File as FileIcon, FolderOpen, PenLine, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { Button, classes, IconButton } from '../../look/controls.tsx';
import { importData, removeData, switchData } from '../../shell/commands/data.ts';
import { filesOfInput } from '../../shell/dropped-files.ts';
import { useDataset } from '../../store/dataset.ts';
import { formatBytes, formatCount } from '../../store/format.ts';
import { PictureSettings } from './PictureSettings.tsx';

/** The list, and under it the ways to add to it. */
export function SetList() {
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
        <PictureSettings />
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
      <Storage />
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

function Storage() {
  const storage = useDataset((state) => state.storage);
  if (storage === undefined) return null;
  const left = Math.max(0, storage.quota - storage.used);
  return (
    <p className="data-storage">
      This page takes {formatBytes(storage.used)} of the {formatBytes(storage.quota)} that the browser allows.
      {left < enough &&
        ' That is hardly enough for another set: remove one, or free space on the disk. What does not fit can be used until the page is closed.'}
    </p>
  );
}

/** Bytes of a large set: CIFAR-10 and its mean. */
const enough = 200e6;
