/** Collects nodes, constants and names of an ONNX graph while the layers of a net are written one after another. */
import { messageOf } from '../../caffe/schema/values.ts';
import { ATTRIBUTE_TYPES, AttributeProto, NodeProto, ONNX_TYPES, TensorProto } from './messages.ts';

/** A setting of a node: text, whole numbers and numbers are different types in ONNX, so a number says which it is. */
export type Attribute =
  { readonly int: number } | { readonly float: number } | string | { readonly ints: readonly number[] };

const utf8 = new TextEncoder();

function attributeOf(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'string')
    return messageOf(AttributeProto, { name, s: utf8.encode(value), type: ATTRIBUTE_TYPES.STRING });
  if ('int' in value) return messageOf(AttributeProto, { name, i: value.int, type: ATTRIBUTE_TYPES.INT });
  if ('float' in value) return messageOf(AttributeProto, { name, f: value.float, type: ATTRIBUTE_TYPES.FLOAT });
  return messageOf(AttributeProto, { name, ints: value.ints, type: ATTRIBUTE_TYPES.INTS });
}

/** The growing graph. Names of values that it makes up begin with the layer's. */
export class GraphBuilder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #taken = new Set<string>();
  readonly #nodeNames = new Set<string>();
  readonly #constants = new Map<string, string>();

  /** Takes a name, or one like it that is free. */
  reserve(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.#taken.has(name); k++) name = `${wanted}_${k}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds an operation that makes the given values. */
  node(
    operator: string,
    layer: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    let name = layer;
    for (let k = 2; this.#nodeNames.has(name); k++) name = `${layer}/${operator}${k > 2 ? `_${k}` : ''}`;
    this.#nodeNames.add(name);
    this.nodes.push(
      messageOf(NodeProto, {
        input,
        output,
        name,
        op_type: operator,
        attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
      }),
    );
  }

  /** Adds an array of numbers; its name. */
  floats(wanted: string, shape: readonly number[], values: Float32Array): string {
    const name = this.reserve(wanted);
    const { buffer, byteOffset, byteLength } = values;
    const raw = new Uint8Array(buffer, byteOffset, byteLength);
    this.initializers.push(messageOf(TensorProto, { dims: shape, data_type: ONNX_TYPES.FLOAT, name, raw_data: raw }));
    return name;
  }

  /** A number, kept once however often it is used. */
  number(value: number): string {
    return this.#constant(`number ${value}`, `constant_${value}`, () => ({
      dims: [],
      data_type: ONNX_TYPES.FLOAT,
      raw_data: new Uint8Array(Float32Array.of(value).buffer),
    }));
  }

  /** A list of whole numbers (axes, shapes), kept once however often it is used. */
  ints(values: readonly number[]): string {
    return this.#constant(`ints ${values.join(' ')}`, `ints_${values.join('_')}`, () => ({
      dims: [values.length],
      data_type: ONNX_TYPES.INT64,
      raw_data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    }));
  }

  #constant(
    key: string,
    wanted: string,
    make: () => { dims: readonly number[]; data_type: number; raw_data: Uint8Array },
  ): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.reserve(wanted);
    this.#constants.set(key, name);
    this.initializers.push(messageOf(TensorProto, { ...make(), name }));
    return name;
  }
}
