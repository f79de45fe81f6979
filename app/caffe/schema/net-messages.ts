/**
 * A network and its layers: NetParameter and LayerParameter of BVLC Caffe 1.0's caffe.proto. The messages of single
 * layer types are in `vision-messages.ts`, `data-messages.ts` and `layer-messages.ts`, and are exported again from here.
 */
import {
  BlobProto,
  BlobShape,
  LossParameter,
  NetState,
  NetStateRule,
  ParamSpec,
  Phase,
  TransformationParameter,
} from './common-messages.ts';
import * as data from './data-messages.ts';
import { message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';
import { ExpressionParameter } from './expression-messages.ts';
import { layerExtensions } from './extension-messages.ts';
import * as forks from './fork-messages.ts';
import * as layers from './layer-messages.ts';
import { V1LayerParameter } from './v1-messages.ts';
import * as vision from './vision-messages.ts';

export * from './common-messages.ts';
export * from './data-messages.ts';
export * from './expression-messages.ts';
export * from './extension-messages.ts';
export * from './fork-messages.ts';
export * from './layer-messages.ts';
export * from './v1-messages.ts';
export * from './vision-messages.ts';

const SSD = { fork: 'SSD' };
const RCNN = { fork: 'Faster R-CNN' };

/** One layer of a net: `layer { … }`. */
export const LayerParameter = message('LayerParameter', 'One layer of a net.', {
  name: optional(1, 'string', 'Name of the layer; weights are copied and found by it.'),
  type: optional(2, 'string', 'What the layer computes, for example "Convolution".'),
  bottom: repeated(3, 'string', 'Names of the blobs that the layer reads.'),
  top: repeated(4, 'string', 'Names of the blobs that the layer makes. The name of a bottom: computed in place.'),
  phase: optional(10, Phase, 'The phase of the net. Set when a net is built; use `include` to choose a phase.'),
  loss_weight: repeated(5, 'float', 'Weight of each top in the objective; losses have 1 and others 0 when not given.'),
  param: repeated(6, ParamSpec, 'Multipliers and sharing, one for each parameter blob.'),
  blobs: repeated(7, BlobProto, 'The stored parameters.'),
  propagate_down: repeated(
    11,
    'bool',
    'One for each bottom: false keeps the gradient from going there. When not given, it goes where it is needed.',
  ),
  include: repeated(8, NetStateRule, 'The layer takes part if one of these rules is met.'),
  exclude: repeated(9, NetStateRule, 'The layer does not take part if one of these rules is met.'),
  transform_param: optional(100, TransformationParameter, 'What happens to images before they enter the net.'),
  loss_param: optional(101, LossParameter, 'Settings that loss layers share.'),
  accuracy_param: optional(102, layers.AccuracyParameter, 'Settings of Accuracy.'),
  argmax_param: optional(103, layers.ArgMaxParameter, 'Settings of ArgMax.'),
  batch_norm_param: optional(139, layers.BatchNormParameter, 'Settings of BatchNorm.'),
  bias_param: optional(141, layers.BiasParameter, 'Settings of Bias.'),
  clip_param: optional(148, layers.ClipParameter, 'Settings of Clip.'),
  concat_param: optional(104, layers.ConcatParameter, 'Settings of Concat.'),
  contrastive_loss_param: optional(105, layers.ContrastiveLossParameter, 'Settings of ContrastiveLoss.'),
  convolution_param: optional(106, vision.ConvolutionParameter, 'Settings of Convolution, Deconvolution and Im2col.'),
  crop_param: optional(144, vision.CropParameter, 'Settings of Crop.'),
  data_param: optional(107, data.DataParameter, 'Settings of Data.'),
  dropout_param: optional(108, layers.DropoutParameter, 'Settings of Dropout.'),
  dummy_data_param: optional(109, data.DummyDataParameter, 'Settings of DummyData.'),
  eltwise_param: optional(110, layers.EltwiseParameter, 'Settings of Eltwise.'),
  elu_param: optional(140, layers.ELUParameter, 'Settings of ELU.'),
  embed_param: optional(137, layers.EmbedParameter, 'Settings of Embed.'),
  exp_param: optional(111, layers.ExpParameter, 'Settings of Exp.'),
  flatten_param: optional(135, layers.FlattenParameter, 'Settings of Flatten.'),
  hdf5_data_param: optional(112, data.HDF5DataParameter, 'Settings of HDF5Data.'),
  hdf5_output_param: optional(113, data.HDF5OutputParameter, 'Settings of HDF5Output.'),
  hinge_loss_param: optional(114, layers.HingeLossParameter, 'Settings of HingeLoss.'),
  image_data_param: optional(115, data.ImageDataParameter, 'Settings of ImageData.'),
  infogain_loss_param: optional(116, layers.InfogainLossParameter, 'Settings of InfogainLoss.'),
  inner_product_param: optional(117, layers.InnerProductParameter, 'Settings of InnerProduct.'),
  input_param: optional(143, data.InputParameter, 'Settings of Input.'),
  log_param: optional(134, layers.LogParameter, 'Settings of Log.'),
  lrn_param: optional(118, vision.LRNParameter, 'Settings of LRN.'),
  memory_data_param: optional(119, data.MemoryDataParameter, 'Settings of MemoryData.'),
  mvn_param: optional(120, layers.MVNParameter, 'Settings of MVN.'),
  parameter_param: optional(145, data.ParameterParameter, 'Settings of Parameter.'),
  pooling_param: optional(121, vision.PoolingParameter, 'Settings of Pooling.'),
  power_param: optional(122, layers.PowerParameter, 'Settings of Power.'),
  prelu_param: optional(131, layers.PReLUParameter, 'Settings of PReLU.'),
  python_param: optional(130, data.PythonParameter, 'Settings of Python.'),
  recurrent_param: optional(146, layers.RecurrentParameter, 'Settings of RNN and LSTM.'),
  reduction_param: optional(136, layers.ReductionParameter, 'Settings of Reduction.'),
  relu_param: optional(123, layers.ReLUParameter, 'Settings of ReLU.'),
  reshape_param: optional(133, layers.ReshapeParameter, 'Settings of Reshape.'),
  scale_param: optional(142, layers.ScaleParameter, 'Settings of Scale.'),
  sigmoid_param: optional(124, layers.SigmoidParameter, 'Settings of Sigmoid.'),
  softmax_param: optional(125, layers.SoftmaxParameter, 'Settings of Softmax and SoftmaxWithLoss.'),
  spp_param: optional(132, vision.SPPParameter, 'Settings of SPP.'),
  slice_param: optional(126, layers.SliceParameter, 'Settings of Slice.'),
  swish_param: optional(147, layers.SwishParameter, 'Settings of Swish.'),
  tanh_param: optional(127, layers.TanHParameter, 'Settings of TanH.'),
  threshold_param: optional(128, layers.ThresholdParameter, 'Settings of Threshold.'),
  tile_param: optional(138, layers.TileParameter, 'Settings of Tile.'),
  window_data_param: optional(129, data.WindowDataParameter, 'Settings of WindowData.'),
  annotated_data_param: optional(200, forks.AnnotatedDataParameter, 'Settings of AnnotatedData.', SSD),
  multibox_loss_param: optional(201, forks.MultiBoxLossParameter, 'Settings of MultiBoxLoss.', SSD),
  permute_param: optional(202, forks.PermuteParameter, 'Settings of Permute.', SSD),
  prior_box_param: optional(203, forks.PriorBoxParameter, 'Settings of PriorBox.', SSD),
  detection_output_param: optional(204, forks.DetectionOutputParameter, 'Settings of DetectionOutput.', SSD),
  norm_param: optional(206, forks.NormalizeParameter, 'Settings of Normalize.', SSD),
  roi_pooling_param: optional(8266711, forks.ROIPoolingParameter, 'Settings of ROIPooling.', RCNN),
  smooth_l1_loss_param: optional(8266712, forks.SmoothL1LossParameter, 'Settings of SmoothL1Loss.', RCNN),
  interp_param: optional(2143, forks.InterpParameter, 'Settings of Interp.', { fork: 'DeepLab' }),
  upsample_param: optional(149, forks.UpsampleParameter, 'Settings of Upsample.', { fork: 'SegNet and YOLO' }),
  shuffle_channel_param: optional(164, forks.ShuffleChannelParameter, 'Settings of ShuffleChannel.', {
    fork: 'ShuffleNet',
  }),
  expression_param: optional(8266800, ExpressionParameter, 'Settings of Expression.', { fork: 'crema' }),
  ...layerExtensions,
});
/** One layer of a net. */
export type LayerParameter = Infer<typeof LayerParameter>;

/** A whole net: the top level of a network prototxt and of a .caffemodel. */
export const NetParameter = message('NetParameter', 'A network.', {
  name: optional(1, 'string', 'Name of the network.'),
  input: repeated(3, 'string', 'Names of blobs filled from outside. Use a layer of type Input instead.', {
    deprecated: true,
  }),
  input_shape: repeated(8, BlobShape, 'Shape of each `input`.', { deprecated: true }),
  input_dim: repeated(4, 'int32', 'Four extents for each `input`.', { deprecated: true }),
  force_backward: withDefault(5, 'bool', false, 'Compute gradients everywhere, down to the data.'),
  state: optional(6, NetState, 'Phase, level and stages that the rules of the layers are tested against.'),
  debug_info: withDefault(7, 'bool', false, 'Print the size of values and gradients as the net runs.'),
  layer: repeated(100, LayerParameter, 'The layers, in the order in which they compute.'),
  layers: repeated(2, V1LayerParameter, 'Layers in the old form. Use `layer` instead.', { deprecated: true }),
});
/** A whole net. */
export type NetParameter = Infer<typeof NetParameter>;
