/** Gestures that put layers into a network: new ones, pasted ones, copies and ready-made blocks. They change a draft. */
import type { Phase } from '../schema/net-messages.ts';
import { applyEdits } from './apply-edits.ts';
import { blockText } from './blocks/block-text.ts';
import {
  called,
  chainEnd,
  findLayer,
  lastTops,
  misread,
  readBy,
  readPiece,
  readersOf,
  renameVersion,
  takenIn,
  wiringOf,
  worksInPlace,
} from './draft-net.ts';
import type { Draft, DraftLayer, Pin, Wiring } from './draft-net.ts';
import type { BlockPlace, NewLayer, Onto } from './edit-actions.ts';
import type { BlockTemplate } from './blocks/block-template.ts';
import { setFieldEdits } from './edit-fields.ts';
import { styleOf } from './edit-places.ts';
import { sourceOf } from './decode.ts';
import { isOld, limited, newLayer, noOldType, oldTypeOf } from './new-layer.ts';
import { freshNames, nextName } from './new-names.ts';
import { upgradeNetEdits } from './upgrade-edits.ts';

/** A sentence why a gesture cannot be done; undefined when it was done. */
export type Refusal = string | undefined;

/** What something is to stand behind: the index of the layer, the blob, and the phases in which it is made. */
interface Joint {
  readonly after: number;
  readonly blob: string;
  readonly tops: ReadonlySet<Pin>;
  readonly phases: readonly Phase[];
}

const putBehind = (draft: Draft, index: number, layers: readonly DraftLayer[]): void => {
  draft.layers.splice(index + 1, 0, ...layers);
};

/** Puts a layer behind another, or at the end, joined to nothing. */
export function insertLayer(draft: Draft, layer: NewLayer, after: string | undefined): Refusal {
  const index = after === undefined ? draft.layers.length - 1 : findLayer(draft, after).index;
  const made = newLayer(draft, layer, { bottoms: [], phase: undefined });
  if (!made) return noOldType(layer.type);
  putBehind(draft, index, [made]);
  return undefined;
}

/** The joint behind a node: its first top as the last in-place layer leaves it. */
function jointBehind({ layers }: Draft, index: number): Joint | undefined {
  const blob = layers[index]?.tops[0]?.name;
  if (blob === undefined) return undefined;
  const after = chainEnd(layers, index, blob);
  const tops = lastTops(layers, after, blob);
  return { after, blob, tops: new Set(tops.values()), phases: [...tops.keys()] };
}

/** The joint in an edge: the blob as a bottom reads it. */
function jointBefore({ layers }: Draft, reader: DraftLayer, bottom: Pin): Joint {
  const tops = new Set(readBy(wiringOf(layers), bottom));
  const index = layers.indexOf(reader);
  const writer = layers.findLastIndex((layer, i) => i < index && layer.tops.some((top) => tops.has(top)));
  return { after: writer >= 0 ? writer : index - 1, blob: bottom.name, tops, phases: reader.phases };
}

/**
 * The readers behind a joint, who can read what is put there. Those within it keep what they read: a layer of one phase that
 * changes the blob in place reads it as the other phase leaves it, and stands before the new layer.
 */
function readersBehind({ layers }: Draft, wiring: Wiring, joint: Joint): ReturnType<typeof readersOf> {
  return readersOf(layers.slice(joint.after + 1), wiring, joint.tops);
}

/** Puts a layer behind another, which it reads. */
export function appendLayer(draft: Draft, layer: NewLayer, to: string, onto: Onto): Refusal {
  const { index, layer: node } = findLayer(draft, to);
  if (!node) return 'That layer is not there any more.';
  if (layer.bottoms.max === 0) return `${layer.type} reads nothing: put it on the empty canvas.`;
  const joint = jointBehind(draft, index);
  if (!joint) {
    const made = newLayer(draft, layer, { bottoms: [], phase: limited(node.phases) });
    if (!made) return noOldType(layer.type);
    putBehind(draft, index, [made]);
    return undefined;
  }
  const before = wiringOf(draft.layers);
  const readers = readersBehind(draft, before, joint);
  const goesOn = layer.tops.max > 0 && layer.loss !== true && layer.differentiable !== false;
  const inPlace = layer.inPlace === true && (onto === 'chain' || readers.length === 0);
  const made = newLayer(draft, layer, {
    bottoms: [joint.blob],
    ...(inPlace ? { tops: [joint.blob] } : {}),
    phase: limited(joint.phases),
  });
  if (!made) return noOldType(layer.type);
  putBehind(draft, joint.after, [made]);
  const meant = new Set(readers.map(({ bottom }) => bottom));
  const top = made.tops[0]?.name;
  if (onto === 'chain' && goesOn && !inPlace && top !== undefined) for (const bottom of meant) bottom.name = top;
  return misread(draft.layers, before, onto === 'chain' ? meant : new Set());
}

