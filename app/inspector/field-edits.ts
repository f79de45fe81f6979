/** What the form's controls do to the text of one layer. Edits refer to the whole text, in order and without overlap. */
import type { TextEdit } from '../caffe/diagnostics.ts';
import { clearFieldEdits, setFieldEdits } from '../caffe/text/edit-fields.ts';
import type { FieldPath } from '../caffe/text/edit-fields.ts';
import { itemsAt, resolvePath } from './field-values.ts';
import type { LayerSlice } from './layer-slice.ts';

const placed = (slice: LayerSlice, edits: readonly TextEdit[]): TextEdit[] =>
  edits
    .map(({ range, text }) => ({ range: { start: range.start + slice.start, end: range.end + slice.start }, text }))
    .toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);

/** Writes a value as it stands in the text (`3`, `"conv1"`, `MAX`) at a path. */
export function setValue(slice: LayerSlice, path: FieldPath, literal: string): TextEdit[] {
  const resolved = resolvePath(slice, path);
  if (resolved === undefined) return [];
  return placed(slice, setFieldEdits(slice.text, slice.body, resolved, literal, slice.style));
}

/** Takes a field out of the text: one occurrence where the path ends in an index, else all. */
export function clearValue(slice: LayerSlice, path: FieldPath): TextEdit[] {
  const resolved = resolvePath(slice, path);
  return resolved === undefined ? [] : placed(slice, clearFieldEdits(slice.text, slice.body, resolved));
}

/** Exchanges two occurrences of a repeated field. */
export function swapValues(slice: LayerSlice, path: FieldPath, one: number, other: number): TextEdit[] {
  const items = itemsAt(slice, path);
  const [a, b] = [items[one]?.value.range, items[other]?.value.range];
  if (a === undefined || b === undefined) return [];
  return placed(slice, [
    { range: a, text: slice.text.slice(b.start, b.end) },
    { range: b, text: slice.text.slice(a.start, a.end) },
  ]);
}
