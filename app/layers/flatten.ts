/** Flatten. Mirrors Caffe's flatten_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { copyBackward, copyForward } from './copying.ts';
import type { LayerDefinition } from './definition.ts';
import { axisOf, bottom } from './shape-rules.ts';
import { countRange } from './views.ts';

/** Makes one axis of several. */
export const flatten: LayerDefinition = {
  type: 'Flatten',
  family: 'reshape',
  doc: 'Makes one axis of several: of all behind the first unless told otherwise.',
  paramField: 'flatten_param',
  template: '',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'flatten_param');
    return p.axis === 1 && p.end_axis === -1 ? '' : `axes ${p.axis} to ${p.end_axis}`;
  },
  shape(c) {
    const p = setting(c.layer, 'flatten_param');
    const shape = bottom(c);
    const from = axisOf(c, p.axis, 'flatten_param.axis');
    const to = axisOf(c, p.end_axis, 'flatten_param.end_axis');
    if (to < from) c.fail(`end_axis (${to}) lies before axis (${from}): exchange them.`, 'flatten_param.end_axis');
    return { tops: [[...shape.slice(0, from), countRange(shape, from, to + 1), ...shape.slice(to + 1)]] };
  },
  cost: () => ({ macs: 0 }),
  forward: copyForward,
  backward: copyBackward,
};
