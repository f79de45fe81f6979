/**
 * A network on paper: its layers in order with what they read and make, free to be changed. Gestures on the graph change
 * the draft; `draft-edits.ts` then finds the fewest edits that bring the text there.
 */
import type { NetSource } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import { upgradeNet } from '../net/upgrade.ts';
import { NetParameter } from '../schema/net-messages.ts';
import type { LayerParameter, Phase } from '../schema/net-messages.ts';
import { decode } from './decode.ts';
import { parse } from './parse.ts';
import type { Document } from './tree.ts';

/** Both phases, in the order in which they are looked at. */
export const PHASES: readonly Phase[] = ['TRAIN', 'TEST'];

/** A bottom or a top. Known by identity: a renamed pin is still the same. */
export interface Pin {
  name: string;
  /** Its place among the bottoms or tops of the text; undefined for a new one. */
  readonly at: number | undefined;
}

/** A text that layers are written in: the network's own, or a piece to be put into it. */
export interface Sheet {
  readonly text: string;
  readonly document: Document;
  readonly message: NetParameter;
}

/** A layer of the draft. */
export interface DraftLayer {
  readonly id: string;
  readonly layer: LayerParameter;
  readonly sheet: Sheet;
  /** Index among the layers of its sheet. */
  readonly index: number;
  readonly phases: readonly Phase[];
  name: string;
  readonly bottoms: Pin[];
  readonly tops: Pin[];
}

/** The network on paper. `layers` is in the order in which they compute. */
export interface Draft {
  readonly own: Sheet;
  /** The layers of the text as they stood. */
  readonly originals: readonly DraftLayer[];
  layers: DraftLayer[];
}

const pins = (names: readonly string[]): Pin[] => names.map((name, at) => ({ name, at }));

const draftLayer = (sheet: Sheet, layer: LayerParameter, id: string, index: number): DraftLayer => ({
  id,
  layer,
  sheet,
  index,
  phases: phasesOf(layer),
  name: layer.name ?? '',
  bottoms: pins(layer.bottom),
  tops: pins(layer.top),
});

/** The draft of a network as it stands. */
export function draftOf(text: string, source: NetSource): Draft {
  const own: Sheet = { text, document: source.document, message: source.message };
  const originals = source.layers.map(({ id, layer }, index) => draftLayer(own, layer, id, index));
  return { own, originals, layers: [...originals] };
}

/** Reads layers to be put into a network. (Not through `readNet`, which keeps the last few whole networks.) */
export function readPiece(text: string): { readonly sheet: Sheet; readonly layers: DraftLayer[] } {
  const document = parse(text);
  const { message } = decode(document, NetParameter);
  const sheet: Sheet = { text, document, message };
  return { sheet, layers: upgradeNet(message).layers.map((layer, i) => draftLayer(sheet, layer, `new ${i}`, i)) };
}

/** For each bottom, the top that it reads in each phase that its layer takes part in. */
export type Wiring = ReadonlyMap<Pin, Readonly<Partial<Record<Phase, Pin | undefined>>>>;

/** Follows the names, as Caffe does: a bottom reads the last top of its name before it. */
export function wiringOf(layers: readonly DraftLayer[]): Wiring {
  const wiring = new Map<Pin, Partial<Record<Phase, Pin | undefined>>>();
  for (const phase of PHASES) {
    const made = new Map<string, Pin>();
    for (const layer of layers) {
      if (!layer.phases.includes(phase)) continue;
      for (const bottom of layer.bottoms) {
        const read = wiring.get(bottom) ?? {};
        read[phase] = made.get(bottom.name);
        wiring.set(bottom, read);
      }
      for (const top of layer.tops) made.set(top.name, top);
    }
  }
  return wiring;
}

/** The tops that a bottom reads, of whatever phase. */
export function readBy(wiring: Wiring, bottom: Pin): Pin[] {
  const read = wiring.get(bottom) ?? {};
  return PHASES.flatMap((phase) => read[phase] ?? []);
}

/** The layer that a pin belongs to. */
export const ownerOf = (layers: readonly DraftLayer[], pin: Pin): DraftLayer | undefined =>
  layers.find(({ bottoms, tops }) => bottoms.includes(pin) || tops.includes(pin));

/** Does the layer change this bottom in place? */
export const worksInPlace = ({ bottoms, tops }: DraftLayer, index: number): boolean =>
  bottoms[index] !== undefined && tops[index] !== undefined && bottoms[index].name === tops[index].name;

/** The layers and their bottoms that read one of the tops. */
export function readersOf(
  layers: readonly DraftLayer[],
  wiring: Wiring,
  tops: ReadonlySet<Pin>,
): { readonly layer: DraftLayer; readonly bottom: Pin; readonly index: number }[] {
  return layers.flatMap((layer) =>
    layer.bottoms.flatMap((bottom, index) =>
      readBy(wiring, bottom).some((top) => tops.has(top)) ? [{ layer, bottom, index }] : [],
    ),
  );
}

