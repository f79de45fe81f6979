/** Ctrl+Z and its return wherever the keyboard is: a person undoes the last gesture without first going back to where it was made. */
import { useDocument } from '../store/document.ts';

/** What has an undo history of its own. */
const ownHistory = 'input, textarea, select, .monaco-editor';

/** Undoes and redoes changes of the network text with the usual keys, unless something nearer has taken them. */
export function followUndoKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    if (event.target instanceof Element && event.target.closest(ownHistory) !== null) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    const { undo, redo } = useDocument.getState();
    if (key === 'y' || event.shiftKey) redo();
    else undo();
  });
}
