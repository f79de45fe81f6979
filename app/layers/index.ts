/**
 * Every layer type of Caffe 1.0 by name, and some of its forks': what the language, the views and the compiler look definitions up in. The type
 * checker holds the list complete.
 */
import type { LayerTable } from '../caffe/net/layer-table.ts';
import type { LayerDefinition } from './definition.ts';
import { absval } from './absval.ts';
import { accuracy } from './accuracy.ts';
import { argmax } from './argmax.ts';
import { axpy } from './axpy.ts';
import { batchNorm } from './batch-norm.ts';
import { batchReindex } from './batch-reindex.ts';
import { bias } from './bias.ts';
import { bnll } from './bnll.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { contrastiveLoss } from './contrastive-loss.ts';
import { convolution } from './convolution.ts';
import { crop } from './crop.ts';
import { data } from './data.ts';
import { deconvolution } from './deconvolution.ts';
import { depthwiseConvolution } from './depthwise-convolution.ts';
import { dropout } from './dropout.ts';
import { dummyData } from './dummy-data.ts';
import { eltwise } from './eltwise.ts';
import { elu } from './elu.ts';
import { embed } from './embed.ts';
import { euclideanLoss } from './euclidean-loss.ts';
import { exp } from './exp.ts';
import { expression } from './expression.ts';
import { filter } from './filter.ts';
import { flatten } from './flatten.ts';
import { hdf5Data } from './hdf5-data.ts';
import { hdf5Output } from './hdf5-output.ts';
import { hingeLoss } from './hinge-loss.ts';
import { im2col } from './im2col.ts';
import { imageData } from './image-data.ts';
import { infogainLoss } from './infogain-loss.ts';
import { innerProduct } from './inner-product.ts';
import { input } from './input.ts';
import { interp } from './interp.ts';
import { log } from './log.ts';
import { lrn } from './lrn.ts';
import { lstm } from './lstm.ts';
import { lstmUnit } from './lstm-unit.ts';
import { memoryData } from './memory-data.ts';
import { multinomialLogisticLoss } from './multinomial-logistic-loss.ts';
import { mvn } from './mvn.ts';
import { normalize } from './normalize.ts';
import { parameter } from './parameter.ts';
import { permute } from './permute.ts';
import { pooling } from './pooling.ts';
import { power } from './power.ts';
import { prelu } from './prelu.ts';
import { python } from './python.ts';
import { reduction } from './reduction.ts';
import { relu } from './relu.ts';
import { relu6 } from './relu6.ts';
import { reshape } from './reshape.ts';
import { rnn } from './rnn.ts';
import { roiPooling } from './roi-pooling.ts';
import { scale } from './scale.ts';
import { sigmoid } from './sigmoid.ts';
import { sigmoidCrossEntropyLoss } from './sigmoid-cross-entropy-loss.ts';
import { shuffleChannel } from './shuffle-channel.ts';
import { silence } from './silence.ts';
import { slice } from './slice.ts';
import { smoothL1Loss } from './smooth-l1-loss.ts';
import { softmax } from './softmax.ts';
import { softmaxWithLoss } from './softmax-with-loss.ts';
import { split } from './split.ts';
import { spp } from './spp.ts';
import { annotatedData, detectionOutput, multiBoxLoss, priorBox } from './ssd.ts';
import { swish } from './swish.ts';
import { tanh } from './tanh.ts';
import { threshold } from './threshold.ts';
import { tile } from './tile.ts';
import { upsample } from './upsample.ts';
import { windowData } from './window-data.ts';

