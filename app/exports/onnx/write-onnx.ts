/**
 * A trained net as an ONNX file (operator set 13, IR version 8), as ONNX Runtime, OpenVINO and others read it. The file
 * takes images as a data set has them, bytes as floats from 0 to 255 in its channel order: what the data layer does to
 * them (crop, mean, scale) is part of the graph. The batch may be of any size. Class names and a sample input with the
 * outputs that belong to it are in its metadata.
 */
import type { Shape } from '../../caffe/net/layer-table.ts';
import type { NetLayer, TypedNet } from '../../caffe/net/typed-net.ts';
import { messageOf } from '../../caffe/schema/values.ts';
import type { Caffemodel } from '../../caffe/wire/caffemodel.ts';
import { encode } from '../../caffe/wire/encode-wire.ts';
import type { Deployed, Preparation } from '../deploy.ts';
import { ExportError } from '../export-error.ts';
import { weightsFor } from '../net-weights.ts';
import { axisRules } from './axis-rules.ts';
import { GraphBuilder } from './graph-builder.ts';
import { LayerWriter, type LayerRule } from './layer-writer.ts';
import {
  Dimension,
  GraphProto,
  ModelProto,
  ONNX_TYPES,
  OperatorSetIdProto,
  StringStringEntryProto,
  TensorShapeProto,
  TensorType,
  TypeProto,
  ValueInfoProto,
} from './messages.ts';
import { valueRules } from './value-rules.ts';
import { visionRules } from './vision-rules.ts';

/** An input and what the net makes of it, kept in the file so that a reader can check itself. */
export interface Sample {
  /** The value of the first input, for a batch of one. */
  readonly input: ArrayLike<number>;
  /** Value of each output by name. */
  readonly outputs: ReadonlyMap<string, ArrayLike<number>>;
}

/** What goes into the file besides the net and its weights. */
export interface OnnxOptions {
  /** Names of the classes, in the order of the outputs. */
  readonly classNames?: readonly string[] | undefined;
  readonly sample?: Sample | undefined;
}

const rules: Readonly<Record<string, LayerRule>> = { ...visionRules, ...valueRules, ...axisRules };

/** Layer types that can be written. */
export const onnxLayerTypes: readonly string[] = Object.keys(rules);

/**
 * The bytes of the file.
 *
 * @throws ExportError where a layer has no form in ONNX, or the weights do not fit.
 */
export function writeOnnx(deployed: Deployed, model: Caffemodel, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  const { net, preparation } = deployed;
  const builder = new GraphBuilder();
  const names = valueNames(net, builder);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const weights = weightsFor(net, model);
  const inputs: ValueInfoProto[] = [];
  for (const layer of net.layers) {
    if (layer.type === 'Input') {
      for (const id of layer.tops) inputs.push(inputOf(net, id, nameOf(id), preparation, builder));
    } else writeLayer(net, layer, nameOf, builder, weights(layer));
  }
  const outputs = net.outputs.map((id) => valueInfo(nameOf(id), shapeOf(net, id)));
  const graph = messageOf(GraphProto, {
    node: builder.nodes,
    name: net.name === '' ? 'net' : net.name,
    initializer: builder.initializers,
    input: inputs,
    output: outputs,
  });
  return encode(
    messageOf(ModelProto, {
      ir_version: 8,
      producer_name: 'Crema',
      graph,
      opset_import: [messageOf(OperatorSetIdProto, { domain: '', version: 13 })],
      metadata_props: metadata(preparation, options),
    }),
    ModelProto,
  );
}

/** A name for each version of a blob: its last has the blob's own. */
function valueNames(net: TypedNet, builder: GraphBuilder): ReadonlyMap<string, string> {
  const last = new Map<string, string>();
  for (const { id, name } of net.blobs.values()) last.set(name, id);
  const names = new Map<string, string>();
  for (const [name, id] of last) names.set(id, builder.reserve(name));
  for (const { id, name, producer } of net.blobs.values())
    if (!names.has(id)) names.set(id, builder.reserve(`${name}/${net.layers[producer]?.name ?? ''}`));
  return names;
}

function shapeOf(net: TypedNet, id: string): Shape {
  const shape = net.blobs.get(id)?.shape;
  if (shape === undefined) throw new Error(`Blob ${id} has no shape.`);
  return shape;
}

