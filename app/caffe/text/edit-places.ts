/**
 * Where in a text something is put in or taken out so that lines, indentation and comments around it stay as they are.
 */
import type { Range, TextEdit } from '../diagnostics.ts';
import { isExtension } from '../schema/dsl.ts';
import { allFields } from './tree.ts';
import type { FieldNode, MessageNode, ValueNode } from './tree.ts';

/** How a text is written: line ends, one step of indentation, and whether blank lines part its top-level blocks. */
export interface Style {
  readonly eol: string;
  readonly step: string;
  readonly blankLines: boolean;
}

/** Reads the style off a text. */
export function styleOf(text: string, root: MessageNode): Style {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const step = /\{[ \t]*\r?\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const blocks = root.fields.filter((field) => field.value?.kind === 'message');
  let parted = 0;
  blocks.forEach((block, i) => {
    const next = blocks[i + 1];
    if (next && /\n[ \t]*\r?\n/.test(text.slice(block.range.end, next.range.start))) parted++;
  });
  return { eol, step, blankLines: parted > 0 && parted >= (blocks.length - 1) / 2 };
}

/** The blanks that the line of an offset starts with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** The end of the line of an offset if only blanks and a comment follow there; else the offset itself. */
export function lineEndAfter(text: string, offset: number): number {
  const rest = /^[ \t]*(?:#[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(offset, offset + 2000));
  return rest ? offset + rest[0].length : offset;
}

/** The edit that puts a block behind a field of the whole text, or at the end. */
export function insertBlock(text: string, after: FieldNode | undefined, block: string, style: Style): TextEdit {
  if (after) {
    const at = lineEndAfter(text, after.fullEnd);
    const gap = style.eol + (style.blankLines ? style.eol : '');
    const cut = at === after.fullEnd && text.slice(at).trimStart() !== '' && !/^\r?\n/.test(text.slice(at));
    return { range: { start: at, end: at }, text: gap + block + (cut ? style.eol : '') };
  }
  const end = text.length;
  const gap = text === '' || text.endsWith('\n') ? '' : style.eol;
  return { range: { start: end, end }, text: gap + block + style.eol };
}

/** The edit that puts a block before everything from a field on. */
export function insertBefore(text: string, before: FieldNode, block: string, style: Style): TextEdit {
  const lineStart = before.range.start - indentAt(text, before.range.start).length;
  const own = lineStart === 0 || text[lineStart - 1] === '\n';
  const at = own ? lineStart : before.range.start;
  return { range: { start: at, end: at }, text: block + style.eol + (style.blankLines ? style.eol : '') };
}

/** Does a comment say nothing but the field? */
function isAloneInComment(text: string, field: FieldNode): field is FieldNode & { readonly comment: Range } {
  const { comment, range, fullEnd } = field;
  if (comment === undefined || text.slice(fullEnd, comment.end).trim() !== '') return false;
  return /^#+\s*crema\s*:\s*$/i.test(text.slice(comment.start, range.start));
}

/** The range to delete for a field to be gone: with its line where it has one to itself, and a blank line too many. */
export function removalRange(text: string, field: FieldNode): Range {
  const { start, end } = isAloneInComment(text, field)
    ? field.comment
    : { start: field.range.start, end: field.fullEnd };
  const lineStart = start - indentAt(text, start).length;
  const ownStart = lineStart === 0 || text[lineStart - 1] === '\n';
  const tail = /^[ \t]*(\r?\n|$)/.exec(text.slice(end, end + 200));
  if (ownStart && tail) {
    const lineEnd = end + tail[0].length;
    const blankBefore = lineStart === 0 || /\n[ \t]*\r?\n$/.test(text.slice(Math.max(0, lineStart - 200), lineStart));
    const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(lineEnd, lineEnd + 200));
    return { start: lineStart, end: lineEnd + (blankBefore && blankAfter ? blankAfter[0].length : 0) };
  }
  if (ownStart) return { start, end };
  return { start: start - (/[ \t]*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0].length ?? 0), end };
}

