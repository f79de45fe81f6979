/** ShuffleChannel, of ShuffleNet's forks of Caffe (shuffle_channel_layer.cpp). */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { element, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requirePositive } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** Extents of a blob as images × groups × channels of a group × places. */
function partsOf(layer: LayerParameter, shape: Shape): readonly [number, number, number, number] {
  const { group } = setting(layer, 'shuffle_channel_param');
  return [nth(shape, 0), group, nth(shape, 1) / group, countRange(shape, 2)];
}

/** Mixes the channels of groups. */
export const shuffleChannel: LayerDefinition = {
  type: 'ShuffleChannel',
  family: 'reshape',
  doc: 'Mixes channels so that each group after it sees all groups before it. From ShuffleNet, a fork of Caffe.',
  paramField: 'shuffle_channel_param',
  template: 'shuffle_channel_param {\n  group: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) => `group ${setting(layer, 'shuffle_channel_param').group}`,
  shape(c) {
    const shape = bottom(c);
    const group = requirePositive(c, setting(c.layer, 'shuffle_channel_param').group, 'shuffle_channel_param.group');
    if (shape.length < 2) c.fail(`${bottomText(c, 0)} has no channels to mix: it needs at least two axes.`);
    const channels = nth(shape, 1);
    if (channels % group !== 0)
      c.fail(
        `${bottomText(c, 0)} has ${channels} channels, which group: ${group} does not divide: use a group that divides the channels.`,
        'shuffle_channel_param.group',
      );
    return { tops: [shape] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const [images, groups, members, places] = partsOf(c.layer, x.shape);
    const from = view(x, [images, groups, members, places]);
    c.compute(view(nth(c.tops, 0), [images, members, groups, places]), (...at) =>
      element(from, [nth(at, 0), nth(at, 2), nth(at, 1), nth(at, 3)]),
    );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const [images, groups, members, places] = partsOf(c.layer, target.shape);
    const from = view(nth(c.topDiffs, 0), [images, members, groups, places]);
    c.compute(view(target, [images, groups, members, places]), (...at) =>
      element(from, [nth(at, 0), nth(at, 2), nth(at, 1), nth(at, 3)]),
    );
  },
};