/** Puts a layer between a layer and what one of its bottoms reads. */
export function spliceLayer(draft: Draft, layer: NewLayer, consumer: string, bottomIndex: number): Refusal {
  const { layer: reader } = findLayer(draft, consumer);
  const bottom = reader?.bottoms[bottomIndex];
  if (!reader || !bottom) return 'That edge is not there any more.';
  if (layer.tops.max === 0 || layer.bottoms.max === 0) {
    return `${layer.type} cannot stand between two layers: it reads or makes nothing.`;
  }
  const joint = jointBefore(draft, reader, bottom);
  const before = wiringOf(draft.layers);
  const alone =
    joint.tops.size > 0 && readersOf(draft.layers, before, joint.tops).every((other) => other.bottom === bottom);
  const inPlace = layer.inPlace === true && (alone || worksInPlace(reader, bottomIndex));
  const made = newLayer(draft, layer, {
    bottoms: [joint.blob],
    ...(inPlace ? { tops: [joint.blob] } : {}),
    phase: limited(joint.phases),
  });
  const top = made?.tops[0]?.name;
  if (!made || top === undefined) return noOldType(layer.type);
  if (!inPlace) readInstead(draft, reader, bottomIndex, top);
  putBehind(draft, joint.after, [made]);
  return misread(draft.layers, before, new Set([bottom]));
}

/** Lets a bottom read another blob. A layer that works in place there goes on doing so, and its readers follow. */
function readInstead(draft: Draft, reader: DraftLayer, bottomIndex: number, name: string): void {
  const top = worksInPlace(reader, bottomIndex) ? reader.tops[bottomIndex] : undefined;
  if (top) renameVersion(draft.layers, top, name);
  const bottom = reader.bottoms[bottomIndex];
  if (bottom) bottom.name = name;
}

/** A piece of text as layers of today's form, limited to a phase where one is named. */
function pieceOf(draft: Draft, text: string, phase: Phase | undefined): DraftLayer[] | string {
  const current = isOld(draft) ? text : applyEdits(text, upgradeNetEdits(text));
  const { sheet, layers } = readPiece(current);
  if (sheet.document.errors.length > 0) return 'The text has a mistake, so its layers cannot be told apart.';
  if (layers.length === 0) return 'There are no layers in this text.';
  if (isOld(draft) && sheet.message.layers.length === 0) {
    return 'This network is in the old form, the layers to be put in are not. Upgrade the network to the current format first.';
  }
  if (phase === undefined) return layers;
  const style = styleOf(current, sheet.document.root);
  const edits = layers.flatMap(({ layer }) => {
    const node = sourceOf(layer)?.node;
    if (!node || layer.include.length > 0 || layer.exclude.length > 0) return [];
    return setFieldEdits(current, node, ['include', 'phase'], phase, style);
  });
  return readPiece(applyEdits(current, edits)).layers;
}

/** The bottoms of a piece that none of its layers make. */
function outerBottoms(piece: readonly DraftLayer[]): Pin[] {
  const wiring = wiringOf(piece);
  return piece.flatMap(({ bottoms }) => bottoms.filter((bottom) => readBy(wiring, bottom).length === 0));
}

/** Gives a piece names that the network does not have. What it reads from outside keeps its name. */
function nameAfresh(draft: Draft, piece: readonly DraftLayer[]): void {
  const outer = new Set(outerBottoms(piece));
  const taken = takenIn(draft.layers);
  // A layer that changes something from outside in place gets a top of its own.
  for (const layer of piece) {
    layer.bottoms.forEach((bottom, i) => {
      const top = layer.tops[i];
      if (!top || top.name !== bottom.name || !outer.has(bottom)) return;
      const name = bottom.name;
      const own = layer.name !== '' && layer.name !== name ? layer.name : nextName(name, (free) => !taken.has(free));
      renameVersion(piece, top, own);
      bottom.name = name;
    });
  }
  const names = piece.flatMap(({ name, tops }) => [...(name === '' ? [] : [name]), ...tops.map((top) => top.name)]);
  const fresh = freshNames(names, taken);
  for (const layer of piece) {
    layer.name = fresh.get(layer.name) ?? layer.name;
    for (const pin of [...layer.bottoms, ...layer.tops]) {
      if (!outer.has(pin)) pin.name = fresh.get(pin.name) ?? pin.name;
    }
  }
}

/** Puts layers given as text behind a layer, or at the end. */
export function pasteLayers(draft: Draft, text: string, after: string | undefined): Refusal {
  const piece = pieceOf(draft, text, undefined);
  if (typeof piece === 'string') return piece;
  nameAfresh(draft, piece);
  const node = after === undefined ? -1 : findLayer(draft, after).index;
  const joint = node < 0 ? undefined : jointBehind(draft, node);
  const outer = outerBottoms(piece);
  if (joint && new Set(outer.map(({ name }) => name)).size === 1) for (const bottom of outer) bottom.name = joint.blob;
  const before = wiringOf(draft.layers);
  putBehind(draft, joint?.after ?? (node < 0 ? draft.layers.length - 1 : node), piece);
  return misread(draft.layers, before, new Set());
}

