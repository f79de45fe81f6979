/** Permute, of SSD's fork of Caffe (permute_layer.cpp): a blob with its axes in another order. */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { element, type LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { nth } from './views.ts';

/** Which axis of the bottom each axis of the top is: those that are named, then the rest. */
function sourcesOf(layer: LayerParameter, shape: Shape): number[] {
  const { order } = setting(layer, 'permute_param');
  return [...order, ...shape.map((_, axis) => axis).filter((axis) => !order.includes(axis))];
}

/** Puts the axes in another order. */
export const permute: LayerDefinition = {
  type: 'Permute',
  family: 'reshape',
  doc: 'Puts the axes of a blob in another order. From SSD, a fork of Caffe.',
  paramField: 'permute_param',
  template: 'permute_param {\n  order: 0\n  order: 2\n  order: 3\n  order: 1\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) => setting(layer, 'permute_param').order.join(', '),
  shape(c) {
    const shape = bottom(c);
    const { order } = setting(c.layer, 'permute_param');
    const bad = order.find((axis, i) => axis >= shape.length || order.indexOf(axis) !== i);
    if (bad !== undefined)
      c.fail(
        bad >= shape.length
          ? `${bottomText(c, 0)} has ${shape.length} axes, so there is no axis ${bad}.`
          : `order names axis ${bad} twice: name each axis once.`,
        'permute_param.order',
      );
    return { tops: [sourcesOf(c.layer, shape).map((axis) => nth(shape, axis))] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const sources = sourcesOf(c.layer, x.shape);
    c.compute(nth(c.tops, 0), (...at) =>
      element(
        x,
        x.shape.map((_, axis) => nth(at, sources.indexOf(axis))),
      ),
    );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const sources = sourcesOf(c.layer, target.shape);
    c.compute(target, (...at) =>
      element(
        nth(c.topDiffs, 0),
        sources.map((axis) => nth(at, axis)),
      ),
    );
  },
};
