/** Gestures on the edges and the order of a network. They change a draft. */
import {
  blobsIn,
  called,
  chainEnd,
  downstreamOf,
  findLayer,
  lastTops,
  misread,
  ownerOf,
  PHASES,
  readBy,
  readersOf,
  renameVersion,
  wiringOf,
  worksInPlace,
} from './draft-net.ts';
import type { Draft, DraftLayer, Pin } from './draft-net.ts';
import type { BottomEnd, TopEnd } from './edit-actions.ts';
import type { Refusal } from './edit-insert.ts';
import { sourceOf } from './decode.ts';
import { nextName } from './new-names.ts';

const GONE = 'That layer is not there any more.';

/** Takes layers out, and lets the readers of their tops read their bottoms, unless told not to. */
export function deleteLayers(draft: Draft, ids: readonly string[], heal: boolean): Refusal {
  const gone = new Set(draft.layers.filter(({ id }) => ids.includes(id)));
  if (gone.size === 0) return GONE;
  if (heal) healAround(draft, gone);
  draft.layers = draft.layers.filter((layer) => !gone.has(layer));
  return undefined;
}

/**
 * Lets the bottoms of the layers that stay read past those that go: where the maker of a blob goes, its own bottom. A
 * bottom whose phases do not agree keeps its name: the blob is still made in one of them.
 */
function healAround({ layers }: Draft, gone: ReadonlySet<DraftLayer>): void {
  const wiring = wiringOf(layers);
  const owners = new Map(layers.flatMap((layer) => layer.tops.map((top) => [top, layer] as const)));
  const healed: [Pin, string][] = [];
  for (const layer of layers) {
    if (gone.has(layer)) continue;
    for (const bottom of layer.bottoms) {
      const read = layer.phases.filter((phase) => wiring.get(bottom)?.[phase] !== undefined);
      const names = new Set(
        read.map((phase) => {
          let pin = bottom;
          for (;;) {
            const top = wiring.get(pin)?.[phase];
            const maker = top && owners.get(top);
            if (!maker || !gone.has(maker)) return pin.name;
            const through = maker.bottoms[maker.tops.indexOf(top)] ?? maker.bottoms[0];
            if (!through) return pin.name;
            pin = through;
          }
        }),
      );
      const [name] = names;
      if (names.size === 1 && name !== undefined) healed.push([bottom, name]);
    }
  }
  for (const [pin, name] of healed) pin.name = name;
}

/** Gives a layer that works in place at a bottom a top of its own, which its readers read from then on. */
function giveOwnTop(draft: Draft, layer: DraftLayer, index: number): void {
  const top = layer.tops[index];
  const bottom = layer.bottoms[index];
  if (!top || !bottom || top.name !== bottom.name) return;
  const blob = bottom.name;
  const blobs = blobsIn(draft.layers);
  const name =
    layer.name !== '' && !blobs.has(layer.name) ? layer.name : nextName(layer.name || blob, (free) => !blobs.has(free));
  renameVersion(draft.layers, top, name);
  bottom.name = blob;
}

