/**
 * Settings of layers that well-known forks of Caffe have added: SSD, Fast and Faster R-CNN, DeepLab and PSPNet, SegNet,
 * ShuffleNet. Field numbers are the forks' own; where those took one that BVLC Caffe uses, another is given.
 */
import { FillerParameter } from './common-messages.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';

/** Settings of Permute. */
export const PermuteParameter = message('PermuteParameter', 'A new order of the axes.', {
  order: repeated(1, 'uint32', 'The axes in their new order; those not named follow in their old one.'),
});
/** Settings of Permute. */
export type PermuteParameter = Infer<typeof PermuteParameter>;

/** Settings of Normalize. */
export const NormalizeParameter = message(
  'NormalizeParameter',
  'Scales vectors to length 1, then by a learned factor.',
  {
    across_spatial: withDefault(1, 'bool', true, 'One length for the whole image instead of one for each place.'),
    scale_filler: optional(2, FillerParameter, 'First values of the learned factor; one when not given.'),
    channel_shared: withDefault(3, 'bool', true, 'One factor for all channels.'),
    eps: withDefault(4, 'float', 1e-10, 'Added to the squared length.'),
  },
);
/** Settings of Normalize. */
export type NormalizeParameter = Infer<typeof NormalizeParameter>;

/** Settings of PriorBox. */
export const PriorBoxParameter = message('PriorBoxParameter', 'The default boxes around each place of a feature map.', {
  min_size: repeated(1, 'float', 'Sides of the square boxes, in pixels of the image.'),
  max_size: repeated(2, 'float', 'For each `min_size` a larger size: one more square between the two.'),
  aspect_ratio: repeated(3, 'float', 'Further boxes of these ratios of width to height.'),
  flip: withDefault(4, 'bool', true, 'Boxes of the inverse ratios too.'),
  clip: withDefault(5, 'bool', false, 'Cut boxes off at the edge of the image.'),
  variance: repeated(6, 'float', 'One factor, or one for each coordinate, by which offsets are divided.'),
  img_size: optional(7, 'uint32', 'Side of the image; taken from the second bottom when not given.'),
  img_h: optional(8, 'uint32', 'Height of the image.'),
  img_w: optional(9, 'uint32', 'Width of the image.'),
  step: optional(10, 'float', 'Pixels between neighbouring places; image over feature map when not given.'),
  step_h: optional(11, 'float', 'Pixels between rows.'),
  step_w: optional(12, 'float', 'Pixels between columns.'),
  offset: withDefault(13, 'float', 0.5, 'Where in its cell the centre of a box lies.'),
});
/** Settings of PriorBox. */
export type PriorBoxParameter = Infer<typeof PriorBoxParameter>;

const CodeType = enumType(
  'CodeType',
  { CORNER: 1, CENTER_SIZE: 2, CORNER_SIZE: 3 },
  'How a box is written as offsets.',
);

const NonMaximumSuppressionParameter = message('NonMaximumSuppressionParameter', 'Which of boxes that overlap stay.', {
  nms_threshold: withDefault(1, 'float', 0.3, 'Boxes that overlap a better one by more than this go.'),
  top_k: optional(2, 'int32', 'At most so many boxes are looked at.'),
  eta: withDefault(3, 'float', 1, 'Factor of the threshold from box to box.'),
});

const SaveOutputParameter = message('SaveOutputParameter', 'Files that detections are written to.', {
  output_directory: optional(1, 'string', 'Folder of the files.'),
  output_name_prefix: optional(2, 'string', 'Start of their names.'),
  output_format: optional(3, 'string', '`VOC`, `COCO` or `ILSVRC`.'),
  label_map_file: optional(4, 'string', 'File with the names of the classes.'),
  name_size_file: optional(5, 'string', 'File with name, height and width of each image.'),
  num_test_image: optional(6, 'uint32', 'Number of images.'),
});

