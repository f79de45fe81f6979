/** What can be done with documents as a whole: a new one, another one, a copy, away with it. None of it loses work. */
import { PLAIN_SOLVER } from '../../caffe/solver/plain-solver.ts';
import { useDocument } from '../../store/document.ts';
import { remark } from '../../store/notices.ts';
import { useView } from '../../store/view.ts';
import { DocumentKeeper, type NewDocument } from './keeper.ts';

/** The keeper of this tab. */
export const keeper = new DocumentKeeper(localStorage, sessionStorage);

/** Opens a document of its own and shows the beginning of its network. */
export function openDocument(content: NewDocument): void {
  keeper.create(content);
  useView.setState({ editorText: content.netText === '' && content.solverText !== '' ? 'solver' : 'network' });
}

/** A document without a network, and with a solver: what is put together there can be trained at once. */
export function newDocument(): void {
  openDocument({ name: 'untitled', netText: '', solverText: PLAIN_SOLVER });
  useView.setState({ editorText: 'network' });
}

/** A copy of the document, which goes on as it is. */
export function duplicateDocument(): void {
  keeper.save();
  const { name, netText, solverText, sidecar, example } = keeper.current();
  openDocument({ name, netText, solverText, sidecar, example });
  keeper.markEdited();
}

/** Shows another document, where it was left. */
export function showDocument(id: string): void {
  if (id === useDocument.getState().id) return;
  if (!keeper.show(id)) remark('That document is gone: it was deleted in another tab.');
}

/** Deletes the document on the page, and shows the one changed last, or an empty one; the remark brings it back. */
export function deleteDocument(): void {
  keeper.save();
  const gone = keeper.current();
  const [next] = keeper.list().filter(({ id }) => id !== gone.id);
  keeper.remove(gone.id);
  if (next === undefined || !keeper.show(next.id)) newDocument();
  keeper.remove(gone.id);
  remark(`${gone.name} is deleted.`, { label: 'Undo', run: () => keeper.bringBack(gone) });
}
