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

interface Blank {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

const blanks = new WeakMap<MessageType, Blank>();

/**
 * A new object with every field of the type at its default, to be filled in. (Copied field by field: engines spread an
 * object of sixty fields several times slower, and a net has hundreds of messages.)
 */
export function blankMessage(type: MessageType): Record<PropertyKey, unknown> {
  let blank = blanks.get(type);
  if (!blank) {
    const fields = Object.entries(type.fields);
    blank = { names: fields.map(([name]) => name), values: fields.map(([, field]) => unsetValue(field)) };
    blanks.set(type, blank);
  }
  const { names, values } = blank;
  const message: Record<PropertyKey, unknown> = {};
  for (let i = 0; i < names.length; i++) message[names[i] as string] = values[i];
  return message;
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