/** Where the comments on lines of their own right above a field begin, else its line; those at the head of the text are the text's, but in a piece the layer's. */
export function leadingStart(text: string, field: FieldNode, isPiece = false): number {
  const lineStart = field.range.start - indentAt(text, field.range.start).length;
  if (lineStart > 0 && text[lineStart - 1] !== '\n') return field.range.start;
  let start = lineStart;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (!/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return start === 0 && !isPiece ? lineStart : start;
}

/** The edits that take items of fields out; a list that loses all its items goes with its name. */
export function removeItems(text: string, items: readonly Item[]): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const field of new Set(items.map((item) => item.field))) {
    const list = field.value?.kind === 'list' ? field.value.items : [];
    const gone = new Set(items.flatMap((item) => (item.field === field ? [item.inList ?? -1] : [])));
    if (gone.has(-1) || gone.size === list.length) {
      edits.push({ range: removalRange(text, field), text: '' });
      continue;
    }
    list.forEach((item, i) => {
      if (!gone.has(i)) return;
      const after = list[i + 1];
      const isTail = list.every((_, k) => k < i || gone.has(k));
      const start = isTail ? (list[i - 1]?.range.end ?? item.range.start) : item.range.start;
      const end = isTail || !after ? item.range.end : after.range.start;
      edits.push({ range: { start, end }, text: '' });
    });
  }
  return edits;
}

/** The edit that puts a field into a message, behind `after` or behind its last field. `write` gets the indentation, or undefined on one line. */
export function insertField(
  text: string,
  message: MessageNode,
  after: FieldNode | undefined,
  style: Style,
  write: (indent: string | undefined) => string,
): TextEdit {
  const last = after ?? message.fields.at(-1);
  const bodyEnd = message.close?.start ?? message.range.end;
  const open = message.open?.end ?? 0;
  const oneLine = message.open !== undefined && !text.slice(message.open.start, bodyEnd).includes('\n');
  if (oneLine) {
    const at = last?.fullEnd ?? open;
    const closeUp = last === undefined && bodyEnd === open ? ' ' : '';
    return { range: { start: at, end: at }, text: ` ${write(undefined)}${closeUp}` };
  }
  const at = lineEndAfter(text, last?.fullEnd ?? open);
  const indent = last
    ? indentAt(text, last.range.start)
    : indentAt(text, message.open?.start ?? 0) + (message.open ? style.step : '');
  const first = at === 0 && text === '';
  const closing =
    text.slice(at, bodyEnd).includes('\n') || message.open === undefined
      ? ''
      : style.eol + indentAt(text, message.open.start);
  return { range: { start: at, end: at }, text: `${first ? '' : style.eol}${indent}${write(indent)}${closing}` };
}

/** The edit that puts a comment for Crema into a message, behind all it holds; it needs a line of its own. */
export function insertComment(text: string, message: MessageNode, field: string, style: Style): TextEdit {
  const comment = `# crema: ${field}`;
  const { open, close } = message;
  const last = allFields(message).reduce((end, one) => Math.max(end, one.comment?.end ?? one.fullEnd), 0);
  const closeStart = close?.start ?? message.range.end;
  if (open !== undefined && close !== undefined && !text.slice(open.start, closeStart).includes('\n')) {
    const outer = indentAt(text, open.start);
    const put = `${style.eol}${outer}${style.step}${comment}${style.eol}${outer}`;
    return { range: { start: last || open.end, end: closeStart }, text: put };
  }
  const from = last || (open?.end ?? 0);
  const at = lineEndAfter(text, from);
  const indent = open ? indentAt(text, open.start) + style.step : '';
  // A closing brace behind the last field, on its line, must not become part of the comment.
  const closing = text.slice(at, closeStart).includes('\n') || !open ? '' : style.eol + indentAt(text, open.start);
  return { range: { start: at, end: at }, text: `${at === 0 ? '' : style.eol}${indent}${comment}${closing}` };
}

/** The items of a field by name: each occurrence, and each item of a list. */
export interface Item {
  readonly field: FieldNode;
  readonly value: ValueNode;
  /** Position in its list; undefined outside one. */
  readonly inList: number | undefined;
}

/** All items of a field in a message, in order. */
export function itemsOf(message: MessageNode, name: string): Item[] {
  return (isExtension(name) ? message.extensions : message.fields)
    .filter((field) => field.name === name)
    .flatMap((field): Item[] => {
      if (!field.value) return [];
      if (field.value.kind !== 'list') return [{ field, value: field.value, inList: undefined }];
      return field.value.items.map((value, inList) => ({ field, value, inList }));
    });
}
