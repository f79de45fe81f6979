/** Applies text edits to a text, and makes the edits that take them back. */
import type { TextEdit } from '../diagnostics.ts';

/** The text with the edits done. They must be ordered by start and not overlap; all refer to the old text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { range, text: inserted } of edits) {
    if (range.start < at) throw new RangeError('Edits overlap or are out of order.');
    result += text.slice(at, range.start) + inserted;
    at = range.end;
  }
  return result + text.slice(at);
}

/** The edits that turn the edited text back into `text`. */
export function invertEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return edits.map(({ range, text: inserted }) => {
    const start = range.start + shift;
    shift += inserted.length - (range.end - range.start);
    return { range: { start, end: start + inserted.length }, text: text.slice(range.start, range.end) };
  });
}