/** Settings of DetectionOutput. */
export const DetectionOutputParameter = message('DetectionOutputParameter', 'How boxes are picked from predictions.', {
  num_classes: optional(1, 'uint32', 'Number of classes, with the background.'),
  share_location: withDefault(2, 'bool', true, 'All classes share one box at each place.'),
  background_label_id: withDefault(3, 'int32', 0, 'The class of the background; -1 for none.'),
  nms_param: optional(4, NonMaximumSuppressionParameter, 'Which of boxes that overlap stay.'),
  save_output_param: optional(5, SaveOutputParameter, 'Files that detections are written to.'),
  code_type: withDefault(6, CodeType, 'CORNER', 'How a box is written as offsets.'),
  variance_encoded_in_target: withDefault(8, 'bool', false, 'Offsets have been divided by the variance already.'),
  keep_top_k: withDefault(7, 'int32', -1, 'Boxes kept for each image; -1 for all.'),
  confidence_threshold: optional(9, 'float', 'Boxes below this confidence are left out.'),
  visualize: withDefault(10, 'bool', false, 'Show the detections.'),
  visualize_threshold: optional(11, 'float', 'Confidence from which boxes are shown.'),
  save_file: optional(12, 'string', 'Video that is written.'),
});
/** Settings of DetectionOutput. */
export type DetectionOutputParameter = Infer<typeof DetectionOutputParameter>;

/** Settings of MultiBoxLoss. */
export const MultiBoxLossParameter = message(
  'MultiBoxLossParameter',
  'How predicted boxes are held against true ones.',
  {
    loc_loss_type: withDefault(
      1,
      enumType('LocLossType', { L2: 0, SMOOTH_L1: 1 }, 'Loss of places.'),
      'SMOOTH_L1',
      'Loss of the places.',
    ),
    conf_loss_type: withDefault(
      2,
      enumType('ConfLossType', { SOFTMAX: 0, LOGISTIC: 1 }, 'Loss of classes.'),
      'SOFTMAX',
      'Loss of the classes.',
    ),
    loc_weight: withDefault(3, 'float', 1, 'Weight of the loss of places.'),
    num_classes: optional(4, 'uint32', 'Number of classes, with the background.'),
    share_location: withDefault(5, 'bool', true, 'All classes share one box at each place.'),
    match_type: withDefault(
      6,
      enumType('MatchType', { BIPARTITE: 0, PER_PREDICTION: 1 }, 'How boxes are matched.'),
      'PER_PREDICTION',
      'BIPARTITE: one prediction for each true box; PER_PREDICTION: all that overlap enough.',
    ),
    overlap_threshold: withDefault(7, 'float', 0.5, 'Overlap from which a prediction is matched.'),
    use_prior_for_matching: withDefault(8, 'bool', true, 'Match default boxes, not predicted ones.'),
    background_label_id: withDefault(9, 'uint32', 0, 'The class of the background.'),
    use_difficult_gt: withDefault(10, 'bool', true, 'Learn from boxes marked as difficult too.'),
    do_neg_mining: optional(11, 'bool', 'Old form of `mining_type`.', { deprecated: true }),
    neg_pos_ratio: withDefault(12, 'float', 3, 'Background boxes for each matched one.'),
    neg_overlap: withDefault(13, 'float', 0.5, 'Overlap up to which a box counts as background.'),
    code_type: withDefault(14, CodeType, 'CORNER', 'How a box is written as offsets.'),
    encode_variance_in_target: withDefault(16, 'bool', false, 'Divide offsets by the variance.'),
    map_object_to_agnostic: withDefault(17, 'bool', false, 'All objects are one class.'),
    ignore_cross_boundary_bbox: withDefault(18, 'bool', false, 'Boxes beyond the edge of the image do not count.'),
    bp_inside: withDefault(19, 'bool', false, 'Only boxes inside the image give a gradient.'),
    mining_type: withDefault(
      20,
      enumType('MiningType', { NONE: 0, MAX_NEGATIVE: 1, HARD_EXAMPLE: 2 }, 'Which background boxes count.'),
      'MAX_NEGATIVE',
      'Which background boxes count.',
    ),
    nms_param: optional(21, NonMaximumSuppressionParameter, 'Used in mining.'),
    sample_size: withDefault(22, 'int32', 64, 'Number of hard examples.'),
    use_prior_for_nms: withDefault(23, 'bool', false, 'Suppress by default boxes, not predicted ones.'),
  },
);
/** Settings of MultiBoxLoss. */
export type MultiBoxLossParameter = Infer<typeof MultiBoxLossParameter>;

const Sampler = message('Sampler', 'Boxes that are drawn from an image.', {
  min_scale: withDefault(1, 'float', 1, 'Smallest scale.'),
  max_scale: withDefault(2, 'float', 1, 'Largest scale.'),
  min_aspect_ratio: withDefault(3, 'float', 1, 'Smallest ratio of width to height.'),
  max_aspect_ratio: withDefault(4, 'float', 1, 'Largest ratio of width to height.'),
});

