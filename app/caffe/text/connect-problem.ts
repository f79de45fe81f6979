/** Whether an edge may be drawn, asked before it is: for all layers that it could end at, while it is being drawn. */
import type { LayerTable } from '../net/layer-table.ts';
import { readNet } from '../net/read-net.ts';
import { called, chainEnd, draftOf, findLayer, lastTops, readBy, wiringOf } from './draft-net.ts';
import type { Draft, DraftLayer } from './draft-net.ts';
import type { BottomEnd, TopEnd } from './edit-actions.ts';
import { connect } from './edit-wiring.ts';

/** Says why a top cannot be joined to a bottom: a whole sentence; undefined when it can. */
export type ConnectCheck = (to: BottomEnd) => string | undefined;

/**
 * What stands against edges from one top: quick for each layer, after one pass over the network. Shapes are another
 * matter: see `bottomShapeProblem` (in `net`).
 */
export function connectionsFrom(text: string, from: TopEnd, layers: LayerTable): ConnectCheck {
  const draft = draftOf(text, readNet(text));
  const { index, layer: maker } = findLayer(draft, from.layer);
  const blob = maker?.tops[from.top]?.name;
  if (!maker || blob === undefined) {
    return () => (maker ? `${called(maker)} makes nothing that could be read.` : 'That layer is not there any more.');
  }
  const needed = upstreamOf(draft, maker);
  const phases = new Set(lastTops(draft.layers, chainEnd(draft.layers, index, blob), blob).keys());
  const byId = new Map(draft.layers.map((layer) => [layer.id, layer]));
  return (to) => {
    const reader = byId.get(to.layer);
    if (!reader) return 'That layer is not there any more.';
    if (reader === maker) return `${called(maker)} cannot read what it makes itself.`;
    const full = fullness(reader, to, layers);
    if (full !== undefined) return full;
    if (needed.has(reader))
      return `${called(maker)} needs what ${called(reader)} makes: joining them would make a circle.`;
    const missing = reader.phases.filter((phase) => !phases.has(phase));
    return missing.length === 0
      ? undefined
      : `"${blob}" is not made in ${missing.join(' and ')}, where ${called(reader)} takes part.`;
  };
}

function fullness(reader: DraftLayer, to: BottomEnd, layers: LayerTable): string | undefined {
  const info = layers.get(reader.layer.type ?? '');
  const count = reader.bottoms.length;
  if (!info || (to.bottom !== undefined && to.bottom < count) || count < info.bottoms.max) return undefined;
  if (info.bottoms.max === 0) return `${called(reader)} reads nothing: ${info.type} has no bottoms.`;
  return `${called(reader)} takes ${info.bottoms.max} bottom${info.bottoms.max === 1 ? '' : 's'}, and has as many already.`;
}

/** The layers that a layer needs, directly or not, in some phase; itself included. */
function upstreamOf({ layers }: Draft, layer: DraftLayer): Set<DraftLayer> {
  const wiring = wiringOf(layers);
  const found = new Set([layer]);
  const read = new Set(layer.bottoms.flatMap((bottom) => readBy(wiring, bottom)));
  for (const other of layers.toReversed()) {
    if (found.has(other) || !other.tops.some((top) => read.has(top))) continue;
    found.add(other);
    for (const bottom of other.bottoms) for (const top of readBy(wiring, bottom)) read.add(top);
  }
  return found;
}

/** Why a top cannot be joined to a bottom, all considered; undefined when the gesture `connect` will do it. */
export function connectProblem(text: string, from: TopEnd, to: BottomEnd, layers: LayerTable): string | undefined {
  return connectionsFrom(text, from, layers)(to) ?? connect(draftOf(text, readNet(text)), from, to);
}
