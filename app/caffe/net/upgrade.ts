/**
 * Turns old forms of a net into today's, with the result of Caffe's upgrade_proto.cpp: `layers { type: CONVOLUTION }`,
 * net inputs given by `input` with `input_dim` or `input_shape`, transformation settings inside `data_param`, and the
 * multipliers of BatchNorm.
 */
import type { Diagnostic } from '../diagnostics.ts';
import { EXPLICIT, has } from '../schema/dsl.ts';
import {
  BlobShape,
  DataParameter,
  ImageDataParameter,
  InputParameter,
  LayerParameter,
  ParamSpec,
  TransformationParameter,
  WindowDataParameter,
} from '../schema/net-messages.ts';
import type { NetParameter, V1LayerParameter } from '../schema/net-messages.ts';
import { copyMessage, messageOf } from '../schema/values.ts';
import { inheritSource, rangeOf } from '../text/decode.ts';

/** Today's name of each layer type of the old form. */
export const V1_TYPES: Readonly<Record<string, string>> = {
  ABSVAL: 'AbsVal',
  ACCURACY: 'Accuracy',
  ARGMAX: 'ArgMax',
  BNLL: 'BNLL',
  CONCAT: 'Concat',
  CONTRASTIVE_LOSS: 'ContrastiveLoss',
  CONVOLUTION: 'Convolution',
  DATA: 'Data',
  DECONVOLUTION: 'Deconvolution',
  DROPOUT: 'Dropout',
  DUMMY_DATA: 'DummyData',
  ELTWISE: 'Eltwise',
  EUCLIDEAN_LOSS: 'EuclideanLoss',
  EXP: 'Exp',
  FLATTEN: 'Flatten',
  HDF5_DATA: 'HDF5Data',
  HDF5_OUTPUT: 'HDF5Output',
  HINGE_LOSS: 'HingeLoss',
  IM2COL: 'Im2col',
  IMAGE_DATA: 'ImageData',
  INFOGAIN_LOSS: 'InfogainLoss',
  INNER_PRODUCT: 'InnerProduct',
  LRN: 'LRN',
  MEMORY_DATA: 'MemoryData',
  MULTINOMIAL_LOGISTIC_LOSS: 'MultinomialLogisticLoss',
  MVN: 'MVN',
  NONE: '',
  POOLING: 'Pooling',
  POWER: 'Power',
  RELU: 'ReLU',
  SIGMOID: 'Sigmoid',
  SIGMOID_CROSS_ENTROPY_LOSS: 'SigmoidCrossEntropyLoss',
  SILENCE: 'Silence',
  SLICE: 'Slice',
  SOFTMAX: 'Softmax',
  SOFTMAX_LOSS: 'SoftmaxWithLoss',
  SPLIT: 'Split',
  TANH: 'TanH',
  THRESHOLD: 'Threshold',
  WINDOW_DATA: 'WindowData',
};