/** Copies layers, with the wiring among them, behind the last of them. */
export function duplicateLayers(draft: Draft, ids: readonly string[]): Refusal {
  const chosen = draft.layers.filter(({ id, layer }) => ids.includes(id) && sourceOf(layer)?.field);
  if (chosen.length === 0) return 'There is nothing to copy.';
  const sheet = { ...draft.own };
  const copies = chosen.map((layer): DraftLayer => ({
    ...layer,
    id: `copy of ${layer.id}`,
    sheet,
    bottoms: layer.bottoms.map((pin) => ({ ...pin })),
    tops: layer.tops.map((pin) => ({ ...pin })),
  }));
  nameAfresh(draft, copies);
  const before = wiringOf(draft.layers);
  const ends = chosen.map((layer) => {
    const index = draft.layers.indexOf(layer);
    return Math.max(index, ...layer.tops.map(({ name }) => chainEnd(draft.layers, index, name)));
  });
  putBehind(draft, Math.max(...ends), copies);
  return misread(draft.layers, before, new Set());
}

/** Puts a ready-made block into an edge, behind a node or at the end. */
export function insertBlockOfLayers(
  draft: Draft,
  block: BlockTemplate,
  at: BlockPlace,
  channels: number | undefined,
): Refusal {
  if (at.kind !== 'end' && !block.reads) return `${block.title} begins a network: put it on the empty canvas.`;
  if (at.kind === 'edge' && !block.makes) return `${block.title} ends a network: it cannot stand between two layers.`;
  let joint: Joint | undefined;
  let reader: DraftLayer | undefined;
  if (at.kind === 'edge') {
    reader = findLayer(draft, at.consumer).layer;
    const bottom = reader?.bottoms[at.bottomIndex];
    if (!reader || !bottom) return 'That edge is not there any more.';
    joint = jointBefore(draft, reader, bottom);
  } else if (at.kind === 'node') {
    const { index, layer } = findLayer(draft, at.layer);
    if (!layer) return 'That layer is not there any more.';
    joint = jointBehind(draft, index);
    if (!joint) return `${called(layer)} makes nothing that the block could read.`;
  }
  const piece = pieceOfBlock(draft, block, joint, channels);
  if (typeof piece === 'string') return piece;
  const before = wiringOf(draft.layers);
  const meant = new Set<Pin>();
  const out = piece.at(-1)?.tops[0]?.name;
  if (joint && out !== undefined && block.makes) {
    if (at.kind === 'edge' && reader) {
      const bottom = reader.bottoms[at.bottomIndex];
      if (bottom) meant.add(bottom);
      readInstead(draft, reader, at.bottomIndex, out);
    } else if (at.kind === 'node' && at.onto !== 'branch') {
      for (const { bottom } of readersBehind(draft, before, joint)) {
        meant.add(bottom);
        bottom.name = out;
      }
    }
  }
  putBehind(draft, joint?.after ?? draft.layers.length - 1, piece);
  return misread(draft.layers, before, meant);
}

/** A block under free names, reading the blob of the joint; without one, reading nothing. */
function pieceOfBlock(
  draft: Draft,
  block: BlockTemplate,
  joint: Joint | undefined,
  channels: number | undefined,
): DraftLayer[] | string {
  const taken = takenIn(draft.layers);
  const isFree = (name: string): boolean =>
    !taken.has(name) && ![...taken].some((other) => other.startsWith(`${name}/`));
  const name = isFree(`${block.prefix}1`) ? `${block.prefix}1` : nextName(`${block.prefix}1`, isFree);
  const text = blockText(block, { name, channels });
  const { layers } = readPiece(text);
  if (isOld(draft)) {
    const unknown = layers.find(({ layer }) => oldTypeOf(layer.type ?? '') === undefined);
    return unknown
      ? noOldType(unknown.layer.type ?? '')
      : 'Ready-made blocks are in the current form. Upgrade the network to the current format first.';
  }
  const piece = pieceOf(draft, text, joint && limited(joint.phases));
  if (typeof piece === 'string') return piece;
  nameAfresh(draft, piece);
  const outer = new Set(outerBottoms(piece));
  for (const layer of piece) {
    for (let i = layer.bottoms.length - 1; i >= 0; i--) {
      const bottom = layer.bottoms[i] as Pin;
      if (!outer.has(bottom) || bottom.name !== '@in') continue;
      if (joint) bottom.name = joint.blob;
      else layer.bottoms.splice(i, 1);
    }
  }
  return piece;
}
