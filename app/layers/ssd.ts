/**
 * The layers of SSD's fork of Caffe (single shot detection) that are drawn and checked, not computed: PriorBox,
 * DetectionOutput, MultiBoxLoss and AnnotatedData. Permute and Normalize have files of their own.
 */
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requirePositive, requireRank } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

const one = { min: 1, max: 1 };

/** The default boxes of a feature map. */
export const priorBox: LayerDefinition = {
  type: 'PriorBox',
  family: 'vision',
  doc: 'Gives the default boxes around each place of a feature map (first bottom) in an image (second bottom). From SSD, a fork of Caffe.',
  paramField: 'prior_box_param',
  bottoms: { min: 2, max: 2 },
  tops: one,
  differentiable: false,
  noGradientBottoms: [0, 1],
  summary(layer) {
    const p = setting(layer, 'prior_box_param');
    return [...p.min_size, ...p.max_size].join(', ');
  },
  shape(c) {
    const p = setting(c.layer, 'prior_box_param');
    const shape = requireRank(c, 4, 'batch, channels, height, width');
    if (p.min_size.length === 0)
      c.fail('min_size is missing: give the side of the boxes in pixels.', 'prior_box_param');
    if (p.max_size.length > 0 && p.max_size.length !== p.min_size.length)
      c.fail(`Give no max_size, or one for each of the ${p.min_size.length} min_size.`, 'prior_box_param.max_size');
    const ratios = [1];
    const add = (ratio: number): void => {
      if (!ratios.some((known) => Math.abs(known - ratio) < 1e-6)) ratios.push(ratio);
    };
    // A ratio that is there already brings no inverse either, as in the fork.
    for (const ratio of p.aspect_ratio) {
      if (ratios.some((known) => Math.abs(known - ratio) < 1e-6)) continue;
      add(ratio);
      if (p.flip) ratios.push(1 / ratio);
    }
    const boxes = ratios.length * p.min_size.length + p.max_size.length;
    return { tops: [[1, 2, nth(shape, 2) * nth(shape, 3) * boxes * 4]] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('PriorBox'),
};

/** The boxes picked from predictions. */
export const detectionOutput: LayerDefinition = {
  type: 'DetectionOutput',
  family: 'utility',
  doc: 'Picks boxes from predicted places, confidences and default boxes. How many there are is only known when it runs. From SSD, a fork of Caffe.',
  paramField: 'detection_output_param',
  bottoms: { min: 3, max: 5 },
  tops: one,
  differentiable: false,
  summary: (layer) => `${setting(layer, 'detection_output_param').num_classes ?? '?'} classes`,
  shape(c) {
    requirePositive(c, setting(c.layer, 'detection_output_param').num_classes, 'detection_output_param.num_classes');
    // Image, label, confidence and four corners; the fork begins with one box too.
    return { tops: [[1, 1, 1, 7]] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('DetectionOutput'),
};

/** The loss of predicted boxes. */
export const multiBoxLoss: LayerDefinition = {
  type: 'MultiBoxLoss',
  family: 'loss',
  doc: 'Holds predicted places and confidences (bottoms 1 and 2) with default boxes (3) against true boxes (4). From SSD, a fork of Caffe.',
  paramField: 'multibox_loss_param',
  bottoms: { min: 4, max: 4 },
  tops: one,
  loss: true,
  noGradientBottoms: [2, 3],
  summary: (layer) => `${setting(layer, 'multibox_loss_param').num_classes ?? '?'} classes`,
  shape(c) {
    const p = setting(c.layer, 'multibox_loss_param');
    const classes = requirePositive(c, p.num_classes, 'multibox_loss_param.num_classes');
    const priors = Math.floor((bottom(c, 2)[2] ?? 0) / 4);
    const perImage = (i: number): number => bottom(c, i)[1] ?? 0;
    const places = priors * 4 * (p.share_location ? 1 : classes);
    if (perImage(0) !== places)
      c.fail(`${bottomText(c, 0)} must hold ${places} values an image: four for each of ${priors} default boxes.`);
    if (perImage(1) !== priors * classes)
      c.fail(
        `${bottomText(c, 1)} must hold ${priors * classes} values an image: ${classes} classes for each of ${priors} default boxes.`,
      );
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) + 5 * countOf(nth(bottoms, 1)) }),
  supports: notYet('MultiBoxLoss'),
};

/** Images with boxes. */
export const annotatedData: LayerDefinition = {
  type: 'AnnotatedData',
  family: 'data',
  doc: 'Reads images with boxes as labels. From SSD, a fork of Caffe.',
  paramField: 'annotated_data_param',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: 2 },
  source: true,
  summary: (layer) => `batch ${setting(layer, 'data_param').batch_size ?? '?'}`,
  shape(c) {
    const batch = requirePositive(c, setting(c.layer, 'data_param').batch_size, 'data_param.batch_size');
    const p = setting(c.layer, 'transform_param');
    const { height = 0, width = 0 } = p.resize_param ?? {};
    const [channels = 3, rows = 300, columns = 300] = c.record ?? [];
    const size = p.crop_size > 0 ? [p.crop_size, p.crop_size] : [height || rows, width || columns];
    const images = [batch, p.force_gray ? 1 : channels, ...size];
    // A label has an image's number, class, object, four corners and "difficult"; there is one to begin with.
    return { tops: c.layer.top.length > 1 ? [images, [1, 1, 1, 8]] : [images] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('AnnotatedData', 'use Data'),
};
