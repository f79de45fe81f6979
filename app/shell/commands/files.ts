/** Opening and saving files by command. A text that came from a file is saved to it again. */
import { useDocument, type TextName } from '../../store/document.ts';
import { notify, remark } from '../../store/notices.ts';
import { useView } from '../../store/view.ts';
import { isSolverText } from '../dropped-files.ts';
import { keeper } from '../documents/documents.ts';
import { chooseFiles, hasFileAccess, saveText, type ChosenFile } from '../files/file-access.ts';
import { forgetHandlesExcept, handleOf, keepHandle } from '../files/kept-handles.ts';
import { takeFiles } from './take-files.ts';
import { attempt } from './workers.ts';

/** Asks for files and opens them. */
export async function openFiles(): Promise<void> {
  await attempt(async () => {
    const chosen = await told(chooseFiles);
    if (chosen === undefined || chosen.length === 0) return;
    await takeFiles(chosen.map(({ file }) => ({ path: file.name, file })));
    await told(() => rememberHandles(chosen));
  });
}

/** A single network, and a single solver, can be saved to where they came from. */
async function rememberHandles(chosen: readonly ChosenFile[]): Promise<void> {
  const { id } = useDocument.getState();
  await forgetHandlesExcept(keeper.list().map((document) => document.id));
  for (const { file, handle } of chosen) {
    if (handle === undefined || !/\.(prototxt|pbtxt)$/i.test(file.name)) continue;
    const text: TextName = isSolverText(await file.text()) ? 'solver' : 'network';
    const others = chosen.filter((other) => other.handle !== handle && /\.(prototxt|pbtxt)$/i.test(other.file.name));
    if (others.length < 2) await keepHandle(id, text, handle);
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
