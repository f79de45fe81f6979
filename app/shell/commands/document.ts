/** Opening texts: examples of the gallery and dropped prototxt files. Each is one edit, undone by Ctrl+Z. */
import { useDocument, type TextName } from '../../store/document.ts';
import { useGallery, type GalleryModel } from '../../store/gallery.ts';
import { useView } from '../../store/view.ts';
import { WorkerError } from '../../workers/failure.ts';
import { isSolverText, type DroppedFile } from '../dropped-files.ts';
import { attempt } from './workers.ts';

/** Fetches the gallery's list. */
export async function loadGallery(): Promise<void> {
  const { models } = JSON.parse(await fetchText('manifest.json')) as { readonly models: readonly GalleryModel[] };
  useGallery.setState({ models });
}

/** Puts an example into the editor: its training or its deploy form, and its solver. */
export async function openExample(model: GalleryModel, form: 'train_test' | 'deploy' = 'train_test'): Promise<void> {
  await attempt(async () => {
    const file = model.files[form];
    if (file === undefined) return;
    const { solver } = model.files;
    const [netText, solverText] = await Promise.all([
      fetchText(file),
      solver === undefined || form === 'deploy' ? undefined : fetchText(solver),
    ]);
    replaceText('network', netText, `Open ${model.title}`);
    if (solverText !== undefined) replaceText('solver', solverText, `Open ${model.title}`);
    useDocument.setState({ name: model.name, selection: [] });
    useGallery.setState({ opened: model.name });
    useView.setState({ editorText: 'network' });
    showStart('network');
  });
}

/** Puts dropped texts into the editor, each where it belongs. */
export async function openTexts(files: readonly DroppedFile[]): Promise<void> {
  await attempt(async () => {
    for (const { file } of files) {
      const text = await file.text();
      const target: TextName = isSolverText(text) ? 'solver' : 'network';
      replaceText(target, text, `Open ${file.name}`);
      useView.setState({ editorText: target });
      showStart(target);
      if (target === 'network') {
        useDocument.setState({ name: file.name.replace(/(_train_test)?\.\w+$/, ''), selection: [] });
        useGallery.setState({ opened: undefined });
      }
    }
  });
}

function replaceText(name: TextName, text: string, label: string): void {
  const { netText, solverText, applyEdits } = useDocument.getState();
  const { length } = name === 'network' ? netText : solverText;
  applyEdits(name, [{ range: { start: 0, end: length }, text }], label);
}

/** A text that was replaced as a whole is read from its first line. */
function showStart(name: TextName): void {
  useView.getState().reveal?.(name, { start: 0, end: 0 });
}

async function fetchText(file: string): Promise<string> {
  const answer = await fetch(`models/${file}`);
  if (!answer.ok) {
    throw new WorkerError({
      code: 'net',
      message: `The example file ${file} could not be fetched (${answer.status}).`,
    });
  }
  return answer.text();
}
