/** InfogainLoss. Mirrors the shape rule of Caffe's infogain_loss_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requireLabels, requireSameBatch } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** A loss that weighs each confusion of classes. */
export const infogainLoss: LayerDefinition = {
  type: 'InfogainLoss',
  family: 'loss',
  doc: 'A softmax loss in which a matrix says how much each confusion of classes costs.',
  paramField: 'infogain_loss_param',
  bottoms: { min: 2, max: 3 },
  tops: { min: 1, max: 2 },
  loss: true,
  noGradientBottoms: [1, 2],
  summary: () => '',
  shape(c) {
    requireSameBatch(c);
    const p = setting(c.layer, 'infogain_loss_param');
    const axis = requireLabels(c, p.axis, 'infogain_loss_param.axis');
    const classes = nth(bottom(c), axis);
    if (c.bottoms.length < 3 && p.source === undefined)
      c.fail(
        'InfogainLoss needs its matrix: a third bottom, or infogain_loss_param { source }.',
        'infogain_loss_param.source',
      );
    if (c.bottoms.length === 3 && countOf(bottom(c, 2)) !== classes * classes)
      c.fail(`${bottomText(c, 2)} must be a matrix of ${classes}×${classes}, a row for each class.`);
    return { tops: c.layer.top.length > 1 ? [[], bottom(c)] : [[]] };
  },
  cost: (_, bottoms) => ({ macs: 2 * countOf(nth(bottoms, 0)) }),
  supports: notYet('InfogainLoss', 'use SoftmaxWithLoss'),
};
