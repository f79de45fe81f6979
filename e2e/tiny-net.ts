/** A network that trains in milliseconds on a software adapter, with its solver, for the tests that are about training and not about nets. */

/** One convolution and a classifier over images of 3×32×32, ten classes; it learns a little within tens of iterations. */
export const tinyNet = `name: "Tiny"
layer {
  name: "images"
  type: "Data"
  top: "data"
  top: "label"
  include { phase: TRAIN }
  transform_param { mean_value: 128 scale: 0.0078125 mirror: true }
  data_param { source: "train_lmdb" batch_size: 10 backend: LMDB }
}
layer {
  name: "images"
  type: "Data"
  top: "data"
  top: "label"
  include { phase: TEST }
  transform_param { mean_value: 128 scale: 0.0078125 }
  data_param { source: "test_lmdb" batch_size: 10 backend: LMDB }
}
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  convolution_param { num_output: 8 kernel_size: 5 stride: 2 weight_filler { type: "msra" } }
}
layer {
  name: "relu"
  type: "ReLU"
  bottom: "conv"
  top: "conv"
}
layer {
  name: "score"
  type: "InnerProduct"
  bottom: "conv"
  top: "score"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
}
layer {
  name: "accuracy"
  type: "Accuracy"
  bottom: "score"
  bottom: "label"
  top: "accuracy"
  include { phase: TEST }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "score"
  bottom: "label"
  top: "loss"
}
`;

/** What differs between the solvers of the tests. */
export interface TinySolver {
  readonly maxIter: number;
  /** 0: no tests. */
  readonly testInterval?: number;
  /** Batches of a test. */
  readonly testIterations?: number;
  /** 0: only where the run stops or ends. */
  readonly snapshot?: number;
}

/** A solver for `tinyNet` with a fixed seed. */
export function tinySolver({ maxIter, testInterval = 0, testIterations = 2, snapshot = 0 }: TinySolver): string {
  const lines = [
    'net: "tiny.prototxt"',
    'base_lr: 0.01',
    'lr_policy: "inv"',
    'gamma: 0.0001',
    'power: 0.75',
    'momentum: 0.9',
    'weight_decay: 0.0005',
    `max_iter: ${maxIter}`,
    'random_seed: 7',
    'display: 10',
    'snapshot_prefix: "tiny"',
  ];
  if (testInterval > 0)
    lines.push(`test_iter: ${testIterations}`, `test_interval: ${testInterval}`, 'test_initialization: false');
  if (snapshot > 0) lines.push(`snapshot: ${snapshot}`);
  return `${lines.join('\n')}\n`;
}
