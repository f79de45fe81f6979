/**
 * What two similar texts have in common: the fields of the whole text in front of the change stay as they are, those
 * behind it stay but for their place. A moved field makes its inner nodes only when they are asked for.
 */
import type { Range } from '../diagnostics.ts';
import type { FieldNode, MessageNode, ScalarNode, ValueNode } from './tree.ts';

/** Where two texts differ: they are equal before `start`, and from `oldEnd` in the one and `newEnd` in the other. */
export interface Change {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** The one stretch in which two texts differ. */
export function changeBetween(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  const most = shorter - start;
  while (same < most && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same))
    same++;
  return { start, oldEnd: before.length - same, newEnd: after.length - same };
}

/** So many characters behind a token can decide where it ends: `1e-` and the digit that makes it a number. */
const LOOK_AHEAD = 3;

/** The fields of the whole text that a change does not touch, in front of it: as far as another one begins before it. */
export function keptBefore(fields: readonly FieldNode[], start: number): readonly FieldNode[] {
  let count = 0;
  while (count + 1 < fields.length && (fields[count + 1] as FieldNode).range.start + LOOK_AHEAD <= start) count++;
  return fields.slice(0, count);
}

/** The fields of the whole text that begin behind a change, from an index on, where they stand in the new text. */
export function keptBehind(fields: readonly FieldNode[], { oldEnd, newEnd }: Change, from: number): FieldNode[] {
  let first = fields.length;
  while (first > from && (fields[first - 1] as FieldNode).range.start >= oldEnd) first--;
  const kept = fields.slice(first);
  const by = newEnd - oldEnd;
  return by === 0 ? kept : kept.map((field) => moved(field, by));
}

/** A field of an earlier text as it stands in this one. */
export class MovedField implements FieldNode {
  readonly kind = 'field';
  /** As it was read. */
  readonly origin: FieldNode;
  /** How much further back it stands now. */
  readonly by: number;
  readonly range: Range;
  #value: ValueNode | undefined;
  readonly #twins = new Map<object, object>();

  constructor(origin: FieldNode, by: number) {
    this.origin = origin;
    this.by = by;
    this.range = movedRange(origin.range, by);
  }

  get name(): string {
    return this.origin.name;
  }

  get nameRange(): Range {
    return movedRange(this.origin.nameRange, this.by);
  }

  get hasColon(): boolean {
    return this.origin.hasColon;
  }

  get fullEnd(): number {
    return this.origin.fullEnd + this.by;
  }

  get value(): ValueNode | undefined {
    const { value } = this.origin;
    return (this.#value ??= value && this.#valueNode(value));
  }

  /** The node of this field's value that stands for one of its origin's: a field or a message in braces. */
  twinOf<Node extends FieldNode | MessageNode>(node: Node): Node {
    if ((node as object) === this.origin) return this as unknown as Node;
    if (this.value === undefined) return node;
    return (this.#twins.get(node) ?? node) as Node;
  }

  #valueNode(value: ValueNode): ValueNode {
    if (value.kind === 'scalar') return this.#scalar(value);
    if (value.kind === 'message') return this.#message(value);
    const items = value.items.map((item) => (item.kind === 'scalar' ? this.#scalar(item) : this.#message(item)));
    return { kind: 'list', items, range: movedRange(value.range, this.by) };
  }

  #scalar(node: ScalarNode): ScalarNode {
    const { kind, form, text, parts, range } = node;
    return { kind, form, text, parts, range: movedRange(range, this.by) };
  }

  #message(node: MessageNode): MessageNode {
    const twin: MessageNode = {
      kind: 'message',
      fields: node.fields.map((field) => this.#field(field)),
      extensions: node.extensions.map((field) => this.#field(field)),
      open: node.open && movedRange(node.open, this.by),
      close: node.close && movedRange(node.close, this.by),
      range: movedRange(node.range, this.by),
      ...(node.inComment && { inComment: true }),
    };
    this.#twins.set(node, twin);
    return twin;
  }

  #field(node: FieldNode): FieldNode {
    const twin: FieldNode = {
      kind: 'field',
      name: node.name,
      nameRange: movedRange(node.nameRange, this.by),
      hasColon: node.hasColon,
      value: node.value && this.#valueNode(node.value),
      range: movedRange(node.range, this.by),
      fullEnd: node.fullEnd + this.by,
      ...(node.comment && { comment: movedRange(node.comment, this.by) }),
    };
    this.#twins.set(node, twin);
    return twin;
  }
}

function moved(field: FieldNode, by: number): FieldNode {
  if (!(field instanceof MovedField)) return new MovedField(field, by);
  // Moved twice is moved once by the sum, and back to where it stood is the field itself.
  return field.by + by === 0 ? field.origin : new MovedField(field.origin, field.by + by);
}

const movedRange = ({ start, end }: Range, by: number): Range => ({ start: start + by, end: end + by });
