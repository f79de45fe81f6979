/** Files from a drop or a file input, with the folders above them, and where each belongs on the page. */
import type { TextFileHandle } from './files/text-file-handle.ts';

/** A file and its path below what was dropped. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
  /** The way to write to it, where the browser gives one for a text. */
  readonly handle?: TextFileHandle | undefined;
}

/** Whether a file is a network or a solver, by its name. */
export const isText = (path: string): boolean => /\.(prototxt|pbtxt)$/i.test(path);

/** What dropped files are for. Files of different kinds dropped together go to the first that fits, in this order. */
export type DropTarget =
  | { readonly kind: 'prototxt'; readonly files: readonly DroppedFile[] }
  | { readonly kind: 'weights'; readonly files: readonly DroppedFile[] }
  | { readonly kind: 'image'; readonly file: DroppedFile }
  | { readonly kind: 'data'; readonly files: readonly DroppedFile[] };

/** Tells what dropped files are for, by their names. */
export function sortDrop(files: readonly DroppedFile[]): DropTarget {
  const named = (pattern: RegExp) => files.filter(({ path }) => pattern.test(path));
  const prototxt = files.filter(({ path }) => isText(path));
  if (prototxt.length > 0) return { kind: 'prototxt', files: prototxt };
  const weights = named(/\.((caffemodel|solverstate)(\.h5)?|safetensors)$/i);
  if (weights.length > 0) return { kind: 'weights', files: weights };
  const [only] = files;
  if (files.length === 1 && only !== undefined && /\.(png|jpe?g|webp|gif|bmp|avif)$/i.test(only.path)) {
    return { kind: 'image', file: only };
  }
  return { kind: 'data', files };
}

/** Whether a prototxt is a solver: it names a net or has a field that only solvers have. */
export function isSolverText(text: string): boolean {
  return /^\s*(net|train_net|test_net|base_lr|lr_policy|max_iter|test_iter)\s*:/m.test(text);
}

/** All files of a drop, folders opened. Must be called while the event is being handled; reading goes on after it. */
export function filesOfDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  const lists = [...transfer.items].map((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry !== null) return isFile(entry) && isText(entry.name) ? textOfDrop(item, entry) : filesOfEntry(entry);
    // What comes from no file system (another page, a script) has no entry, but may still be a file.
    const file = item.kind === 'file' ? item.getAsFile() : null;
    return Promise.resolve(file === null ? [] : [{ path: file.name, file }]);
  });
  return Promise.all(lists).then((all) => all.flat());
}

/** Only Chromium knows it. */
interface WritableItem {
  readonly getAsFileSystemHandle?: () => Promise<TextFileHandle | null>;
}

/** A text that was dropped, with its handle: it can be saved to where it came from. */
async function textOfDrop(item: DataTransferItem, entry: FileSystemEntry): Promise<DroppedFile[]> {
  // Both have to be asked for before the event is over.
  const [files, handle] = await Promise.all([
    filesOfEntry(entry),
    (item as WritableItem).getAsFileSystemHandle?.() ?? undefined,
  ]);
  return files.map((file) => ({ ...file, handle: handle ?? undefined }));
}

/** The files of a file input; a folder input gives their paths. */
export function filesOfInput(list: FileList | null): DroppedFile[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function filesOfEntry(entry: FileSystemEntry): Promise<DroppedFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const files: DroppedFile[] = [];
  for (;;) {
    // A reader gives a folder in portions, and an empty one at its end.
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return files;
    for (const inner of portion) files.push(...(await filesOfEntry(inner)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
