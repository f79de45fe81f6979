/** Small nets that the canvas's tests draw. */
import { buildNet } from '../../caffe/net/build-net.ts';
import type { NetView } from '../../caffe/net/net-view.ts';
import { viewNet } from '../../caffe/net/view-net.ts';
import type { Phase } from '../../caffe/schema/net-messages.ts';
import { layerTable } from '../../layers/index.ts';

/** The view of a text, as the language worker makes it, with 3×32×32 images. */
export const viewOf = (text: string, phase: Phase = 'TRAIN'): NetView =>
  viewNet(buildNet(text, { phase, layers: layerTable, record: [3, 32, 32] }));

/** A chain with a rectifier and a dropout in place, labels that pass it, and an accuracy for TEST alone. */
export const CHAIN = `name: "chain"
layer {
  name: "data"
  type: "Data"
  top: "data"
  top: "label"
  data_param { batch_size: 8 }
}
# keeps the size
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 }
}
layer {
  name: "relu1"
  type: "ReLU"
  bottom: "conv1"
  top: "conv1"
}
layer {
  name: "drop1"
  type: "Dropout"
  bottom: "conv1"
  top: "conv1"
}
layer {
  name: "ip1"
  type: "InnerProduct"
  bottom: "conv1"
  top: "ip1"
  inner_product_param { num_output: 10 }
}
layer {
  name: "accuracy"
  type: "Accuracy"
  bottom: "ip1"
  bottom: "label"
  top: "accuracy"
  include { phase: TEST }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "ip1"
  bottom: "label"
  top: "loss"
}
`;

const conv = (name: string, bottom: string): string => `layer {
  name: "${name}"
  type: "Convolution"
  bottom: "${bottom}"
  top: "${name}"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 }
}
`;

const sum = (name: string, a: string, b: string): string =>
  `layer { name: "${name}" type: "Eltwise" bottom: "${a}" bottom: "${b}" top: "${name}" }\n`;

const INPUT = `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } } }\n`;

/** Two residual blocks with identity shortcuts, one after the other. */
export const RESIDUAL =
  INPUT +
  conv('stem', 'data') +
  conv('a1', 'stem') +
  conv('a2', 'a1') +
  sum('a', 'stem', 'a2') +
  conv('b1', 'a') +
  conv('b2', 'b1') +
  sum('b', 'a', 'b2');

/** Four branches of unequal depth, joined again. */
export const BRANCHES =
  INPUT +
  conv('one', 'data') +
  conv('two_reduce', 'data') +
  conv('two', 'two_reduce') +
  conv('three', 'data') +
  `layer { name: "join" type: "Concat" bottom: "one" bottom: "two" bottom: "three" top: "join" }\n`;

const block = (name: string, bottom: string): string =>
  conv(`${name}/left`, bottom) +
  conv(`${name}/right`, bottom) +
  sum(`${name}/join`, `${name}/left`, `${name}/right`) +
  conv(`${name}/end`, `${name}/join`);

/** Two groups of four layers each, one behind the other: two of the second read what leaves the first. */
export const BLOCKS = INPUT + conv('stem', 'data') + block('a', 'stem') + block('b', 'a/end') + conv('head', 'b/end');
