/**
 * Upsample, of SegNet's and YOLO's forks of Caffe. With one bottom (YOLO) values are repeated. With a mask as second bottom
 * (SegNet) each goes to a place that only the mask knows, which kernels that gather cannot do: that is drawn, not computed.
 */
import { setting } from '../caffe/schema/values.ts';
import { add, and, at, axis, floordiv, lt, mul, sum } from '../engine/ir/build.ts';
import type { Axis, Expr } from '../engine/ir/expr.ts';
import { countOf, element, type LayerDefinition } from './definition.ts';
import { requirePositive, requireRank } from './shape-rules.ts';
import { nth } from './views.ts';

/** The row (or column) of `from` that a result's of `to` repeats. */
const repeated = (from: number, to: number, result: Expr): Expr => floordiv(mul(result, from), to);

/** The results that repeat a row (or column): an axis over as many as there can be, which they are, and whether they are. */
function repeats(from: number, to: number, row: Expr): { over: Axis; result: Expr; valid: Expr } {
  const first = (r: Expr): Expr => floordiv(add(mul(r, to), from - 1), from);
  const over = axis(Math.min(to, Math.ceil(to / from)));
  const result = add(first(row), at(over));
  return { over, result, valid: lt(result, first(add(row, 1))) };
}

/** Enlarges an image. */
export const upsample: LayerDefinition = {
  type: 'Upsample',
  family: 'vision',
  doc: 'Enlarges an image: by repeating values, or with a second bottom by putting each back to where a pooling found it. From YOLO and SegNet, forks of Caffe.',
  paramField: 'upsample_param',
  template: 'upsample_param {\n  scale: 2\n}',
  bottoms: { min: 1, max: 2 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [1],
  summary: (layer) => `× ${setting(layer, 'upsample_param').scale ?? 2}`,
  shape(c) {
    const p = setting(c.layer, 'upsample_param');
    const [batch = 0, channels = 0, height = 0, width = 0] = requireRank(c, 4, 'batch, channels, height, width');
    const scale = p.scale ?? (c.bottoms.length > 1 ? 2 : 1);
    requirePositive(c, scale, 'upsample_param.scale');
    const rows = p.upsample_h ?? height * (p.scale_h ?? scale) - (p.pad_out_h ? 1 : 0);
    const columns = p.upsample_w ?? width * (p.scale_w ?? scale) - (p.pad_out_w ? 1 : 0);
    return { tops: [[batch, channels, rows, columns]] };
  },
  cost: (_, __, tops) => ({ macs: 0, other: countOf(nth(tops, 0)) }),
  supports: (layer) =>
    layer.bottom.length > 1
      ? 'Upsample by the mask of a pooling is not computed here: remove the second bottom to repeat values, or use Deconvolution.'
      : undefined,
  forward(c) {
    const [x, y] = [nth(c.bottoms, 0), nth(c.tops, 0)];
    const side = (d: number, at: Expr): Expr => repeated(nth(x.shape, d), nth(y.shape, d), at);
    c.compute(y, (n, ch, row, column) => element(x, [n, ch, side(2, row), side(3, column)]));
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const dy = nth(c.topDiffs, 0);
    const side = (d: number, at: Expr) => repeats(nth(target.shape, d), nth(dy.shape, d), at);
    c.compute(target, (n, ch, row, column) => {
      const [r, q] = [side(2, row), side(3, column)];
      const guard = and(r.valid, q.valid);
      return sum([r.over, q.over], element(dy, [n, ch, r.result, q.result], { guard }));
    });
  },
};