/** The layers of a net in today's form, in order, with remarks on what was upgraded. */
export interface Upgraded {
  readonly layers: readonly LayerParameter[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Upgrades a net as Caffe's `UpgradeNetAsNeeded` does. The result's messages know their places in the text. */
export function upgradeNet(net: NetParameter): Upgraded {
  const diagnostics: Diagnostic[] = [];
  let layers = net.layer;
  const first = net.layers.find((layer) => has(layer, 'layer'));
  if (first) {
    diagnostics.push({
      code: 'old-format',
      severity: 'error',
      range: rangeOf(first, 'layer') ?? rangeOf(net, 'layers') ?? { start: 0, end: 0 },
      message:
        'This net is in Caffe\'s first form, a "layer" inside each "layers", which Crema does not read. Caffe\'s tool upgrade_net_proto_text turns it into today\'s.',
    });
    return { layers: [], diagnostics };
  }
  if (net.layers.length > 0) {
    const mixed = layers.length > 0;
    const range = rangeOf(net, 'layers') ?? { start: 0, end: 0 };
    diagnostics.push({
      code: 'old-format',
      severity: mixed ? 'error' : 'info',
      range: { start: range.start, end: range.start },
      message: mixed
        ? 'A net may not have both "layer" and "layers": those called "layer" are ignored. Write all of them as "layer".'
        : 'This net is in the old "layers" form. It is read as Caffe would upgrade it.',
    });
    layers = net.layers.map(upgradeV1Layer);
  }
  const input = inputLayer(net, diagnostics);
  return { layers: (input ? [input, ...layers] : layers).map(upgradeBatchNorm), diagnostics };
}

/** A layer of the old form as one of today's: `UpgradeV1LayerParameter` after `UpgradeNetDataTransformation`. */
export function upgradeV1Layer(old: V1LayerParameter): LayerParameter {
  const values = old as unknown as Record<string, unknown>;
  const fields: Record<string, unknown> = {};
  for (const name of old[EXPLICIT]) {
    if (name in LayerParameter.fields) fields[name] = values[name];
  }
  if (old.type !== undefined) fields['type'] = V1_TYPES[old.type];
  const count = Math.max(old.param.length, old.blob_share_mode.length, old.blobs_lr.length, old.weight_decay.length);
  if (count > 0) {
    fields['param'] = Array.from({ length: count }, (_, i) =>
      messageOf(ParamSpec, {
        name: old.param[i],
        share_mode: old.blob_share_mode[i],
        lr_mult: old.blobs_lr[i],
        decay_mult: old.weight_decay[i],
      } as Partial<ParamSpec>),
    );
  } else delete fields['param'];
  moveTransformation(old, fields);
  const layer = messageOf(LayerParameter, fields as Partial<LayerParameter>);
  inheritSource(layer, old);
  return layer;
}

const TRANSFORMED = ['scale', 'mean_file', 'crop_size', 'mirror'] as const;

/** Moves scale, mean file, crop and mirror out of an old data layer's settings into `transform_param`. */
function moveTransformation(old: V1LayerParameter, fields: Record<string, unknown>): void {
  const move = (
    field: string,
    type: typeof DataParameter | typeof ImageDataParameter | typeof WindowDataParameter,
  ): void => {
    const settings = fields[field] as DataParameter | ImageDataParameter | WindowDataParameter | undefined;
    const moved = TRANSFORMED.filter((name) => settings?.[EXPLICIT].has(name));
    if (!settings || moved.length === 0) return;
    const transform = (fields['transform_param'] as TransformationParameter | undefined) ?? undefined;
    const merged: Record<string, unknown> = {};
    for (const name of transform?.[EXPLICIT] ?? []) merged[name] = transform?.[name as keyof TransformationParameter];
    for (const name of moved) merged[name] = settings[name];
    fields['transform_param'] = messageOf(TransformationParameter, merged as Partial<TransformationParameter>);
    if (transform) inheritSource(fields['transform_param'] as object, transform);
    const kept: Record<string, unknown> = {};
    for (const name of settings[EXPLICIT]) {
      if (!(moved as readonly string[]).includes(name)) kept[name] = (settings as Record<string, unknown>)[name];
    }
    const rest = messageOf(type as typeof DataParameter, kept as Partial<DataParameter>);
    inheritSource(rest, settings);
    fields[field] = rest;
  };
  if (old.type === 'DATA') move('data_param', DataParameter);
  if (old.type === 'IMAGE_DATA') move('image_data_param', ImageDataParameter);
  if (old.type === 'WINDOW_DATA') move('window_data_param', WindowDataParameter);
}

/** The Input layer that stands for the net's `input` fields: `UpgradeNetInput`. */
function inputLayer(net: NetParameter, diagnostics: Diagnostic[]): LayerParameter | undefined {
  if (net.input.length === 0) return undefined;
  const byShape = net.input_shape.length > 0;
  if (!byShape && net.input_dim.length === 0) return undefined;
  const needed = byShape ? net.input.length : 4 * net.input.length;
  const given = byShape ? net.input_shape.length : net.input_dim.length;
  const range = rangeOf(net, 'input') ?? { start: 0, end: 0 };
  diagnostics.push(
    given < needed
      ? {
          code: 'shape',
          severity: 'error',
          range: rangeOf(net, byShape ? 'input_shape' : 'input_dim', -1) ?? range,
          message: byShape
            ? `${net.input.length} inputs need ${needed} "input_shape", but ${given} are given.`
            : `Each input needs four "input_dim": ${needed} in all, but ${given} are given.`,
        }
      : {
          code: 'old-format',
          severity: 'info',
          range,
          message: 'Net inputs are an old form. It is read as a layer of type "Input".',
        },
  );
  const shape = net.input.map((_, i) =>
    byShape
      ? (net.input_shape[i] ?? messageOf(BlobShape, {}))
      : messageOf(BlobShape, { dim: net.input_dim.slice(4 * i, 4 * i + 4) }),
  );
  const layer = messageOf(LayerParameter, {
    name: 'input',
    type: 'Input',
    top: net.input,
    input_param: messageOf(InputParameter, { shape }),
  });
  return layer;
}

/** A BatchNorm with its three multipliers written out gets 0 for all of them: `UpgradeNetBatchNorm`. */
function upgradeBatchNorm(layer: LayerParameter): LayerParameter {
  if (layer.type !== 'BatchNorm' || layer.param.length !== 3) return layer;
  const param = layer.param.map((spec) => {
    const fixed = messageOf(ParamSpec, {
      ...(has(spec, 'name') ? { name: spec.name } : {}),
      ...(has(spec, 'share_mode') ? { share_mode: spec.share_mode } : {}),
      lr_mult: 0,
      decay_mult: 0,
    });
    inheritSource(fixed, spec);
    return fixed;
  });
  const upgraded = copyMessage(layer, { param });
  inheritSource(upgraded, layer);
  return upgraded;
}
