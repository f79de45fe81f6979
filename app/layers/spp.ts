/** SPP: several poolings of one image, each on its grid. Mirrors Caffe's spp_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { add, i32, mul } from '../engine/ir/build.ts';
import { countOf, type KernelContext, type LayerDefinition, type Tensor } from './definition.ts';
import { placeCount, type PoolAxis } from './pooling-geometry.ts';
import { poolBackward, poolForward, type Places, type Pool } from './pooling-kernels.ts';
import { bottomText, requirePositive, requireRank } from './shape-rules.ts';
import { adding, countRange, nth, view } from './views.ts';

/** Cells along one side: as large as it takes, padded alike at both ends. */
function cellAxis(extent: number, cells: number): PoolAxis {
  const kernel = Math.ceil(extent / cells);
  const pad = Math.floor((kernel * cells - extent + 1) / 2);
  return { extent, kernel, stride: kernel, pad, pooled: 0 };
}

/** The grids, from coarse to fine, each with where its values start in the top. */
function levelsOf(c: KernelContext): readonly { readonly pool: Pool; readonly start: number }[] {
  const p = setting(c.layer, 'spp_param');
  const { shape } = nth(c.bottoms, 0);
  let next = 0;
  return Array.from({ length: p.pyramid_height ?? 1 }, (_, level) => {
    const sides = [cellAxis(nth(shape, 2), 2 ** level), cellAxis(nth(shape, 3), 2 ** level)] as const;
    const padded = sides.some((a) => a.pad > 0);
    const [rows, columns] = [counted(sides[0], padded), counted(sides[1], padded)];
    const start = next;
    next += nth(shape, 1) * rows.pooled * columns.pooled;
    return { pool: { method: p.pool, axes: [rows, columns], name: String(level) }, start };
  });
}

const counted = (a: PoolAxis, padded: boolean): PoolAxis => ({
  ...a,
  pooled: placeCount(a.extent, a.kernel, a.stride, a.pad, padded, false),
});

/** The part of an item's vector that holds a grid: channel, row, column. */
function placesIn(vector: Tensor, level: { readonly pool: Pool; readonly start: number }): Places {
  const [rows, columns] = level.pool.axes;
  return {
    tensor: view(vector, [nth(vector.shape, 0), countRange(vector.shape, 1)]),
    at: ([n = i32(0), ch = i32(0), py = i32(0), px = i32(0)]) => [
      n,
      add(add(mul(add(mul(ch, rows.pooled), py), columns.pooled), px), level.start),
    ],
  };
}

/** Pools on grids of 1, 2×2, 4×4 … cells. */
export const spp: LayerDefinition = {
  type: 'SPP',
  family: 'pooling',
  doc: 'Pools an image of any size on grids of 1, 2×2, 4×4 … cells, and joins the results to one vector.',
  paramField: 'spp_param',
  template: 'spp_param {\n  pyramid_height: 3\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'spp_param');
    return `${p.pool} · ${p.pyramid_height ?? '?'} levels`;
  },
  shape(c) {
    const shape = requireRank(c, 4, 'batch, channels, height, width');
    const levels = requirePositive(c, setting(c.layer, 'spp_param').pyramid_height, 'spp_param.pyramid_height');
    const [batch, channels] = [nth(shape, 0), nth(shape, 1)];
    if (levels === 1) return { tops: [[batch, channels, 1, 1]] };
    for (let level = 0; level < levels; level++)
      for (const d of [2, 3]) {
        const cells = 2 ** level;
        const kernel = Math.ceil(nth(shape, d) / cells);
        // Caffe pads to a whole number of cells, and refuses a pad as large as a cell.
        if (Math.floor((kernel * cells - nth(shape, d) + 1) / 2) >= kernel)
          c.fail(
            `${bottomText(c, 0)} cannot be divided into the ${cells}×${cells} cells of level ${level + 1}: use a smaller pyramid_height.`,
            'spp_param.pyramid_height',
          );
      }
    return { tops: [[batch, (channels * (4 ** levels - 1)) / 3]] };
  },
  cost: (layer, bottoms) => ({
    macs: 0,
    other: countOf(nth(bottoms, 0)) * (setting(layer, 'spp_param').pyramid_height ?? 1),
  }),
  forward(c) {
    for (const level of levelsOf(c)) poolForward(c, level.pool, nth(c.bottoms, 0), placesIn(nth(c.tops, 0), level));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    levelsOf(c).forEach((level, i) => {
      const from = placesIn(nth(c.topDiffs, 0), level);
      poolBackward(c, level.pool, from, i === 0 ? target : adding(target), `level${i + 1}`);
    });
  },
};
