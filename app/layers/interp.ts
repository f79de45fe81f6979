/**
 * Interp, of DeepLab's and PSPNet's forks of Caffe (interp_layer.cpp, util/interp.cpp): bilinear, corners on corners. The
 * place of each result among the pixels is a quotient of whole numbers, and computed as that.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import { has } from '../caffe/schema/dsl.ts';
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import {
  abs,
  add,
  and,
  at,
  axis,
  cast,
  div,
  f32,
  floordiv,
  ge,
  i32,
  lt,
  max,
  mod,
  mul,
  sub,
  sum,
} from '../engine/ir/build.ts';
import type { Axis, Expr } from '../engine/ir/expr.ts';
import { countOf, element, type LayerDefinition } from './definition.ts';
import { requirePositive, requireRank } from './shape-rules.ts';
import { nth } from './views.ts';

/** One spatial axis: `from` pixels, the first at `offset` in the blob, become `to`. */
interface Resized {
  readonly offset: number;
  readonly from: number;
  readonly to: number;
}

function axesOf(layer: LayerParameter, x: Shape, y: Shape): readonly [Resized, Resized] {
  const p = setting(layer, 'interp_param');
  const of = (d: number): Resized => ({
    offset: -p.pad_beg,
    from: nth(x, d) + p.pad_beg + p.pad_end,
    to: nth(y, d),
  });
  return [of(2), of(3)];
}

/** A pixel (within the cut image) and what it counts. */
interface Tap {
  readonly place: Expr;
  readonly weight: Expr;
}

/** The two pixels between which a result lies; the second is the first where there is none behind it. */
function tapsOf({ from, to }: Resized, result: Expr): readonly Tap[] {
  if (to === 1 || from === 1) return [{ place: i32(0), weight: f32(1) }];
  const steps = mul(result, from - 1);
  const first = floordiv(steps, to - 1);
  const behind = div(cast(mod(steps, to - 1), 'f32'), to - 1);
  // Behind the last pixel there is none, and its weight is 0.
  const second = add(first, cast(lt(first, from - 1), 'i32'));
  return [
    { place: first, weight: sub(1, behind) },
    { place: second, weight: behind },
  ];
}

/** The results in which a pixel has a part: an axis over them, which they are, whether they are there, and what it counts. */
interface Readers {
  readonly over: Axis;
  readonly result: Expr;
  readonly valid: Expr;
  readonly weight: Expr;
}

function readersOf({ offset, from, to }: Resized, pixel: Expr): Readers {
  const place = sub(pixel, offset);
  const inside = and(ge(place, 0), lt(place, from));
  if (from === 1 || to === 1) {
    // All results are the first pixel.
    const over = axis(to);
    return { over, result: at(over), valid: and(inside, lt(place, 1)), weight: f32(1) };
  }
  // Strictly less than a pixel away: the first such result, and as many as can be.
  const over = axis(Math.min(to, Math.ceil((2 * (to - 1)) / (from - 1))));
  const result = add(add(floordiv(mul(sub(place, 1), to - 1), from - 1), 1), at(over));
  const away = sub(mul(result, from - 1), mul(place, to - 1));
  const weight = max(sub(1, div(abs(cast(away, 'f32')), to - 1)), 0);
  return { over, result, valid: and(inside, ge(result, 0), lt(result, to)), weight };
}

/** Interpolates an image to another size. */
export const interp: LayerDefinition = {
  type: 'Interp',
  family: 'vision',
  doc: 'Interpolates an image to another size, corners on corners. From DeepLab and PSPNet, forks of Caffe.',
  paramField: 'interp_param',
  template: 'interp_param {\n  zoom_factor: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'interp_param');
    if (has(p, 'height') && has(p, 'width')) return `${p.height}×${p.width}`;
    const parts = [
      has(p, 'shrink_factor') ? `÷ ${p.shrink_factor}` : '',
      has(p, 'zoom_factor') ? `× ${p.zoom_factor}` : '',
    ];
    return parts.filter((part) => part !== '').join(' · ');
  },
  shape(c) {
    const p = setting(c.layer, 'interp_param');
    const [batch = 0, channels = 0, ...sides] = requireRank(c, 4, 'batch, channels, height, width');
    if (p.pad_beg > 0 || p.pad_end > 0)
      c.fail(
        'pad_beg and pad_end cut the image: they must be 0 or below.',
        `interp_param.${p.pad_beg > 0 ? 'pad_beg' : 'pad_end'}`,
      );
    if (sides.some((extent) => extent + p.pad_beg + p.pad_end < 1))
      c.fail('pad_beg and pad_end leave nothing of the image: cut less.', 'interp_param');
    const [shrinks, zooms] = [has(p, 'shrink_factor'), has(p, 'zoom_factor')];
    if (shrinks) requirePositive(c, p.shrink_factor, 'interp_param.shrink_factor');
    if (zooms) requirePositive(c, p.zoom_factor, 'interp_param.zoom_factor');
    const given = has(p, 'height') && has(p, 'width');
    if (!shrinks && !zooms && !given)
      c.fail('Say how large the result is: give zoom_factor, shrink_factor, or height and width.', 'interp_param');
    // One factor goes before a given size, and a given size before both factors, as in the fork.
    if (given && shrinks === zooms) {
      requirePositive(c, p.height, 'interp_param.height');
      requirePositive(c, p.width, 'interp_param.width');
      return { tops: [[batch, channels, p.height, p.width]] };
    }
    const resized = sides.map((extent) => {
      const seen = extent + p.pad_beg + p.pad_end;
      const small = shrinks ? Math.floor((seen - 1) / p.shrink_factor) + 1 : seen;
      return zooms ? small + (small - 1) * (p.zoom_factor - 1) : small;
    });
    return { tops: [[batch, channels, ...resized]] };
  },
  cost: (_, __, tops) => ({ macs: 0, other: 4 * countOf(nth(tops, 0)) }),
  forward(c) {
    const [x, y] = [nth(c.bottoms, 0), nth(c.tops, 0)];
    const [rows, columns] = axesOf(c.layer, x.shape, y.shape);
    c.compute(y, (...where) => {
      const [n, ch, row, column] = where as [Expr, Expr, Expr, Expr];
      return tapsOf(rows, row)
        .flatMap((r) =>
          tapsOf(columns, column).map((q) =>
            mul(mul(r.weight, q.weight), element(x, [n, ch, add(r.place, rows.offset), add(q.place, columns.offset)])),
          ),
        )
        .reduce((a, b) => add(a, b));
    });
  },
  backward(c) {
    const target = c.bottomDiffs[0];
    if (target === undefined) return;
    const dy = nth(c.topDiffs, 0);
    const [rows, columns] = axesOf(c.layer, target.shape, dy.shape);
    c.compute(target, (...where) => {
      const [n, ch, row, column] = where as [Expr, Expr, Expr, Expr];
      const [r, q] = [readersOf(rows, row), readersOf(columns, column)];
      const diff = element(dy, [n, ch, r.result, q.result], { guard: and(r.valid, q.valid) });
      return sum([r.over, q.over], mul(mul(r.weight, q.weight), diff));
    });
  },
};
