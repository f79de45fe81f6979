/**
 * Nets with Filter layers. How many items pass one depends on the data, and the shapes of all that follows with it, so such a
 * net is compiled anew for each number of items (`CompileOptions.passing`): first what the selector depends on
 * (`CompileOptions.until`), which is then run and counted, then the net for that number.
 */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import type { Blob, NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import { countOf } from '../layers/definition.ts';
import { sameShape } from '../layers/shape-rules.ts';
import { CompileError } from './compiled-net.ts';

/** How many items pass each Filter, by the layers' names. */
export type Passing = ReadonlyMap<string, number>;

/** A Filter, and the blob (by id) that says what passes it. */
export interface FilterOf {
  readonly name: string;
  readonly selector: string;
  /** Items that come in, if all pass the filters before it. */
  readonly items: number;
}

/** The Filter layers of a net, in order. */
export function filtersOf(net: TypedNet): FilterOf[] {
  return net.layers
    .filter(({ type }) => type === 'Filter')
    .map((layer) => {
      const selector = layer.bottoms.at(-1) ?? '';
      return { name: layer.name, selector, items: net.blobs.get(selector)?.shape?.[0] ?? 0 };
    });
}

/** As many items as there can be: the largest that a net gets, which its memory is planned for. */
export const allPassing = (net: TypedNet): Passing => new Map(filtersOf(net).map(({ name, items }) => [name, items]));

/** How many items a selector lets pass. */
export const countSelected = (selector: ArrayLike<number>): number =>
  Array.from(selector).reduce((count, value) => count + (value === 0 ? 0 : 1), 0);

/**
 * The net with the shapes that it has when so many items pass its filters. Where a filter is not named all pass.
 *
 * @throws CompileError where a layer behind a filter refuses so many, or has parameters whose shapes would change
 */
export function netPassing(net: TypedNet, passing: Passing): TypedNet {
  if (passing.size === 0) return net;
  const blobs = new Map<string, Blob>(net.blobs);
  const shapeOf = (id: string): Shape => blobs.get(id)?.shape ?? [];
  for (const layer of net.layers) {
    const bottoms = layer.bottoms.map(shapeOf);
    const filtered = layer.type === 'Filter' ? passing.get(layer.name) : undefined;
    if (filtered === undefined && layer.bottoms.every((id) => blobs.get(id) === net.blobs.get(id))) continue;
    const tops =
      filtered === undefined
        ? shapesOf(layer, bottoms, net)
        : bottoms.slice(0, -1).map((shape) => [filtered, ...shape.slice(1)]);
    layer.tops.forEach((id, i) => {
      const blob = blobs.get(id);
      const shape = tops[i];
      if (blob !== undefined && shape !== undefined && !sameShape(shape, blob.shape ?? []))
        blobs.set(id, { ...blob, shape });
    });
  }
  return { ...net, blobs };
}

function shapesOf(layer: NetLayer, bottoms: readonly Shape[], net: TypedNet): readonly Shape[] {
  const refuse = (message: string): never => {
    throw new CompileError(`Layer "${layer.name}", behind a Filter: ${message}`, layer.name);
  };
  const context: ShapeContext = {
    layer: layer.parameter,
    phase: layer.parameter.phase ?? net.phase,
    bottoms,
    record: net.record,
    fail: refuse,
    unknown: refuse,
    warn: () => undefined,
  };
  if (bottoms.some((shape) => countOf(shape) === 0)) refuse('no item passes, so nothing is left to compute with.');
  const result = layer.info?.shape(context) ?? refuse('its type is not known.');
  layer.params.forEach(({ shape }, i) => {
    if (!sameShape(result.params?.[i]?.shape ?? [], shape))
      refuse('the shape of its parameters would change with the number of items that pass, so it cannot learn.');
  });
  return result.tops;
}
