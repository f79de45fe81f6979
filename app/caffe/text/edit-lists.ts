/** Changes to the items of a repeated field, written one by one (`dim: 1 dim: 3`) or as a list (`[1, 3]`). */
import type { TextEdit } from '../diagnostics.ts';
import { inOrder } from './draft-edits.ts';
import type { ListChange } from './edit-actions.ts';
import { clearFieldEdits, fieldText, step, writeField } from './edit-fields.ts';
import type { FieldPath } from './edit-fields.ts';
import { indentAt, insertField, itemsOf, removeItems } from './edit-places.ts';
import type { Item, Style } from './edit-places.ts';
import type { MessageNode } from './tree.ts';

/** The edits for a change of the repeated field at a path below a message; the messages on the way are made where needed. */
export function listEdits(
  text: string,
  message: MessageNode,
  path: FieldPath,
  change: ListChange,
  style: Style,
): TextEdit[] {
  const { name, index, rest } = step(path);
  const items = itemsOf(message, name);
  if (rest.length > 0) {
    const inner = items[index ?? 0]?.value;
    if (inner?.kind === 'message') return listEdits(text, inner, rest, change, style);
    const values = change.kind === 'insert' ? [change.value] : change.kind === 'replace' ? change.values : [];
    if (values.length === 0) return [];
    const missing = Array<string>(Math.max(0, (index ?? 0) - items.length)).fill(`${name} {}`);
    return [
      insertField(text, message, items.at(-1)?.field, style, (indent) => {
        const gap = indent === undefined ? ' ' : style.eol + indent;
        return [...missing, writeField(name, rest, values, indent, style)].join(gap);
      }),
    ];
  }
  const sourceText = ({ value }: Item): string => text.slice(value.range.start, value.range.end);
  switch (change.kind) {
    case 'insert':
      return [insertItem(text, message, name, items, change.index, [change.value], style)];
    case 'remove': {
      const item = items[change.index];
      return item ? clearFieldEdits(text, message, [name, change.index]) : [];
    }
    case 'move': {
      const values = items.map(sourceText);
      const [moved] = values.splice(change.from, 1);
      if (moved === undefined) return [];
      values.splice(change.to, 0, moved);
      return rewrite(text, items, values);
    }
    case 'replace': {
      if (change.values.length === 0) return clearFieldEdits(text, message, [name]);
      const kept = items.slice(0, change.values.length);
      const added = change.values.slice(items.length);
      return inOrder([
        ...rewrite(text, kept, change.values),
        ...removeItems(text, items.slice(change.values.length)),
        ...(added.length > 0 ? [insertItem(text, message, name, items, items.length, added, style)] : []),
      ]);
    }
  }
}

/** Gives items new values, where they differ. Comments stay where they are. */
const rewrite = (text: string, items: readonly Item[], values: readonly string[]): TextEdit[] =>
  items.flatMap(({ value: { range } }, i): TextEdit[] => {
    const value = values[i];
    return value === undefined || text.slice(range.start, range.end) === value ? [] : [{ range, text: value }];
  });

function insertItem(
  text: string,
  message: MessageNode,
  name: string,
  items: readonly Item[],
  index: number,
  values: readonly string[],
  style: Style,
): TextEdit {
  const before = items[index];
  const last = items.at(-1);
  if (before?.inList !== undefined) {
    const { start } = before.value.range;
    return { range: { start, end: start }, text: values.map((value) => `${value}, `).join('') };
  }
  if (before) {
    const { start } = before.field.range;
    const lineStart = start - indentAt(text, start).length;
    const gap = lineStart === 0 || text[lineStart - 1] === '\n' ? style.eol + indentAt(text, start) : ' ';
    return { range: { start, end: start }, text: values.map((value) => fieldText(name, value) + gap).join('') };
  }
  if (last?.inList !== undefined) {
    const { end } = last.value.range;
    return { range: { start: end, end }, text: values.map((value) => `, ${value}`).join('') };
  }
  return insertField(text, message, last?.field, style, (indent) => writeField(name, [], values, indent, style));
}