const SampleConstraint = message('SampleConstraint', 'What a drawn box must fulfil.', {
  min_jaccard_overlap: optional(1, 'float', 'Least overlap with an object.'),
  max_jaccard_overlap: optional(2, 'float', 'Most overlap with an object.'),
  min_sample_coverage: optional(3, 'float', 'Least part of the box covered by an object.'),
  max_sample_coverage: optional(4, 'float', 'Most part of the box covered by an object.'),
  min_object_coverage: optional(5, 'float', 'Least part of an object inside the box.'),
  max_object_coverage: optional(6, 'float', 'Most part of an object inside the box.'),
});

const BatchSampler = message('BatchSampler', 'One way to draw boxes from images.', {
  use_original_image: withDefault(1, 'bool', true, 'Draw from the image as it is.'),
  sampler: optional(2, Sampler, 'Boxes that are drawn.'),
  sample_constraint: optional(3, SampleConstraint, 'What they must fulfil.'),
  max_sample: optional(4, 'uint32', 'Stop after so many.'),
  max_trials: withDefault(5, 'uint32', 100, 'Try so often.'),
});

/** Settings of AnnotatedData. */
export const AnnotatedDataParameter = message('AnnotatedDataParameter', 'Images with boxes as labels.', {
  batch_sampler: repeated(1, BatchSampler, 'Ways to draw boxes from images.'),
  label_map_file: optional(2, 'string', 'File with the names of the classes.'),
  anno_type: optional(3, enumType('AnnotationType', { BBOX: 0 }, 'Kind of label.'), 'Kind of label.'),
});
/** Settings of AnnotatedData. */
export type AnnotatedDataParameter = Infer<typeof AnnotatedDataParameter>;

/** Settings of ROIPooling. */
export const ROIPoolingParameter = message('ROIPoolingParameter', 'The grid that each region is pooled to.', {
  pooled_h: withDefault(1, 'uint32', 0, 'Rows of the grid.'),
  pooled_w: withDefault(2, 'uint32', 0, 'Columns of the grid.'),
  spatial_scale: withDefault(3, 'float', 1, 'Size of the feature map over that of the image.'),
});
/** Settings of ROIPooling. */
export type ROIPoolingParameter = Infer<typeof ROIPoolingParameter>;

/** Settings of SmoothL1Loss. */
export const SmoothL1LossParameter = message(
  'SmoothL1LossParameter',
  'Where the square ends and the straight begins.',
  {
    sigma: withDefault(1, 'float', 1, 'The square ends at 1/sigma².'),
  },
);
/** Settings of SmoothL1Loss. */
export type SmoothL1LossParameter = Infer<typeof SmoothL1LossParameter>;

/** Settings of Interp. */
export const InterpParameter = message('InterpParameter', 'The size that an image is interpolated to.', {
  height: withDefault(1, 'int32', 0, 'Height of the result.'),
  width: withDefault(2, 'int32', 0, 'Width of the result.'),
  zoom_factor: withDefault(3, 'int32', 1, 'Enlarge by this factor, corners on corners.'),
  shrink_factor: withDefault(4, 'int32', 1, 'Reduce by this factor first.'),
  pad_beg: withDefault(5, 'int32', 0, 'Rows and columns cut from the beginning, as a number below 0.'),
  pad_end: withDefault(6, 'int32', 0, 'Rows and columns cut from the end, as a number below 0.'),
});
/** Settings of Interp. */
export type InterpParameter = Infer<typeof InterpParameter>;

/** Settings of Upsample. */
export const UpsampleParameter = message('UpsampleParameter', 'The size that an image is enlarged to.', {
  scale: optional(1, 'uint32', 'Factor of both sides.'),
  scale_h: optional(2, 'uint32', 'Factor of the height.'),
  scale_w: optional(3, 'uint32', 'Factor of the width.'),
  pad_out_h: withDefault(4, 'bool', false, 'One row less.'),
  pad_out_w: withDefault(5, 'bool', false, 'One column less.'),
  upsample_h: optional(6, 'uint32', 'Height of the result.'),
  upsample_w: optional(7, 'uint32', 'Width of the result.'),
});
/** Settings of Upsample. */
export type UpsampleParameter = Infer<typeof UpsampleParameter>;

/** Settings of ShuffleChannel. */
export const ShuffleChannelParameter = message('ShuffleChannelParameter', 'Groups whose channels are mixed.', {
  group: withDefault(1, 'uint32', 1, 'Number of groups.'),
});
/** Settings of ShuffleChannel. */
export type ShuffleChannelParameter = Infer<typeof ShuffleChannelParameter>;
