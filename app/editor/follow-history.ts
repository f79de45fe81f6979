/** Shows what was undone or done again: its text comes to the front, and its place into view, whoever has the keyboard. */
import { useHistory } from '../store/history-store.ts';
import { useView } from '../store/view.ts';
import type { TextName } from '../store/document.ts';
import type { monaco } from './monaco.ts';
import { textModels, toMonaco } from './text-models.ts';

/** Follows the history in an editor; returns the function that ends it. */
export function followHistory(
  editor: monaco.editor.IStandaloneCodeEditor,
  bringToFront: (name: TextName) => void,
): () => void {
  return useHistory.subscribe(({ travel }, before) => {
    if (travel === undefined || travel === before.travel) return;
    const { text, start, end } = travel.place;
    useView.setState({ editorText: text });
    bringToFront(text);
    const range = toMonaco(textModels[text], { start, end });
    if (editor.hasTextFocus()) editor.setPosition(range.getEndPosition());
    editor.revealRangeInCenterIfOutsideViewport(range);
  });
}