function writeLayer(
  net: TypedNet,
  layer: NetLayer,
  nameOf: (id: string) => string,
  builder: GraphBuilder,
  weights: ReturnType<ReturnType<typeof weightsFor>>,
): void {
  const rule = Object.hasOwn(rules, layer.type) ? rules[layer.type] : undefined;
  if (rule === undefined)
    throw new ExportError(
      `Layer "${layer.name}" is of type ${layer.type}, which cannot be written as ONNX. Replace it, or export as Caffe.`,
      layer.name,
    );
  rule(
    new LayerWriter({
      builder,
      layer,
      inputs: layer.bottoms.map(nameOf),
      outputs: layer.tops.map(nameOf),
      inputShapes: layer.bottoms.map((id) => shapeOf(net, id)),
      outputShapes: layer.tops.map((id) => shapeOf(net, id)),
      weights,
    }),
  );
}

/** An input of the graph; for images, with what prepares them behind it. */
function inputOf(
  net: TypedNet,
  id: string,
  name: string,
  preparation: Preparation | undefined,
  builder: GraphBuilder,
): ValueInfoProto {
  const blob = net.blobs.get(id);
  if (preparation === undefined || blob?.name !== preparation.blob) return valueInfo(name, shapeOf(net, id));
  const steps = prepareSteps(preparation, builder);
  if (steps.length === 0) return valueInfo(name, shapeOf(net, id));
  const images = builder.reserve('images');
  steps.reduce((value, { operator, constants }, i) => {
    const output = i === steps.length - 1 ? name : builder.reserve(`images/${operator.toLowerCase()}`);
    builder.node(operator, `prepare_${operator.toLowerCase()}`, [value, ...constants], [output]);
    return output;
  }, images);
  return valueInfo(images, [1, ...preparation.record]);
}

interface Step {
  readonly operator: string;
  readonly constants: readonly string[];
}

/** What is done to an image: channels turned round, mean subtracted, middle cut out, multiplied. The mean of a file is as large as the image. */
function prepareSteps(preparation: Preparation, builder: GraphBuilder): Step[] {
  const { record, crop, reverse, mean, usesMeanFile, scale } = preparation;
  const [channels = 1, height = 1, width = 1] = record;
  const steps: Step[] = [];
  if (reverse) {
    // From the last channel to the one before the first, which no number of channels reaches.
    const constants = [[-1], [-channels - 1], [1], [-1]].map((values) => builder.ints(values));
    steps.push({ operator: 'Slice', constants });
  }
  if (mean.length > 0) {
    const shape = usesMeanFile ? [1, channels, height, width] : [1, mean.length, 1, 1];
    steps.push({ operator: 'Sub', constants: [builder.floats('images/mean', shape, mean)] });
  }
  const [rows, columns] = crop;
  if (rows !== height || columns !== width) {
    const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
    const constants = [
      [top, left],
      [top + rows, left + columns],
      [2, 3],
    ].map((values) => builder.ints(values));
    steps.push({ operator: 'Slice', constants });
  }
  const [factor = 1] = scale;
  if (scale.length > 1) {
    const shape = [1, scale.length, 1, 1];
    steps.push({ operator: 'Mul', constants: [builder.floats('images/scale', shape, Float32Array.from(scale))] });
  } else if (factor !== 1) steps.push({ operator: 'Mul', constants: [builder.number(factor)] });
  return steps;
}

/** Type of an input or output: floats, the first extent being the batch. */
function valueInfo(name: string, shape: Shape): ValueInfoProto {
  const dim = shape.map((extent, d) => messageOf(Dimension, d === 0 ? { dim_param: 'N' } : { dim_value: extent }));
  const tensor = messageOf(TensorType, {
    elem_type: ONNX_TYPES.FLOAT,
    shape: messageOf(TensorShapeProto, { dim }),
  });
  return messageOf(ValueInfoProto, { name, type: messageOf(TypeProto, { tensor_type: tensor }) });
}

function metadata(preparation: Preparation | undefined, { classNames, sample }: OnnxOptions) {
  const entries: [string, string][] = [];
  if (preparation !== undefined) {
    const [channels = 1, height = 1, width = 1] = preparation.record;
    entries.push([
      'input',
      `Images as bytes, given as floats from 0 to 255: batch x ${channels} channels x ${height} rows x ${width} columns, channels in the order of the data set. Mean, crop and scale are part of the graph.`,
    ]);
  }
  if (classNames !== undefined) entries.push(['class_names', JSON.stringify(classNames)]);
  if (sample !== undefined) {
    entries.push(['sample_input', JSON.stringify(Array.from(sample.input))]);
    const outputs = [...sample.outputs].map(([name, values]) => [name, Array.from(values)] as const);
    entries.push(['sample_outputs', JSON.stringify(Object.fromEntries(outputs))]);
  }
  return entries.map(([key, value]) => messageOf(StringStringEntryProto, { key, value }));
}