/** The layer types that Caffe 1.0 registers. */
export type LayerType =
  | 'AbsVal'
  | 'Accuracy'
  | 'ArgMax'
  | 'BatchNorm'
  | 'BatchReindex'
  | 'Bias'
  | 'BNLL'
  | 'Clip'
  | 'Concat'
  | 'ContrastiveLoss'
  | 'Convolution'
  | 'Crop'
  | 'Data'
  | 'Deconvolution'
  | 'Dropout'
  | 'DummyData'
  | 'Eltwise'
  | 'ELU'
  | 'Embed'
  | 'EuclideanLoss'
  | 'Exp'
  | 'Filter'
  | 'Flatten'
  | 'HDF5Data'
  | 'HDF5Output'
  | 'HingeLoss'
  | 'Im2col'
  | 'ImageData'
  | 'InfogainLoss'
  | 'InnerProduct'
  | 'Input'
  | 'Log'
  | 'LRN'
  | 'LSTM'
  | 'LSTMUnit'
  | 'MemoryData'
  | 'MultinomialLogisticLoss'
  | 'MVN'
  | 'Parameter'
  | 'Pooling'
  | 'Power'
  | 'PReLU'
  | 'Python'
  | 'Reduction'
  | 'ReLU'
  | 'Reshape'
  | 'RNN'
  | 'Scale'
  | 'Sigmoid'
  | 'SigmoidCrossEntropyLoss'
  | 'Silence'
  | 'Slice'
  | 'Softmax'
  | 'SoftmaxWithLoss'
  | 'Split'
  | 'SPP'
  | 'Swish'
  | 'TanH'
  | 'Threshold'
  | 'Tile'
  | 'WindowData';

const definitions = {
  AbsVal: absval,
  Accuracy: accuracy,
  ArgMax: argmax,
  BatchNorm: batchNorm,
  BatchReindex: batchReindex,
  Bias: bias,
  BNLL: bnll,
  Clip: clip,
  Concat: concat,
  ContrastiveLoss: contrastiveLoss,
  Convolution: convolution,
  Crop: crop,
  Data: data,
  Deconvolution: deconvolution,
  Dropout: dropout,
  DummyData: dummyData,
  Eltwise: eltwise,
  ELU: elu,
  Embed: embed,
  EuclideanLoss: euclideanLoss,
  Exp: exp,
  Filter: filter,
  Flatten: flatten,
  HDF5Data: hdf5Data,
  HDF5Output: hdf5Output,
  HingeLoss: hingeLoss,
  Im2col: im2col,
  ImageData: imageData,
  InfogainLoss: infogainLoss,
  InnerProduct: innerProduct,
  Input: input,
  Log: log,
  LRN: lrn,
  LSTM: lstm,
  LSTMUnit: lstmUnit,
  MemoryData: memoryData,
  MultinomialLogisticLoss: multinomialLogisticLoss,
  MVN: mvn,
  Parameter: parameter,
  Pooling: pooling,
  Power: power,
  PReLU: prelu,
  Python: python,
  Reduction: reduction,
  ReLU: relu,
  Reshape: reshape,
  RNN: rnn,
  Scale: scale,
  Sigmoid: sigmoid,
  SigmoidCrossEntropyLoss: sigmoidCrossEntropyLoss,
  Silence: silence,
  Slice: slice,
  Softmax: softmax,
  SoftmaxWithLoss: softmaxWithLoss,
  Split: split,
  SPP: spp,
  Swish: swish,
  TanH: tanh,
  Threshold: threshold,
  Tile: tile,
  WindowData: windowData,
} satisfies Record<LayerType, LayerDefinition>;

/** Layer types that forks of Caffe have added, and many networks use, and Crema's own. */
const forks: readonly LayerDefinition[] = [
  annotatedData,
  axpy,
  depthwiseConvolution,
  detectionOutput,
  expression,
  interp,
  multiBoxLoss,
  normalize,
  permute,
  priorBox,
  relu6,
  roiPooling,
  shuffleChannel,
  smoothL1Loss,
  upsample,
];

const byType: ReadonlyMap<string, LayerDefinition> = new Map([
  ...Object.entries(definitions),
  ...forks.map((definition) => [definition.type, definition] as const),
]);
const list: readonly LayerDefinition[] = [...byType.values()];

/** The definition of a layer type; undefined for one that neither Caffe nor a fork known here has. */
export const definitionOf = (type: string): LayerDefinition | undefined => byType.get(type);

/** All layer types, as `caffe` takes them. */
export const layerTable: LayerTable = {
  get: definitionOf,
  all: () => list,
};
