/** MVN. Mirrors the shape rule of Caffe's mvn_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { likeBottom } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** Brings each image to mean 0 and variance 1 by itself. */
export const mvn: LayerDefinition = {
  type: 'MVN',
  family: 'normalise',
  doc: 'Brings each channel of each image, or each image, to mean 0 and variance 1 by itself.',
  paramField: 'mvn_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'mvn_param');
    return [p.across_channels ? 'across channels' : '', p.normalize_variance ? '' : 'mean only']
      .filter((s) => s !== '')
      .join(' · ');
  },
  shape: likeBottom,
  cost: (_, bottoms) => ({ macs: 2 * countOf(nth(bottoms, 0)) }),
  supports: notYet('MVN'),
};
