/** Where in the schema an offset of a text lies. */
import { NetParameter } from '../caffe/schema/net-messages.ts';
import { SolverParameter } from '../caffe/schema/solver-messages.ts';
import type { Field, MessageType } from '../caffe/schema/dsl.ts';
import { parse } from '../caffe/text/parse.ts';
import { pathAt, type FieldNode, type MessageNode } from '../caffe/text/tree.ts';
import type { TextName } from '../store/document.ts';

export interface SchemaPlace {
  /** The innermost message around the offset, and its type. */
  readonly message: MessageNode;
  readonly type: MessageType;
  /** The layer around the offset. */
  readonly layer: MessageNode | undefined;
}

const ROOTS: Readonly<Record<TextName, MessageType>> = { network: NetParameter, solver: SolverParameter };

/** A field of a message type by name, if it has one. */
export const fieldOf = (type: MessageType, name: string): Field | undefined =>
  Object.hasOwn(type.fields, name) ? (type.fields as Readonly<Record<string, Field>>)[name] : undefined;

/** The message that an offset lies in; undefined inside a field that the schema does not know. */
export function schemaPlace(name: TextName, text: string, offset: number): SchemaPlace | undefined {
  const { message, path } = pathAt(parse(text), offset);
  let type = ROOTS[name];
  let layer: MessageNode | undefined;
  for (const { name: step, value } of path) {
    const inner = fieldOf(type, step)?.type;
    if (typeof inner !== 'object' || inner.kind !== 'message') return undefined;
    type = inner;
    if (type.name === 'LayerParameter') layer = value?.kind === 'message' ? value : message;
  }
  return { message, type, layer };
}

/** The string that a field of a message holds, as written between its quotes. */
export function stringIn(message: MessageNode, name: string): string | undefined {
  const value = message.fields.find((field) => field.name === name)?.value;
  return value?.kind === 'scalar' && value.form === 'string' ? value.text.slice(1, -1) : undefined;
}

/** The field of a message that an offset touches. */
export const touchedField = (message: MessageNode, offset: number): FieldNode | undefined =>
  message.fields.find(({ range }) => range.start <= offset && offset <= range.end);
