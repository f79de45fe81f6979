/**
 * Whether a layer could work with a blob that it does not read yet: asked for all layers of a network while an edge is
 * being drawn, so that those that fit can be shown.
 */
import type { LayerParameter } from '../schema/net-messages.ts';
import type { BottomEnd, TopEnd } from '../text/edit-actions.ts';
import type { LayerTable, Shape } from './layer-table.ts';
import type { NetView } from './net-view.ts';
import { readNet } from './read-net.ts';

/** What is known of a network's shapes in a phase: a `NetView` will do. */
export type KnownShapes = Pick<NetView, 'phase' | 'layers' | 'blobs'>;

/** Thrown by `fail` and `unknown` of the context, and caught here. */
class Refused extends Error {
  override name = 'Refused';
}

class NotKnown extends Error {
  override name = 'NotKnown';
}

/**
 * The shape rule's words for a layer that reads the top of another at a bottom (or at a new one): a whole sentence where
 * the rule refuses, undefined where it does not or where shapes are not known. Quick: one pass over the network, then one
 * shape rule for each question.
 */
export function shapesFrom(
  text: string,
  known: KnownShapes,
  from: TopEnd,
  table: LayerTable,
): (to: BottomEnd) => string | undefined {
  const shapes = new Map(known.blobs.map(({ id, shape }) => [id, shape]));
  const views = new Map(known.layers.map((layer) => [layer.id, layer]));
  const sources = new Map(readNet(text).layers.map(({ id, layer }) => [id, layer]));
  const made = views.get(from.layer)?.tops[from.top];
  const blob = sources.get(from.layer)?.top[from.top] ?? '';
  const shape = made === undefined ? undefined : shapes.get(made);
  return (to) => {
    const layer = sources.get(to.layer);
    const info = table.get(layer?.type ?? '');
    const view = views.get(to.layer);
    if (!layer || !info || !view || !shape) return undefined;
    const index = Math.min(to.bottom ?? view.bottoms.length, view.bottoms.length);
    const ids = view.bottoms.map((id) => shapes.get(id));
    ids[index] = shape;
    if (ids.length < info.bottoms.min || ids.length > info.bottoms.max) return undefined;
    if (!ids.every((each): each is Shape => each !== undefined)) return undefined;
    const bottom = [...layer.bottom];
    bottom[index] = blob;
    // All else is as in the text.
    const asked = Object.create(layer, { bottom: { value: bottom } }) as LayerParameter;
    try {
      info.shape({
        layer: asked,
        phase: layer.phase ?? known.phase,
        bottoms: ids,
        fail(message): never {
          throw new Refused(message);
        },
        unknown(message): never {
          throw new NotKnown(message);
        },
        warn() {
          // What is dubious is allowed, and will be remarked on where it stands.
        },
      });
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error.message;
      if (error instanceof NotKnown) return undefined;
      throw error;
    }
  };
}
