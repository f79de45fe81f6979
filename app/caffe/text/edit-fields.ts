/** Sets and clears single values inside a message of the text, touching nothing around them. */
import type { TextEdit } from '../diagnostics.ts';
import { isExtension, writtenName } from '../schema/dsl.ts';
import { insertComment, insertField, itemsOf, removalRange, removeItems } from './edit-places.ts';
import type { Style } from './edit-places.ts';
import { allFields } from './tree.ts';
import type { FieldNode, MessageNode } from './tree.ts';

/** The way to a field: names, each with the index of its occurrence behind it where it is not the first: `['param', 1, 'lr_mult']`. */
export type FieldPath = readonly (string | number)[];

/** The edits that write a value (as it stands in the text: `3`, `"conv1"`, `MAX`) at a path below a message. */
export function setFieldEdits(
  text: string,
  message: MessageNode,
  path: FieldPath,
  value: string,
  style: Style,
): TextEdit[] {
  const { name, index, rest } = step(path);
  const items = itemsOf(message, name);
  const item = items[index ?? 0];
  if (item && rest.length === 0) {
    return text.slice(item.value.range.start, item.value.range.end) === value
      ? []
      : [{ range: item.value.range, text: value }];
  }
  if (item?.value.kind === 'message') return setFieldEdits(text, item.value, rest, value, style);
  const empty = message.fields.find((field) => field.name === name && field.value === undefined);
  if (empty && rest.length === 0) {
    const at = empty.range.end;
    return [{ range: { start: at, end: at }, text: `${empty.hasColon ? '' : ':'} ${value}` }];
  }
  const after = items.at(-1);
  if (after?.inList !== undefined && rest.length === 0) {
    return [{ range: { start: after.value.range.end, end: after.value.range.end }, text: `, ${value}` }];
  }
  if (isExtension(name))
    return [insertComment(text, message, writeField(name, rest, [value], undefined, style), style)];
  // An index past the end adds occurrences up to it: `param { }` for those before, so that positions stay right.
  const missing = rest.length === 0 ? 0 : Math.max(0, (index ?? 0) - items.length);
  return [
    insertField(text, message, after?.field, style, (indent) => {
      const gap = indent === undefined ? ' ' : style.eol + indent;
      const blocks = Array<string>(missing).fill(`${name} {}`);
      return [...blocks, writeField(name, rest, [value], indent, style)].join(gap);
    }),
  ];
}

/** Writes values of a field, with the messages around it that are not there yet. */
export function writeField(
  name: string,
  rest: FieldPath,
  values: readonly string[],
  indent: string | undefined,
  style: Style,
): string {
  if (isExtension(name)) return writeField(writtenName(name), rest, values, undefined, style);
  if (rest.length === 0) {
    return values.map((value) => fieldText(name, value)).join(indent === undefined ? ' ' : style.eol + indent);
  }
  const next = step(rest);
  const blocks = Array<string>(next.rest.length === 0 ? 0 : (next.index ?? 0)).fill(`${next.name} {}`);
  if (indent === undefined) {
    return `${name} { ${[...blocks, writeField(next.name, next.rest, values, undefined, style)].join(' ')} }`;
  }
  const inner = indent + style.step;
  const body = [...blocks, writeField(next.name, next.rest, values, inner, style)].join(style.eol + inner);
  return `${name} {${style.eol}${inner}${body}${style.eol}${indent}}`;
}

/** A field with a value: a message in braces has no colon. */
export const fieldText = (name: string, value: string): string =>
  value.startsWith('{') ? `${name} ${value}` : `${name}: ${value}`;

/** The edits that take a field out: one occurrence where the path ends in an index, else all. */
export function clearFieldEdits(text: string, message: MessageNode, path: FieldPath): TextEdit[] {
  const { name, index, rest } = step(path);
  const items = itemsOf(message, name);
  if (rest.length > 0) {
    const item = items[index ?? 0];
    if (item?.value.kind !== 'message') return [];
    const inner = step(rest);
    const left = item.value.fields.filter((field) => field.name !== inner.name);
    const body = text.slice(item.value.open?.end, item.value.close?.start);
    // Settings that say nothing any more go altogether; `param` and `include` mean something even when empty.
    const mayGo = isExtension(name) || /_(?:param|filler)$/.test(name);
    if (inner.rest.length === 0 && left.length === 0 && mayGo && !body.includes('#')) {
      if (inner.index === undefined || itemsOf(item.value, inner.name).length === 1) return removeItems(text, [item]);
    }
    return clearFieldEdits(text, item.value, rest);
  }
  if (index !== undefined) return items[index] ? removeItems(text, [items[index]]) : [];
  const fields = new Set<FieldNode>(allFields(message).filter((field) => field.name === name));
  return [...fields].map((field) => ({ range: removalRange(text, field), text: '' }));
}

/** The first step of a path, and the rest of it. */
export function step(path: FieldPath): { name: string; index: number | undefined; rest: FieldPath } {
  const [name, index] = path;
  if (typeof name !== 'string') throw new TypeError('A field path starts with a name.');
  return typeof index === 'number'
    ? { name, index, rest: path.slice(2) }
    : { name, index: undefined, rest: path.slice(1) };
}
