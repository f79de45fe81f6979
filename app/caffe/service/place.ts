/** Where in the schema an offset of a text lies: what every feature of the editing service asks first. */
import { readNet } from '../net/read-net.ts';
import type { Field, MessageType } from '../schema/dsl.ts';
import { NetParameter } from '../schema/net-messages.ts';
import { SolverParameter } from '../schema/solver-messages.ts';
import { parse } from '../text/parse.ts';
import { textOfLiterals } from '../text/strings.ts';
import { allFields, pathAt } from '../text/tree.ts';
import type { Document, FieldNode, MessageNode, ScalarNode } from '../text/tree.ts';

/** What a text is. */
export type TextKind = 'network' | 'solver';

/** The place of an offset. */
export interface Place {
  readonly document: Document;
  /** The innermost message around the offset, and its type. */
  readonly message: MessageNode;
  readonly type: MessageType;
  /** The layer around the offset, in either form. */
  readonly layer: MessageNode | undefined;
  /** The field that the offset touches, with what the schema says of it. */
  readonly field: FieldNode | undefined;
  readonly schema: Field | undefined;
  /** The single value of that field that the offset touches; of a list, the one item. */
  readonly value: ScalarNode | undefined;
}

const ROOTS: Readonly<Record<TextKind, MessageType>> = { network: NetParameter, solver: SolverParameter };

let lastSolver: Document | undefined;

/** The tree of a text; the last one of each kind is kept. */
export function documentOf(kind: TextKind, text: string): Document {
  if (kind === 'network') return readNet(text).document;
  if (lastSolver?.text !== text) lastSolver = parse(text);
  return lastSolver;
}

/** A field of a message type by name, if it has one. */
export const schemaField = (type: MessageType, name: string): Field | undefined =>
  Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;

/** Is the message a layer, in today's form or the old one? */
export const isLayer = (type: MessageType): boolean =>
  type.name === 'LayerParameter' || type.name === 'V1LayerParameter';

/** The place of an offset; undefined inside a field that the schema does not know. */
export function placeAt(kind: TextKind, text: string, offset: number): Place | undefined {
  const document = documentOf(kind, text);
  const { message, path } = pathAt(document, offset);
  let type = ROOTS[kind];
  let layer: MessageNode | undefined;
  for (const [i, step] of path.entries()) {
    const inner = schemaField(type, step.name)?.type;
    if (typeof inner !== 'object' || inner.kind !== 'message') return undefined;
    type = inner;
    if (isLayer(type)) layer = i === path.length - 1 ? message : bodyOf(step, offset);
  }
  const field = allFields(message).find(({ range }) => range.start <= offset && offset <= range.end);
  return {
    document,
    message,
    type,
    layer,
    field,
    schema: field && schemaField(type, field.name),
    value: field && valueAt(field, offset),
  };
}

/** The body of a field's message around an offset. */
function bodyOf({ value }: FieldNode, offset: number): MessageNode | undefined {
  if (value?.kind === 'message') return value;
  if (value?.kind !== 'list') return undefined;
  return value.items.find(
    (item): item is MessageNode => item.kind === 'message' && item.range.start <= offset && offset <= item.range.end,
  );
}

function valueAt({ value }: FieldNode, offset: number): ScalarNode | undefined {
  const items = value?.kind === 'list' ? value.items : value ? [value] : [];
  return items.find(
    (item): item is ScalarNode => item.kind === 'scalar' && item.range.start <= offset && offset <= item.range.end,
  );
}

/** The string or word that the first occurrence of a field holds. */
export function wordIn(message: MessageNode, name: string): string | undefined {
  const value = message.fields.find((field) => field.name === name)?.value;
  if (value?.kind !== 'scalar') return undefined;
  return value.form === 'string' ? textOfLiterals(value.parts) : value.text;
}