/** Lets a layer read a top. */
export function connect(draft: Draft, from: TopEnd, to: BottomEnd): Refusal {
  const { layers } = draft;
  const { index: makerIndex, layer: maker } = findLayer(draft, from.layer);
  const { layer: reader } = findLayer(draft, to.layer);
  if (!maker || !reader) return GONE;
  const top = maker.tops[from.top];
  if (!top) return `${called(maker)} makes nothing that could be read.`;
  if (maker === reader) return `${called(maker)} cannot read what it makes itself.`;
  const blob = top.name;
  const index = Math.min(to.bottom ?? reader.bottoms.length, reader.bottoms.length);
  const old = reader.bottoms[index];
  const inPlaceAt = reader.bottoms.findIndex(
    (bottom, i) => worksInPlace(reader, i) && (i === index || bottom.name === blob),
  );
  const readerIndex = layers.indexOf(reader);
  // One of those that change the blob in place goes on reading it as it comes to it.
  const links = reader.bottoms.some((bottom, i) => bottom.name === blob && worksInPlace(reader, i));
  const upTo = links && readerIndex > makerIndex ? layers.slice(0, readerIndex) : layers;
  const end = chainEnd(upTo, makerIndex, blob, reader);
  const tops = lastTops(layers, end, blob);
  if (old && sameReads(draft, old, [...tops.values()])) return undefined;
  const missing = reader.phases.filter((phase) => !tops.has(phase));
  if (missing.length > 0 && missing.length === reader.phases.length) {
    return `"${blob}" is made in ${PHASES.filter((phase) => tops.has(phase)).join(' and ')} only, and ${called(reader)} takes part in ${missing.join(' and ')} only.`;
  }
  if (missing.length > 0) {
    return `"${blob}" is not made in ${missing.join(' and ')}, where ${called(reader)} takes part too. Limit ${called(reader)} to the other phase first.`;
  }
  const below = downstreamOf(layers, [reader]);
  const makers = new Set([...tops.values()].map((made) => ownerOf(layers, made)));
  if (below.has(maker) || [...makers].some((layer) => layer !== undefined && layer !== reader && below.has(layer))) {
    return `${called(maker)} needs what ${called(reader)} makes: joining them would make a circle.`;
  }
  if (inPlaceAt >= 0) giveOwnTop(draft, reader, inPlaceAt);
  const before = wiringOf(layers);
  if (readerIndex < end) moveBehind(draft, reader, end);
  const pin = old ?? { name: blob, at: undefined };
  if (old) old.name = blob;
  else reader.bottoms.push(pin);
  const wrong = misread(draft.layers, before, new Set([pin]));
  if (wrong !== undefined) return wrong;
  return sameReads(draft, pin, [...tops.values()])
    ? undefined
    : `${called(reader)} cannot stand where it could read "${blob}".`;
}

function sameReads({ layers }: Draft, bottom: Pin, tops: readonly Pin[]): boolean {
  const read = readBy(wiringOf(layers), bottom);
  return read.length > 0 && read.every((top) => tops.includes(top));
}

/** Moves a layer behind an index, and with it those in between that need it. */
function moveBehind(draft: Draft, layer: DraftLayer, end: number): void {
  const needing = downstreamOf(draft.layers, [layer]);
  const moving = draft.layers.filter((other, i) => i <= end && needing.has(other));
  const ahead = draft.layers.filter((other, i) => i <= end && !needing.has(other));
  draft.layers = [...ahead, ...moving, ...draft.layers.slice(end + 1)];
}

/** Takes a bottom away. */
export function disconnect(draft: Draft, consumer: string, bottomIndex: number): Refusal {
  const { layer } = findLayer(draft, consumer);
  const bottom = layer?.bottoms[bottomIndex];
  if (!layer || !bottom) return 'That edge is not there any more.';
  giveOwnTop(draft, layer, bottomIndex);
  const before = wiringOf(draft.layers);
  layer.bottoms.splice(bottomIndex, 1);
  return misread(draft.layers, before, new Set());
}

/** Lets an edge start or end elsewhere. */
export function reconnect(
  draft: Draft,
  consumer: string,
  bottomIndex: number,
  from: TopEnd | undefined,
  to: BottomEnd | undefined,
): Refusal {
  const { layer } = findLayer(draft, consumer);
  const bottom = layer?.bottoms[bottomIndex];
  if (!layer || !bottom) return 'That edge is not there any more.';
  if (to === undefined) return from && connect(draft, from, { layer: consumer, bottom: bottomIndex });
  if (to.layer === consumer) {
    // The other end is a bottom of the same layer: the two change places.
    const other = layer.bottoms[to.bottom ?? layer.bottoms.length - 1];
    if (!other || other === bottom) return undefined;
    if (worksInPlace(layer, bottomIndex)) giveOwnTop(draft, layer, bottomIndex);
    if (worksInPlace(layer, layer.bottoms.indexOf(other))) giveOwnTop(draft, layer, layer.bottoms.indexOf(other));
    [bottom.name, other.name] = [other.name, bottom.name];
    return undefined;
  }
  const [read] = readBy(wiringOf(draft.layers), bottom);
  const maker = read && ownerOf(draft.layers, read);
  const source = from ?? (maker && read ? { layer: maker.id, top: maker.tops.indexOf(read) } : undefined);
  if (!source) return `Nobody makes "${bottom.name}", so it cannot be read elsewhere.`;
  return disconnect(draft, consumer, bottomIndex) ?? connect(draft, source, to);
}

