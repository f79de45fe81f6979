/** ContrastiveLoss. Mirrors the shape rule of Caffe's contrastive_loss_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { countRange, nth } from './views.ts';

/** Pulls like pairs together and pushes unlike ones apart. */
export const contrastiveLoss: LayerDefinition = {
  type: 'ContrastiveLoss',
  family: 'loss',
  doc: 'Pulls the features of like pairs together and pushes unlike ones apart, up to a margin.',
  paramField: 'contrastive_loss_param',
  template: 'contrastive_loss_param {\n  margin: 1\n}',
  bottoms: { min: 3, max: 3 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [2],
  summary: (layer) => `margin ${setting(layer, 'contrastive_loss_param').margin}`,
  shape(c) {
    const [a, b, similar] = [bottom(c, 0), bottom(c, 1), bottom(c, 2)];
    if (a[0] !== b[0] || a[1] !== b[1])
      c.fail(`${bottomText(c, 0)} and ${bottomText(c, 1)} hold the pairs: their shapes must be equal.`);
    [a, b].forEach((shape, i) => {
      if (shape.length < 2 || countRange(shape, 2) !== 1)
        c.fail(`${bottomText(c, i)} must hold one vector for each item (batch, values): put Flatten before it.`);
    });
    if (countOf(similar) !== a[0])
      c.fail(`${bottomText(c, 2)} must hold one number for each pair: 1 for like, 0 for unlike.`);
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: countOf(nth(bottoms, 0)) }),
  supports: notYet('ContrastiveLoss'),
};
