/** Opening and saving files by command. A text that came from a file is saved to it again. */
import { useDocument, type TextName } from '../../store/document.ts';
import { notify, remark } from '../../store/notices.ts';
import { useView } from '../../store/view.ts';
import { isSolverText } from '../dropped-files.ts';
import { chooseFiles, saveText, type ChosenFile, type TextFileHandle } from '../files/file-access.ts';
import { takeFiles } from './take-files.ts';
import { attempt } from './workers.ts';

/** Files that texts came from or went to, by document and text; the browser forgets them with the page. */
const handles = new Map<string, TextFileHandle>();

const keyOf = (id: string, text: TextName): string => `${id} ${text}`;

/** Asks for files and opens them. */
export async function openFiles(): Promise<void> {
  await attempt(async () => {
    const chosen = await told(chooseFiles);
    if (chosen === undefined || chosen.length === 0) return;
    await takeFiles(chosen.map(({ file }) => ({ path: file.name, file })));
    await rememberHandles(chosen);
  });
}

/** A single network, and a single solver, can be saved to where they came from. */
async function rememberHandles(chosen: readonly ChosenFile[]): Promise<void> {
  const { id } = useDocument.getState();
  for (const { file, handle } of chosen) {
    if (handle === undefined || !/\.(prototxt|pbtxt)$/i.test(file.name)) continue;
    const text: TextName = isSolverText(await file.text()) ? 'solver' : 'network';
    const others = chosen.filter((other) => other.handle !== handle && /\.(prototxt|pbtxt)$/i.test(other.file.name));
    if (others.length < 2) handles.set(keyOf(id, text), handle);
  }
}

/** Saves the text in front: to its file, or to one that is asked for. */
export async function saveTextInFront(asNew = false): Promise<void> {
  await attempt(async () => {
    const { id, name, netText, solverText } = useDocument.getState();
    const text = useView.getState().editorText;
    const key = keyOf(id, text);
    const [file, content] =
      text === 'network' ? [`${name}.prototxt`, netText] : [`${name}_solver.prototxt`, solverText];
    const saved = await told(() => saveText(file, content, asNew ? undefined : handles.get(key)));
    if (saved === undefined) return;
    if (saved.kind === 'download') {
      remark(`${file} is in your downloads.`);
    } else {
      handles.set(key, saved.handle);
      remark(`Saved as ${saved.handle.name}.`);
    }
  });
}

/** What the browser forbids or the disk refuses is said; the rest is a bug. */
async function told<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    notify({ code: 'storage', message: `The file could not be opened or saved: ${error.message}` });
    return undefined;
  }
}
