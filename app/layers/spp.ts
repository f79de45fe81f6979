/** SPP. Mirrors the shape rule of Caffe's spp_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottomText, requirePositive, requireRank } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

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
    macs: countOf(nth(bottoms, 0)) * (setting(layer, 'spp_param').pyramid_height ?? 1),
  }),
  supports: notYet('SPP', 'use Pooling'),
};
