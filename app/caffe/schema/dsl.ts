/**
 * How a protobuf schema is written in TypeScript here, and the static types read off it. One description of Caffe's
 * messages drives the text parser, completion, hover, defaults, forms and the binary codec, and types every layer's
 * parameters, without generated code.
 */

export type ScalarType = 'bool' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'float' | 'double' | 'string' | 'bytes';

/** A protobuf enum: value names with their numbers. */
export interface EnumType<Name extends string = string> {
  readonly kind: 'enum';
  readonly name: string;
  readonly values: Readonly<Record<Name, number>>;
  readonly doc: string;
}

/** A protobuf message: fields by name. `fields` is a thunk so that messages may refer to later ones. */
export interface MessageType<F extends Fields = Fields> {
  readonly kind: 'message';
  readonly name: string;
  readonly doc: string;
  readonly fields: F;
}

export type FieldType = ScalarType | EnumType | MessageType;
export type Label = 'optional' | 'required' | 'repeated';

/** One field: its number on the wire, label, type, default and the comment shown to people. */
export interface Field<
  L extends Label = Label,
  T extends FieldType = FieldType,
  D extends FieldDefault | undefined = FieldDefault | undefined,
> {
  readonly number: number;
  readonly label: L;
  readonly type: T;
  /** The default Caffe's proto declares; undefined where it declares none. */
  readonly defaultValue: D;
  readonly doc: string;
  readonly packed: boolean;
  readonly deprecated: boolean;
  /** Where the field is not BVLC Caffe's: the fork it comes from, or `crema`. */
  readonly fork?: string;
  /** The least and the largest value that makes sense, both included; any number of the type where there are none. */
  readonly limits?: readonly [number, number];
}

/**
 * Fields whose name begins so are Crema's own and stand in comments, `# crema: augment { … }`: Caffe passes over them and
 * reads the rest of the file. They are written to no binary file.
 */
const IN_COMMENT = 'crema:';

/** The schema's name of a field that stands in comments under the given name. */
export const extensionName = <Name extends string>(name: Name): `crema:${Name}` => `${IN_COMMENT}${name}`;

/** Does a field of that name stand in comments? */
export const isExtension = (name: string): boolean => name.startsWith(IN_COMMENT);

/** The name of a field as the text has it. */
export const writtenName = (name: string): string => (isExtension(name) ? name.slice(IN_COMMENT.length) : name);

export type FieldDefault = number | string | boolean;
export type Fields = Readonly<Record<string, Field>>;

/** Which fields were set explicitly, as protobuf's `has_x()`. Kept on every decoded message. */
export const EXPLICIT: unique symbol = Symbol('explicit');

type ScalarValue<T extends ScalarType> = T extends 'bool'
  ? boolean
  : T extends 'string'
    ? string
    : T extends 'bytes'
      ? Uint8Array
      : number;

type ValueOf<T extends FieldType> = T extends ScalarType
  ? ScalarValue<T>
  : T extends EnumType<infer N>
    ? N
    : T extends MessageType<infer F>
      ? Decoded<F>
      : never;

type FieldValue<X extends Field> =
  X extends Field<infer L, infer T, infer D>
    ? L extends 'repeated'
      ? readonly ValueOf<T>[]
      : L extends 'required'
        ? ValueOf<T>
        : D extends undefined
          ? ValueOf<T> | undefined
          : ValueOf<T>
    : never;

/**
 * A decoded message. A repeated field is an array (empty when unset; a packed float field of the binary codec may be
 * a Float32Array behind the same indexing); an optional field with a declared default always has a value; one without
 * is undefined when unset. `has(message, 'x')` tells whether it was written.
 */
export type Decoded<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> } & {
  readonly [EXPLICIT]: ReadonlySet<string>;
};

/** The static type of a message: `type LayerParameter = Infer<typeof LayerParameter>`. */
export type Infer<M extends MessageType> = M extends MessageType<infer F> ? Decoded<F> : never;

/** Was the field written (protobuf's `has_x()`)? */
export function has<F extends Fields>(message: Decoded<F>, field: keyof F & string): boolean {
  return message[EXPLICIT].has(field);
}

interface Extra {
  readonly packed?: boolean;
  readonly deprecated?: boolean;
  readonly fork?: string;
  readonly limits?: readonly [number, number];
}

const build = <L extends Label, T extends FieldType, D extends FieldDefault | undefined>(
  label: L,
  number: number,
  type: T,
  doc: string,
  defaultValue: D,
  extra: Extra,
): Field<L, T, D> => ({
  number,
  label,
  type,
  defaultValue,
  doc,
  packed: extra.packed ?? false,
  deprecated: extra.deprecated ?? false,
  ...(extra.fork === undefined ? {} : { fork: extra.fork }),
  ...(extra.limits === undefined ? {} : { limits: extra.limits }),
});

type DefaultOf<T extends FieldType> = T extends 'bool'
  ? boolean
  : T extends 'string' | 'bytes'
    ? string
    : T extends ScalarType
      ? number
      : T extends EnumType<infer N>
        ? N
        : never;

/** An optional field without a declared default. */
export const optional = <T extends FieldType>(
  number: number,
  type: T,
  doc: string,
  extra: Extra = {},
): Field<'optional', T, undefined> => build('optional', number, type, doc, undefined, extra);

/** An optional field with the default Caffe's proto declares. */
export const withDefault = <T extends FieldType>(
  number: number,
  type: T,
  defaultValue: DefaultOf<T>,
  doc: string,
  extra: Extra = {},
): Field<'optional', T, FieldDefault> => build('optional', number, type, doc, defaultValue, extra);

/** A required field. */
export const required = <T extends FieldType>(number: number, type: T, doc: string): Field<'required', T, undefined> =>
  build('required', number, type, doc, undefined, {});

/** A repeated field. */
export const repeated = <T extends FieldType>(
  number: number,
  type: T,
  doc: string,
  extra: Extra = {},
): Field<'repeated', T, undefined> => build('repeated', number, type, doc, undefined, extra);

/** Declares an enum. */
export const enumType = <Name extends string>(
  name: string,
  values: Readonly<Record<Name, number>>,
  doc = '',
): EnumType<Name> => ({ kind: 'enum', name, values, doc });

/** Declares a message. */
export const message = <F extends Fields>(name: string, doc: string, fields: F): MessageType<F> => ({
  kind: 'message',
  name,
  doc,
  fields,
});
