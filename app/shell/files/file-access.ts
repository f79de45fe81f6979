/** Files of the person's own: through the File System Access API where the browser has it, else chosen and downloaded. */
import { download } from '../commands/download.ts';
import { filesOfInput, type DroppedFile } from '../dropped-files.ts';
import type { TextFileHandle } from './text-file-handle.ts';

interface FilePickers {
  readonly showOpenFilePicker?: (options: {
    readonly multiple: boolean;
    readonly types: readonly PickerType[];
  }) => Promise<readonly TextFileHandle[]>;
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string;
    readonly types: readonly PickerType[];
  }) => Promise<TextFileHandle>;
}

interface PickerType {
  readonly description: string;
  readonly accept: Readonly<Record<string, readonly string[]>>;
}

const PROTOTXT: PickerType = { description: 'Caffe prototxt', accept: { 'text/plain': ['.prototxt', '.pbtxt'] } };
const WEIGHTS: PickerType = {
  description: 'Weights and solver states',
  accept: { 'application/octet-stream': ['.caffemodel', '.solverstate', '.h5'] },
};

const pickers = (): FilePickers => window as unknown as FilePickers;

/** Whether the browser lets a page write to files of the person's. */
export const hasFileAccess = (): boolean => pickers().showSaveFilePicker !== undefined;

/** Asks for files of any kind that can be dropped, too; empty when the person changes their mind. */
export async function chooseFiles(): Promise<readonly DroppedFile[]> {
  const { showOpenFilePicker } = pickers();
  if (showOpenFilePicker === undefined) return chooseByInput();
  try {
    const handles = await showOpenFilePicker.call(window, { multiple: true, types: [PROTOTXT, WEIGHTS] });
    return await Promise.all(
      handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile(), handle })),
    );
  } catch (error) {
    if (isChangeOfMind(error)) return [];
    throw error;
  }
}

function chooseByInput(): Promise<readonly DroppedFile[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(filesOfInput(input.files)));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/** Where a text went: into a file of the person's, into the downloads, or nowhere: they changed their mind, or forbade it. */
export type Saved =
  | { readonly kind: 'file'; readonly handle: TextFileHandle }
  | { readonly kind: 'download' }
  | { readonly kind: 'forbidden'; readonly name: string }
  | undefined;

/** Writes a text to a file: to the one of the handle, after asking for leave where need be, else to one that is asked for. */
export async function saveText(name: string, text: string, handle: TextFileHandle | undefined): Promise<Saved> {
  const { showSaveFilePicker } = pickers();
  if (handle === undefined && showSaveFilePicker === undefined) {
    download(name, text);
    return { kind: 'download' };
  }
  try {
    const target = handle ?? (await showSaveFilePicker?.call(window, { suggestedName: name, types: [PROTOTXT] }));
    if (target === undefined) return undefined;
    if (!(await mayWrite(target))) return { kind: 'forbidden', name: target.name };
    const writable = await target.createWritable();
    await writable.write(text);
    await writable.close();
    return { kind: 'file', handle: target };
  } catch (error) {
    if (isChangeOfMind(error)) return undefined;
    throw error;
  }
}

async function mayWrite(handle: TextFileHandle): Promise<boolean> {
  const mode = { mode: 'readwrite' } as const;
  if (handle.queryPermission === undefined || handle.requestPermission === undefined) return true;
  return (await handle.queryPermission(mode)) === 'granted' || (await handle.requestPermission(mode)) === 'granted';
}

const isChangeOfMind = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';
