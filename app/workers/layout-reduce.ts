/**
 * Reads a graph as series and parallels: the classic reduction. A box with one line in and one out joins its two lines to
 * one; lines between the same two boxes become one. What ends as a single line from before all sources to behind all sinks
 * is wholly of that form.
 */
import type { LevelEdge } from './layout-shapes.ts';

/** What lies between two boxes. */
export type Strip =
  | { readonly kind: 'line'; readonly edge: number }
  /** From before everything to a source, and from a sink to behind everything: nothing is drawn. */
  | { readonly kind: 'start'; readonly box: number }
  | { readonly kind: 'end'; readonly box: number }
  /** Boxes one below the other, with a strip before, between and behind them. */
  | { readonly kind: 'series'; readonly strips: readonly Strip[]; readonly boxes: readonly number[] }
  | { readonly kind: 'parallel'; readonly strips: readonly Strip[] };

interface Series {
  readonly kind: 'series';
  readonly strips: Strip[];
  readonly boxes: number[];
}

function inSeries(a: Strip, box: number, b: Strip): Strip {
  // The left one is not used any more by whoever had it: it grows in place, so that long chains take linear time.
  const whole: Series = a.kind === 'series' ? (a as Series) : { kind: 'series', strips: [a], boxes: [] };
  whole.boxes.push(box);
  if (b.kind === 'series') {
    for (const strip of b.strips) whole.strips.push(strip);
    for (const inner of b.boxes) whole.boxes.push(inner);
  } else whole.strips.push(b);
  return whole;
}

function inParallel(a: Strip, b: Strip): Strip {
  const list = (strip: Strip): readonly Strip[] => (strip.kind === 'parallel' ? strip.strips : [strip]);
  return { kind: 'parallel', strips: [...list(a), ...list(b)] };
}

/** The whole graph of `count` boxes as one strip; undefined where it is not made of series and parallels. */
export function reduceToStrip(count: number, edges: readonly LevelEdge[]): Strip | undefined {
  const [source, sink] = [count, count + 1];
  const outs = Array.from({ length: count + 2 }, () => new Map<number, Strip>());
  const ins = Array.from({ length: count + 2 }, () => new Set<number>());
  const add = (from: number, to: number, strip: Strip): void => {
    const there = outs[from]?.get(to);
    outs[from]?.set(to, there === undefined ? strip : inParallel(there, strip));
    ins[to]?.add(from);
  };
  edges.forEach(({ from, to }, edge) => add(from, to, { kind: 'line', edge }));
  for (let box = 0; box < count; box++) {
    if (ins[box]?.size === 0) add(source, box, { kind: 'start', box });
    if (outs[box]?.size === 0) add(box, sink, { kind: 'end', box });
  }

  const open = Array.from({ length: count }, (_, i) => count - 1 - i);
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    const [into, out] = [ins[box], outs[box]];
    if (into?.size !== 1 || out?.size !== 1) continue;
    const [from] = into;
    const [onward] = out;
    const above = from === undefined ? undefined : outs[from]?.get(box);
    if (from === undefined || above === undefined || onward === undefined) continue;
    const [to, below] = onward;
    outs[from]?.delete(box);
    ins[to]?.delete(box);
    into.clear();
    out.clear();
    add(from, to, inSeries(above, box, below));
    if (to < count) open.push(to);
    if (from < count) open.push(from);
  }
  const [only] = outs[source]?.entries() ?? [];
  return outs[source]?.size === 1 && only?.[0] === sink ? only[1] : undefined;
}
