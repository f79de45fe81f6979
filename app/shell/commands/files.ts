/** Opening and saving files by command. A text that came from a file is saved to it again. */
import { useDocument } from '../../store/document.ts';
import { notify, remark } from '../../store/notices.ts';
import { useView } from '../../store/view.ts';
import { isSolverText, isText, type DroppedFile } from '../dropped-files.ts';
import { keeper } from '../documents/documents.ts';
import { chooseFiles, hasFileAccess, saveText } from '../files/file-access.ts';
import { forgetHandlesExcept, handleOf, keepHandle } from '../files/kept-handles.ts';
import { takeFiles } from './take-files.ts';
import { attempt } from './workers.ts';

/** Asks for files and opens them. */
export async function openFiles(): Promise<void> {
  await attempt(async () => {
    const chosen = await told(chooseFiles);
    if (chosen !== undefined && chosen.length > 0) await openKnown(chosen);
  });
}

/** Opens files and remembers those that texts can be saved to again. */
export async function openKnown(files: readonly DroppedFile[]): Promise<void> {
  await takeFiles(files);
  await told(() => rememberHandles(files));
}

/** A single network, and a single solver, can be saved to where they came from. */
async function rememberHandles(files: readonly DroppedFile[]): Promise<void> {
  const { id } = useDocument.getState();
  await forgetHandlesExcept(keeper.list().map((document) => document.id));
  const texts = files.filter(({ path }) => isText(path));
  const named = await Promise.all(
    texts.map(async ({ file, handle }) => ({ handle, isSolver: isSolverText(await file.text()) })),
  );
  for (const text of ['network', 'solver'] as const) {
    const [only, ...others] = named.filter(({ isSolver }) => isSolver === (text === 'solver'));
    if (only?.handle !== undefined && others.length === 0) await keepHandle(id, text, only.handle);
  }
}

/** Saves the text in front: to its file, or to one that is asked for. */
export async function saveTextInFront(asNew = false): Promise<void> {
  await attempt(async () => {
    const { id, name, netText, solverText } = useDocument.getState();
    const text = useView.getState().editorText;
    const [file, content] =
      text === 'network' ? [`${name}.prototxt`, netText] : [`${name}_solver.prototxt`, solverText];
    const known = !asNew && hasFileAccess();
    const saved = await told(async () => saveText(file, content, known ? await handleOf(id, text) : undefined));
    switch (saved?.kind) {
      case undefined:
        return;
      case 'download':
        remark(`${file} is in your downloads.`);
        return;
      case 'forbidden':
        remark(`${saved.name} is as it was, since the page may not write there. Save again to be asked once more.`);
        return;
      case 'file':
        remark(`Saved as ${saved.handle.name}.`);
        await told(() => keepHandle(id, text, saved.handle));
    }
  });
}

/** What the browser forbids or the disk refuses is said; the rest is a bug. */
async function told<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const message =
      error.name === 'NotFoundError'
        ? 'The file is not there any more: it was moved or deleted. Save the text as another file.'
        : `The file could not be opened or saved: ${error.message}`;
    notify({ code: 'storage', message });
    return undefined;
  }
}
