/**
 * Several changes to one layer of a text, one upon the other, given back as a single edit of what differs in the end.
 */
import type { Range, TextEdit } from '../diagnostics.ts';
import { applyEdits } from './apply-edits.ts';
import { indentAt } from './edit-places.ts';
import { parse } from './parse.ts';
import type { MessageNode } from './tree.ts';

/** A change to a message of a text: the edits for it. */
export type Step = (text: string, message: MessageNode) => readonly TextEdit[];

/** The edit that the steps make together to a message of a text, of which `first` are done before; none where nothing changes. */
export function reworked(
  text: string,
  node: MessageNode,
  steps: readonly Step[],
  first: readonly TextEdit[] = [],
): TextEdit[] {
  const { start, end } = node.range;
  const old = text.slice(start, end);
  // The message stands alone, behind a word, at the indentation it has in the text.
  const head = `${indentAt(text, start)}layer `;
  const shifted = first.map(({ range, text: put }) => ({
    range: { start: range.start - start + head.length, end: range.end - start + head.length },
    text: put,
  }));
  let alone = applyEdits(head + old, shifted);
  for (const step of steps) {
    const message = parse(alone).root.fields[0]?.value;
    if (message?.kind !== 'message') break;
    alone = applyEdits(alone, step(alone, message));
  }
  return differing({ start, end }, old, alone.slice(head.length));
}

/** The edit of what differs between two texts, of which the first stands at a range. */
function differing({ start, end }: Range, old: string, now: string): TextEdit[] {
  if (old === now) return [];
  let head = 0;
  while (head < old.length && old[head] === now[head]) head++;
  let tail = 0;
  const room = Math.min(old.length, now.length) - head;
  while (tail < room && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  return [{ range: { start: start + head, end: end - tail }, text: now.slice(head, now.length - tail) }];
}

/** Is a range within another? */
export const within = (inner: Range, outer: Range): boolean => inner.start >= outer.start && inner.end <= outer.end;
