/** Copying and pasting: the clipboard holds prototxt, so layers go to and from other tabs, files and mails. */
import { readNet } from '../caffe/net/read-net.ts';
import { useDocument } from '../store/document.ts';
import { lineStarts, positionAt } from '../store/problems.ts';
import { deleteLayers } from './gestures.ts';
import { perform, performReplace, say, whyNoChange } from './perform.ts';
import { headOf, withFolded } from './selection.ts';

/** The comment lines right above an offset that begins a line, taken along with what they speak of. */
function withComments(text: string, start: number): number {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(lineStart, start).trim() !== '') return start;
  let from = start;
  for (let end = lineStart; end > 0;) {
    const before = text.lastIndexOf('\n', end - 2) + 1;
    if (!/^[ \t]*#/.test(text.slice(before, end))) break;
    from = before;
    end = before;
  }
  return from;
}

/** The text of layers, in their order, with the comments above them. */
export function layersText(text: string, ids: readonly string[]): string {
  const wanted = new Set(ids);
  const pieces = readNet(text).layers.flatMap(({ id, range }) => {
    const piece = text.slice(withComments(text, range.start), range.end);
    return wanted.has(id) && piece.includes('{') ? [piece] : [];
  });
  return pieces.length === 0 ? '' : `${pieces.join('\n')}\n`;
}

/** The text of the selected layers; undefined when there is none, which is said. */
export function copySelection(): string | undefined {
  const { netText, selection } = useDocument.getState();
  const text = layersText(netText, withFolded(selection));
  if (text !== '') return text;
  say('Nothing is selected that could be copied: click a layer first, or draw a rectangle over several with Shift.');
  return undefined;
}

/** Copies, then deletes the selected layers and closes the gap. */
export function cutSelection(): string | undefined {
  const reason = whyNoChange();
  if (reason !== undefined) {
    say(reason);
    return undefined;
  }
  const text = copySelection();
  if (text !== undefined) deleteLayers(useDocument.getState().selection);
  return text;
}

/** Puts layers given as text behind the selected one, or at the end. In an empty document the text becomes the document. */
export function pasteText(pasted: string): boolean {
  if (pasted.trim() === '') {
    say('The clipboard holds no text. Copy layers here, or their prototxt anywhere.');
    return false;
  }
  const { document, layers } = readNet(pasted);
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const { line } = positionAt(lineStarts(pasted), mistake.range.start);
    say(`What was pasted is not prototxt as Caffe reads it, line ${line}: ${mistake.message}`);
    return false;
  }
  if (layers.length === 0) {
    say('What was pasted holds no layers. Copy layers here, or their prototxt anywhere.');
    return false;
  }
  const { netText, selection } = useDocument.getState();
  if (netText.trim() === '') return performReplace(pasted.endsWith('\n') ? pasted : `${pasted}\n`, 'Paste');
  const after = headOf(selection);
  return perform({ kind: 'paste', text: pasted, ...(after === undefined ? {} : { after }) }, { label: 'Paste' });
}

/** Copies through the browser's clipboard without a key press, as menus do. */
export async function copyToClipboard(text: string | undefined): Promise<void> {
  if (text === undefined) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    say('The browser does not let a menu write to the clipboard here. Press Ctrl+C instead.');
  }
}

/** Pastes from the browser's clipboard without a key press, as menus do. */
export async function pasteFromClipboard(): Promise<void> {
  let text: string;
  try {
    text = await navigator.clipboard.readText();
  } catch {
    say('The browser does not let a menu read the clipboard here. Press Ctrl+V instead.');
    return;
  }
  pasteText(text);
}
