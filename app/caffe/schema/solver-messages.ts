/** What a solver is told and what it saves: SolverParameter and SolverState of BVLC Caffe 1.0's caffe.proto. */
import { BlobProto, NetState } from './common-messages.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';
import { solverExtensions } from './extension-messages.ts';
import { NetParameter } from './net-messages.ts';

/** Old names of the solver types, in the order of their numbers. */
export const SolverType = enumType(
  'SolverType',
  { SGD: 0, NESTEROV: 1, ADAGRAD: 2, RMSPROP: 3, ADADELTA: 4, ADAM: 5 },
  'Old names of the solver types.',
);

/** How a net is trained: the top level of a solver prototxt. */
export const SolverParameter = message('SolverParameter', 'How a net is trained and tested.', {
  net: optional(24, 'string', 'File of the net, used for training and for testing.'),
  net_param: optional(25, NetParameter, 'The net itself, in place of `net`.'),
  train_net: optional(1, 'string', 'File of the net used for training.'),
  test_net: repeated(2, 'string', 'Files of the nets used for testing.'),
  train_net_param: optional(21, NetParameter, 'The net for training itself, in place of `train_net`.'),
  test_net_param: repeated(22, NetParameter, 'The nets for testing themselves, in place of `test_net`.'),
  train_state: optional(26, NetState, 'Level and stages that the training net is built with.'),
  test_state: repeated(27, NetState, 'Level and stages of each test net.'),
  test_iter: repeated(3, 'int32', 'Batches in a test, one number for each test net.'),
  test_interval: withDefault(4, 'int32', 0, 'Iterations between two tests; 0 never tests.'),
  test_compute_loss: withDefault(19, 'bool', false, 'Report the whole objective in a test too.'),
  test_initialization: withDefault(32, 'bool', true, 'Test once before the first iteration.'),
  base_lr: optional(5, 'float', 'Learning rate that `lr_policy` starts from.'),
  display: optional(6, 'int32', 'Iterations between two lines of the log; 0 writes none.'),
  average_loss: withDefault(33, 'int32', 1, 'Number of last iterations whose mean loss is displayed.'),
  max_iter: optional(7, 'int32', 'Iterations of the whole training.'),
  iter_size: withDefault(36, 'int32', 1, 'Batches whose gradients are summed before one update.'),
  lr_policy: optional(8, 'string', 'How the learning rate changes: fixed, step, multistep, exp, inv, poly or sigmoid.'),
  gamma: optional(9, 'float', 'Factor or steepness in step, multistep, exp, inv and sigmoid.'),
  power: optional(10, 'float', 'Exponent in inv and poly.'),
  momentum: optional(11, 'float', 'Part of the last update that is kept in the next.'),
  weight_decay: optional(12, 'float', 'Strength with which weights are pulled to zero.'),
  regularization_type: withDefault(29, 'string', 'L2', 'L2 pulls in proportion to a weight, L1 by its sign.'),
  stepsize: optional(13, 'int32', 'Iterations between two steps in `step`; middle of the curve in `sigmoid`.'),
  stepvalue: repeated(34, 'int32', 'Iterations at which `multistep` makes a step.'),
  clip_gradients: withDefault(35, 'float', -1, 'Largest L2 norm of the whole gradient; -1 does not limit it.'),
  snapshot: withDefault(14, 'int32', 0, 'Iterations between two snapshots; 0 makes none.'),
  snapshot_prefix: optional(15, 'string', 'Start of the names of snapshot files.'),
  snapshot_diff: withDefault(16, 'bool', false, 'Put gradients into snapshots too.'),
  snapshot_format: withDefault(
    37,
    enumType('SnapshotFormat', { HDF5: 0, BINARYPROTO: 1 }, 'File format of snapshots.'),
    'BINARYPROTO',
    'File format of snapshots.',
  ),
  solver_mode: withDefault(
    17,
    enumType('SolverMode', { CPU: 0, GPU: 1 }, 'Where Caffe computes.'),
    'GPU',
    'Where Caffe computes. Crema chooses by what the machine has.',
  ),
  device_id: withDefault(18, 'int32', 0, "Number of Caffe's GPU. It has no effect here."),
  random_seed: withDefault(20, 'int64', -1, 'Start of all random numbers; -1 draws one.'),
  type: withDefault(40, 'string', 'SGD', 'Rule of the update: SGD, Nesterov, AdaGrad, RMSProp, AdaDelta or Adam.'),
  delta: withDefault(31, 'float', 1e-8, 'Keeps divisors from zero in AdaGrad, RMSProp, AdaDelta and Adam.'),
  momentum2: withDefault(39, 'float', 0.999, "Adam's part of the squared gradient that is kept."),
  rms_decay: withDefault(38, 'float', 0.99, "RMSProp's part of the squared gradient that is kept."),
  debug_info: withDefault(23, 'bool', false, 'Print the size of values and gradients as the net runs.'),
  snapshot_after_train: withDefault(28, 'bool', true, 'Make a snapshot at the end.'),
  solver_type: withDefault(30, SolverType, 'SGD', 'Old form of `type`.', { deprecated: true }),
  layer_wise_reduce: withDefault(41, 'bool', true, 'Overlap communication of several GPUs. It has no effect here.'),
  weights: repeated(42, 'string', 'Weight files to start from, separated by commas in one string or given repeatedly.'),
  ...solverExtensions,
});
/** How a net is trained. */
export type SolverParameter = Infer<typeof SolverParameter>;

/** What a .solverstate holds. */
export const SolverState = message('SolverState', 'Where a training stands.', {
  iter: optional(1, 'int32', 'Iterations done.'),
  learned_net: optional(2, 'string', 'File of the weights that belong to this state.'),
  history: repeated(3, BlobProto, "The solver's own blobs (momentum and the like), in its own order."),
  current_step: withDefault(4, 'int32', 0, 'Steps that `multistep` has made.'),
  crema_seed: optional(1001, 'uint32', 'Seed of the run: order of images, augmentation and dropout follow from it.', {
    fork: 'crema',
  }),
  crema_schedules: optional(
    1002,
    'string',
    'How the kernels were tuned: what goes on from here computes the same bits.',
    {
      fork: 'crema',
    },
  ),
});
/** What a .solverstate holds. */
export type SolverState = Infer<typeof SolverState>;
