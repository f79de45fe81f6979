/** Tile. Mirrors Caffe's tile_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, at, axis, mod, mul, sum } from '../engine/ir/build.ts';
import { element, type LayerDefinition } from './definition.ts';
import { axisOf, bottom, requirePositive } from './shape-rules.ts';
import { canonical, nth } from './views.ts';

/** Repeats a blob along an axis. */
export const tile: LayerDefinition = {
  type: 'Tile',
  family: 'reshape',
  doc: 'Repeats a blob along an axis, copy after copy.',
  paramField: 'tile_param',
  template: 'tile_param {\n  axis: 1\n  tiles: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'tile_param');
    return `× ${p.tiles ?? '?'} · axis ${p.axis}`;
  },
  shape(c) {
    const p = setting(c.layer, 'tile_param');
    const along = axisOf(c, p.axis, 'tile_param.axis');
    const tiles = requirePositive(c, p.tiles, 'tile_param.tiles');
    return { tops: [bottom(c).map((d, i) => (i === along ? d * tiles : d))] };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const x = nth(c.bottoms, 0);
    const along = canonical(setting(c.layer, 'tile_param').axis, x.shape.length);
    c.compute(nth(c.tops, 0), (...o) =>
      element(
        x,
        o.map((i, d) => (d === along ? mod(i, nth(x.shape, along)) : i)),
      ),
    );
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const p = setting(c.layer, 'tile_param');
    const along = canonical(p.axis, target.shape.length);
    c.compute(target, (...o) => {
      const copy = axis(p.tiles ?? 1);
      const where = o.map((i, d) => (d === along ? add(i, mul(at(copy), nth(target.shape, along))) : i));
      return sum([copy], element(nth(c.topDiffs, 0), where));
    });
  },
};
