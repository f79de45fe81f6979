/** Opening documents: examples of the gallery, prototxt files, links. What was there stays, as a document of its own. */
import { useDocument } from '../../store/document.ts';
import { mainForm, useGallery, type GalleryModel } from '../../store/gallery.ts';
import { notify } from '../../store/notices.ts';
import { withPlainLines } from '../../store/stored-documents.ts';
import { useView } from '../../store/view.ts';
import { WorkerError } from '../../workers/failure.ts';
import { keeper, newDocument, openDocument } from '../documents/documents.ts';
import { isSolverText, type DroppedFile } from '../dropped-files.ts';
import { routeOf } from '../routes.ts';
import { decodeShare, ShareError } from '../share/share-link.ts';
import { attempt } from './workers.ts';

/** Fetches the gallery's list. */
export async function loadGallery(): Promise<void> {
  const { models } = JSON.parse(await fetchText('manifest.json')) as { readonly models: readonly GalleryModel[] };
  useGallery.setState({ models });
}

/** Opens an example as a document: its training or its deploy form, and what goes with it. */
export async function openExample(model: GalleryModel, form: 'train_test' | 'deploy' = mainForm(model)): Promise<void> {
  await attempt(async () => {
    const file = model.files[form];
    if (file === undefined) {
      const other = form === 'deploy' ? 'a training form' : 'a deploy form';
      throw new WorkerError({ code: 'net', message: `${model.title} has only ${other} in the gallery.` });
    }
    const { solver } = model.files;
    const [netText, solverText] = await Promise.all([
      fetchText(file),
      solver === undefined || form === 'deploy' ? '' : fetchText(solver),
    ]);
    openDocument({ name: model.name, netText, solverText, example: model.name });
    showStart();
  });
}

/** Opens prototxt files: each network as a document, with the solver beside it; a solver alone goes to the document there is. */
export async function openTexts(files: readonly DroppedFile[]): Promise<void> {
  await attempt(async () => {
    const texts = await Promise.all(files.map(async ({ file }) => ({ name: file.name, text: await file.text() })));
    const solvers = texts.filter(({ text }) => isSolverText(text));
    const networks = texts.filter(({ text }) => !isSolverText(text));
    const [solver] = solvers;
    for (const [i, { name, text }] of networks.entries()) {
      openDocument({ name: nameOfFile(name), netText: text, solverText: i === 0 ? (solver?.text ?? '') : '' });
      showStart();
    }
    if (networks.length === 0 && solver !== undefined) {
      const { solverText, applyEdits } = useDocument.getState();
      const edit = { range: { start: 0, end: solverText.length }, text: withPlainLines(solver.text) };
      applyEdits('solver', [edit], `Open ${solver.name}`);
      useView.getState().reveal?.('solver', { start: 0, end: 0 });
      useView.getState().showText('solver');
    }
  });
}

/** The name of a document for a file: `cifar10_quick_train_test.prototxt` is `cifar10_quick`. */
export const nameOfFile = (file: string): string => file.replace(/(_train_test|_train_val)?\.\w+$/, '');

/** Does what an address says, and takes it away, so that a reload does not do it again. */
export async function followRoute(hash: string): Promise<void> {
  const route = routeOf(hash);
  if (route.kind === 'none' || route.kind === 'selftest') return;
  history.replaceState(history.state, '', location.pathname + location.search);
  switch (route.kind) {
    case 'editor':
      return newDocument();
    case 'preset': {
      const { models } = useGallery.getState();
      const wanted = route.name.toLowerCase();
      const model = models.find(({ name, title }) => [name, title].some((one) => one.toLowerCase() === wanted));
      if (model !== undefined) return openExample(model, route.form === 'deploy' ? 'deploy' : mainForm(model));
      const names = models.map(({ name }) => name).join(', ');
      notify({ code: 'net', message: `The gallery has no network called "${route.name}". It has: ${names}.` });
      return;
    }
    case 'share':
      openShared(route.payload);
      return;
    case 'unknown':
      notify({
        code: 'net',
        message: `There is nothing at "#/${route.path}". Addresses are #/preset/NAME, #/editor, #/share/… and #/selftest.`,
      });
  }
}

function openShared(payload: string): void {
  try {
    const shared = decodeShare(payload);
    // Opened a second time: the document that it became, if nobody has changed it.
    const same = keeper
      .list()
      .find(({ netText, solverText }) => netText === shared.netText && solverText === shared.solverText);
    if (same !== undefined && keeper.show(same.id)) return;
    openDocument(shared);
    keeper.markEdited();
  } catch (error) {
    if (!(error instanceof ShareError)) throw error;
    notify({ code: 'net', message: error.message });
  }
}

/** A text that is new on the page is read from its first line. */
function showStart(): void {
  useView.getState().reveal?.('network', { start: 0, end: 0 });
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
