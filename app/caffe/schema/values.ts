/** Messages with nothing set, and reading a setting that may be missing: what C++'s default instances give Caffe. */
import { EXPLICIT } from './dsl.ts';
import type { Field, Infer, MessageType } from './dsl.ts';
import { LayerParameter } from './net-messages.ts';

const empty = new WeakMap<MessageType, object>();

/** What a field is when it is not set: an empty array, its default, or what protobuf takes where a required one is missing. */
export function unsetValue(field: Field): unknown {
  if (field.label === 'repeated') return [];
  if (field.defaultValue !== undefined) return field.defaultValue;
  return undefined;
}

const blanks = new WeakMap<MessageType, object>();

/**
 * A new object to be filled in, which has every field of the type at its default. The defaults are inherited, so that a
 * layer is as small as what is written in it: copy it with `copyMessage`, for a spread would lose them.
 */
export function blankMessage(type: MessageType): Record<PropertyKey, unknown> {
  let blank = blanks.get(type);
  if (!blank) {
    blank = Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, unsetValue(field)]));
    blanks.set(type, blank);
  }
  return Object.create(blank) as Record<PropertyKey, unknown>;
}

/** A message of the same type and values, with some of them replaced. What counts as written stays as it is. */
export function copyMessage<Message extends object>(message: Message, changes: Partial<Message> = {}): Message {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object) as Message, message, changes);
}

/**
 * A message of the type with nothing set: every field at its default. The same frozen object each time (so it may be
 * compared by identity, and must not be changed).
 */
export function emptyMessage<M extends MessageType>(type: M): Infer<M> {
  const known = empty.get(type);
  if (known) return known as Infer<M>;
  const value = blankMessage(type);
  value[EXPLICIT] = new Set<string>();
  empty.set(type, Object.freeze(value));
  return value as Infer<M>;
}

/** Builds a message from the given fields; those count as explicitly set, the rest are at their defaults. */
export function messageOf<M extends MessageType>(type: M, fields: Partial<Omit<Infer<M>, typeof EXPLICIT>>): Infer<M> {
  const message = blankMessage(type);
  const explicit = new Set<string>();
  for (const [name, value] of Object.entries(fields as Record<string, unknown>)) {
    if (value === undefined) continue;
    message[name] = value;
    explicit.add(name);
  }
  message[EXPLICIT] = explicit;
  return message as Infer<M>;
}

type LayerFields = (typeof LayerParameter)['fields'];

/** Names of the LayerParameter fields that hold one message, such as `convolution_param`. */
export type SettingField = {
  [K in keyof LayerFields]: LayerFields[K] extends Field<'optional', infer T, undefined>
    ? T extends MessageType
      ? K
      : never
    : never;
}[keyof LayerFields];

/** The type of a layer's settings message. */
export type SettingType<K extends SettingField> = NonNullable<LayerParameter[K]>;

/** A layer's settings message, or its default instance when the layer does not have one: `setting(layer, 'relu_param')`. */
export function setting<K extends SettingField>(layer: LayerParameter, field: K): SettingType<K> {
  return layer[field] ?? (emptyMessage(LayerParameter.fields[field].type as MessageType) as SettingType<K>);
}