/** Moves layers before or behind another. */
export function reorder(draft: Draft, ids: readonly string[], target: { before?: string; after?: string }): Refusal {
  const chosen = new Set(draft.layers.filter(({ id }) => ids.includes(id)));
  const { layer: goal } = findLayer(draft, target.before ?? target.after ?? '');
  if (!goal || chosen.size === 0) return GONE;
  if (chosen.has(goal)) return undefined;
  if ([...chosen, ...(target.before === undefined ? [] : [goal])].some(({ layer }) => !sourceOf(layer)?.field)) {
    return 'The inputs of the network stand before all layers.';
  }
  const before = wiringOf(draft.layers);
  const rest = draft.layers.filter((layer) => !chosen.has(layer));
  const at = rest.indexOf(goal) + (target.before === undefined ? 1 : 0);
  draft.layers = [...rest.slice(0, at), ...chosen, ...rest.slice(at)];
  return misread(draft.layers, before, new Set());
}

/** Lets layers work in place, or make tops of their own. */
export function setInPlace(draft: Draft, ids: readonly string[], inPlace: boolean): Refusal {
  const chosen = draft.layers.filter(({ id }) => ids.includes(id));
  if (chosen.length === 0) return GONE;
  for (const layer of chosen) {
    const refusal = inPlace ? putInPlace(draft, layer) : takeOutOfPlace(draft, layer);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function putInPlace(draft: Draft, layer: DraftLayer): Refusal {
  const [bottom] = layer.bottoms;
  const [top] = layer.tops;
  if (!bottom || !top) return `${called(layer)} has no ${bottom ? 'top' : 'bottom'}, so it cannot work in place.`;
  if (bottom.name === top.name) return undefined;
  const before = wiringOf(draft.layers);
  const read = new Set(readBy(before, bottom));
  if (read.size === 0) return `Nobody makes "${bottom.name}", which ${called(layer)} would change in place.`;
  const other = readersOf(draft.layers, before, read).find((reader) => reader.bottom !== bottom);
  if (other) {
    return `${other.layer === layer ? `${called(layer)} itself` : called(other.layer)} also reads "${bottom.name}", which ${called(layer)} would change in place.`;
  }
  renameVersion(draft.layers, top, bottom.name);
  return misread(draft.layers, before, new Set());
}

function takeOutOfPlace(draft: Draft, layer: DraftLayer): Refusal {
  const index = layer.bottoms.findIndex((_, i) => worksInPlace(layer, i));
  if (index < 0) return undefined;
  const before = wiringOf(draft.layers);
  giveOwnTop(draft, layer, index);
  const wrong = misread(draft.layers, before, new Set());
  if (wrong === undefined) return undefined;
  return `What reads "${layer.bottoms[index]?.name ?? ''}" gets it from ${called(layer)} in one phase and from another layer in the other: it has to stay in place.`;
}

/** Renames a layer, with its twins of the other phase, and where asked the blob that is called alike. */
export function renameLayer(draft: Draft, id: string, name: string, blobs: boolean): Refusal {
  const { layer } = findLayer(draft, id);
  if (!layer) return GONE;
  if (name.trim() === '') return 'A name needs at least one character.';
  const old = layer.name;
  if (name === old) return undefined;
  const twins = draft.layers.filter(
    (other) =>
      other === layer ||
      (old !== '' && other.name === old && !other.phases.some((phase) => layer.phases.includes(phase))),
  );
  if (draft.layers.some((other) => other.name === name && !twins.includes(other))) {
    return `There is a layer "${name}" already: choose another name.`;
  }
  if (twins.some(({ layer: parameter }) => !sourceOf(parameter)?.field)) {
    return 'The inputs of the network have no name as a layer. Rename their blobs instead.';
  }
  for (const twin of twins) twin.name = name;
  return blobs && old !== '' && layer.tops.some((top) => top.name === old) ? renameBlob(draft, old, name) : undefined;
}

/** Renames a blob wherever it is made or read. */
export function renameBlob(draft: Draft, blob: string, name: string): Refusal {
  if (name.trim() === '') return 'A name needs at least one character.';
  if (name === blob) return undefined;
  const blobs = blobsIn(draft.layers);
  if (!blobs.has(blob)) return `There is no blob "${blob}" any more.`;
  if (blobs.has(name)) return `There is a blob "${name}" already: choose another name.`;
  for (const { bottoms, tops } of draft.layers) {
    for (const pin of [...bottoms, ...tops]) if (pin.name === blob) pin.name = name;
  }
  return undefined;
}
