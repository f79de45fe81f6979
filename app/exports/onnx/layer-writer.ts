/** What the rules for each layer type are given: the layer, its values by position, and short ways to add operations. */
import type { Shape } from '../../caffe/net/layer-table.ts';
import type { NetLayer } from '../../caffe/net/typed-net.ts';
import type { LayerParameter } from '../../caffe/schema/net-messages.ts';
import { setting, type SettingField, type SettingType } from '../../caffe/schema/values.ts';
import { nth } from '../../layers/views.ts';
import { ExportError } from '../export-error.ts';
import type { StoredBlob } from '../../caffe/wire/stored-blob.ts';
import type { Attribute, GraphBuilder } from './graph-builder.ts';

type Attributes = Readonly<Record<string, Attribute>>;

/** Writes one layer. Throws ExportError for settings that ONNX has no form for. */
export type LayerRule = (w: LayerWriter) => void;

/** Parts of a {@link LayerWriter}. */
export interface WriterParts {
  readonly builder: GraphBuilder;
  readonly layer: NetLayer;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  readonly weights: readonly StoredBlob[];
}

/** One layer being written. Shapes are for a batch of one; the first extent of every blob may be any in the file. */
export class LayerWriter {
  readonly builder: GraphBuilder;
  readonly layer: NetLayer;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  readonly weights: readonly StoredBlob[];

  constructor(parts: WriterParts) {
    this.builder = parts.builder;
    this.layer = parts.layer;
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.inputShapes = parts.inputShapes;
    this.outputShapes = parts.outputShapes;
    this.weights = parts.weights;
  }

  get parameter(): LayerParameter {
    return this.layer.parameter;
  }

  /** First bottom, its shape, first top, its shape. */
  get x(): string {
    return nth(this.inputs, 0);
  }

  get shape(): Shape {
    return nth(this.inputShapes, 0);
  }

  get y(): string {
    return nth(this.outputs, 0);
  }

  get outShape(): Shape {
    return nth(this.outputShapes, 0);
  }

  /** The layer's settings message. */
  settings<K extends SettingField>(field: K): SettingType<K> {
    return setting(this.layer.parameter, field);
  }

  /** A name for a value between two operations of this layer. */
  temp(what: string): string {
    return this.builder.reserve(`${this.layer.name}/${what}`);
  }

  /** An operation on given values; the name of what it makes, `into` or one made up. */
  op(operator: string, inputs: readonly string[], attributes: Attributes = {}, into?: string): string {
    const output = into ?? this.temp(operator.toLowerCase());
    this.builder.node(operator, this.layer.name, inputs, [output], attributes);
    return output;
  }

  /** The layer's last operation: what it makes is the first top. */
  end(operator: string, inputs: readonly string[], attributes: Attributes = {}): void {
    this.op(operator, inputs, attributes, this.y);
  }

  /** Parameter blob `i` as a constant, in another shape of the same count where one is given. */
  weight(i: number, what: string, shape?: Shape): string {
    const blob = nth(this.weights, i);
    return this.builder.floats(`${this.layer.name}/${what}`, shape ?? blob.shape, blob.data);
  }

  /** An array made here, as a constant. */
  floats(what: string, shape: Shape, values: Float32Array): string {
    return this.builder.floats(`${this.layer.name}/${what}`, shape, values);
  }

  number(value: number): string {
    return this.builder.number(value);
  }

  ints(values: readonly number[]): string {
    return this.builder.ints(values);
  }

  /** `x · factor + shift`, leaving out what changes nothing. */
  linear(x: string, factor: number, shift: number): string {
    let value = x;
    if (factor !== 1) value = this.op('Mul', [value, this.number(factor)]);
    if (shift !== 0) value = this.op('Add', [value, this.number(shift)]);
    return value;
  }

  /** Gives a value the shape of the first top, for any batch. */
  reshaped(x: string, from: Shape, to: Shape = this.outShape): string {
    return this.op('Reshape', [x, this.ints(this.target(from, to))], {});
  }

  /** The same, as the layer's last operation. */
  endReshaped(x: string, from: Shape, to: Shape = this.outShape): void {
    this.end('Reshape', [x, this.ints(this.target(from, to))]);
  }

  /**
   * A shape for Reshape that holds for any batch: the first extent is what is left over. An extent that a batch of one
   * leaves as 1 is the batch.
   */
  target(from: Shape, to: Shape): number[] {
    if (from.length === 0 || to.length === 0) return [...to];
    if (from[0] === to[0]) return [0, ...to.slice(1)];
    return [-1, ...to.slice(1)];
  }

  /** Refuses the layer. */
  refuse(why: string): never {
    throw new ExportError(
      `Layer "${this.layer.name}" (${this.layer.type}) cannot be written as ONNX: ${why}`,
      this.layer.name,
    );
  }
}