/**
 * Gives a version of a blob another name: the top, those that change it further in place, and all who read any of them.
 * Where a reader has it from another layer in the other phase, that layer's top is renamed along.
 */
export function renameVersion(layers: readonly DraftLayer[], top: Pin, name: string): void {
  const wiring = wiringOf(layers);
  const versions = new Set([top]);
  const named = new Set<Pin>([top]);
  const old = top.name;
  for (let before = -1; before !== named.size;) {
    before = named.size;
    for (const { layer, bottom, index } of readersOf(layers, wiring, versions)) {
      named.add(bottom);
      for (const other of readBy(wiring, bottom)) {
        versions.add(other);
        named.add(other);
      }
      const next = layer.tops[index];
      if (next && next.name === old) {
        versions.add(next);
        named.add(next);
      }
    }
  }
  for (const pin of named) pin.name = name;
}

/**
 * The index of the last layer that changes a blob in place, one upon the other, behind the layer that makes it; and past
 * the maker of the blob in the other phase. `but` is passed over.
 */
export function chainEnd(layers: readonly DraftLayer[], maker: number, blob: string, but?: DraftLayer): number {
  let last = maker;
  const { phases } = layers[maker] as DraftLayer;
  for (let i = maker + 1; i < layers.length; i++) {
    const layer = layers[i] as DraftLayer;
    const top = layer.tops.findIndex(({ name }) => name === blob);
    if (top < 0 || layer === but) continue;
    if (!worksInPlace(layer, top) && layer.phases.some((phase) => phases.includes(phase))) break;
    last = i;
  }
  return last;
}

/** For each phase, the last top of a name among the layers up to an index. */
export function lastTops(layers: readonly DraftLayer[], upTo: number, blob: string): Map<Phase, Pin> {
  const found = new Map<Phase, Pin>();
  layers.slice(0, upTo + 1).forEach(({ phases, tops }) => {
    const top = tops.findLast(({ name }) => name === blob);
    if (top) for (const phase of phases) found.set(phase, top);
  });
  return found;
}

/** The layers that need what the given ones make, directly or not, in some phase; those themselves included. */
export function downstreamOf(layers: readonly DraftLayer[], from: readonly DraftLayer[]): Set<DraftLayer> {
  const wiring = wiringOf(layers);
  const found = new Set(from);
  const tops = new Set(from.flatMap((layer) => layer.tops));
  for (const layer of layers) {
    if (found.has(layer)) continue;
    if (!layer.bottoms.some((bottom) => readBy(wiring, bottom).some((top) => tops.has(top)))) continue;
    found.add(layer);
    for (const top of layer.tops) tops.add(top);
  }
  return found;
}

/** How a layer is called in sentences. */
export const called = ({ name, id }: DraftLayer): string => `"${name || id}"`;

/** All names of blobs in the draft. */
export const blobsIn = (layers: readonly DraftLayer[]): Set<string> =>
  new Set(layers.flatMap(({ bottoms, tops }) => [...bottoms, ...tops].map(({ name }) => name)));

/** All names of blobs and layers in the draft: those that something new may not have. */
export const takenIn = (layers: readonly DraftLayer[]): Set<string> =>
  new Set([...blobsIn(layers), ...layers.map(({ name }) => name)]);

/**
 * The first bottom that reads another top than it did, but for those that are meant to: a sentence about it, or undefined.
 * Bottoms whose top is gone are left out, and so are those that read nothing before.
 */
export function misread(layers: readonly DraftLayer[], before: Wiring, meant: ReadonlySet<Pin>): string | undefined {
  const after = wiringOf(layers);
  const there = new Set(layers.flatMap(({ tops }) => tops));
  for (const layer of layers) {
    for (const bottom of layer.bottoms) {
      if (meant.has(bottom)) continue;
      for (const phase of layer.phases) {
        const was = before.get(bottom)?.[phase];
        const is = after.get(bottom)?.[phase];
        if (was === undefined || was === is || !there.has(was)) continue;
        const maker = ownerOf(layers, was);
        const other = is && ownerOf(layers, is);
        return other
          ? `${called(layer)} would then read "${bottom.name}" as ${called(other)} makes it, no longer ${maker ? called(maker) : 'as now'}.`
          : `${called(layer)} reads "${bottom.name}" of ${maker ? called(maker) : 'another layer'} and must stay behind it.`;
      }
    }
  }
  return undefined;
}

/** The layer with an id, and its index; -1 and undefined for none. */
export function findLayer({ layers }: Draft, id: string): { index: number; layer: DraftLayer | undefined } {
  const index = layers.findIndex((layer) => layer.id === id);
  return { index, layer: layers[index] };
}
