/** What the text of the selected layers says of a field: read from the tree, so that also what is wrong is shown as it stands. */
import type { Range } from '../caffe/diagnostics.ts';
import { itemsOf } from '../caffe/text/edit-places.ts';
import type { Item } from '../caffe/text/edit-places.ts';
import type { FieldPath } from '../caffe/text/edit-fields.ts';
import { textOfLiterals } from '../caffe/text/strings.ts';
import { allFields } from '../caffe/text/tree.ts';
import type { MessageNode, ValueNode } from '../caffe/text/tree.ts';
import { OWN } from './form-model.ts';
import type { LayerSlice } from './layer-slice.ts';

/** A path with the layer's own settings put in; undefined for a layer without any. */
export function resolvePath(slice: LayerSlice, path: FieldPath): FieldPath | undefined {
  if (path[0] !== OWN) return path;
  return slice.settings === undefined ? undefined : [slice.settings, ...path.slice(1)];
}

/** All occurrences of the field at a path in one layer. */
export function itemsAt(slice: LayerSlice, path: FieldPath): readonly Item[] {
  const resolved = resolvePath(slice, path);
  return resolved === undefined ? [] : itemsIn(slice.body, resolved);
}

function itemsIn(body: MessageNode, path: FieldPath): readonly Item[] {
  const [name, second] = path;
  if (typeof name !== 'string') return [];
  const items = itemsOf(body, name);
  const indexed = typeof second === 'number';
  const rest = path.slice(indexed ? 2 : 1);
  const item = items[indexed ? second : 0];
  if (rest.length === 0) return indexed ? (item === undefined ? [] : [item]) : items;
  return item?.value.kind === 'message' ? itemsIn(item.value, rest) : [];
}

/** A value as a person reads it: strings without their quotes. */
export function shownText(value: ValueNode): string {
  if (value.kind !== 'scalar') return '';
  return value.form === 'string' ? textOfLiterals(value.parts) : value.text;
}

/** What the selected layers have at a path. */
export interface Reading {
  /** The values, as read; of the first layer where they differ. */
  readonly values: readonly string[];
  /** Some layer's text gives the field. */
  readonly explicit: boolean;
  /** The layers differ. */
  readonly mixed: boolean;
}

/** Reads the field at a path in all selected layers. */
export function readField(slices: readonly LayerSlice[], path: FieldPath): Reading {
  const all = slices.map((slice) => itemsAt(slice, path).map(({ value }) => shownText(value)));
  const [first = []] = all;
  const key = first.join('\u0000');
  return {
    values: first,
    explicit: all.some((values) => values.length > 0),
    mixed: all.some((values) => values.length !== first.length || values.join('\u0000') !== key),
  };
}

/** The most occurrences that a field has in one of the layers. */
export const countAt = (slices: readonly LayerSlice[], path: FieldPath): number =>
  Math.max(0, ...slices.map((slice) => itemsAt(slice, path).length));

/** Names of the fields that a layer's text has, each once. */
export const writtenFields = (slice: LayerSlice): readonly string[] => [
  ...new Set(slice.body.fields.map(({ name }) => name)),
];

/** The path to the innermost field around an offset of the slice, with the index of each occurrence; `[]` for the layer itself. */
export function pathTo(slice: LayerSlice, range: Range): FieldPath {
  const path: (string | number)[] = [];
  let body = slice.body;
  for (;;) {
    const names = new Set(allFields(body).map(({ name }) => name));
    let next: MessageNode | undefined;
    let found = false;
    for (const name of names) {
      const items = itemsOf(body, name);
      const index = items.findIndex(({ field, value, inList }) => {
        const { start, end } = inList === undefined ? field.range : value.range;
        return start <= range.start && range.start < end;
      });
      const item = items[index];
      if (item === undefined) continue;
      path.push(name, index);
      found = true;
      if (item.value.kind === 'message') next = item.value;
      break;
    }
    if (!found || next === undefined) return path;
    body = next;
  }
}
