/**
 * Joins layers by the names of their blobs, as `AppendBottom` and `AppendTop` of Caffe's net.cpp do: a layer whose top
 * has its bottom's name works in place and makes a new version of the blob.
 */
import type { LayerParameter, Phase } from '../schema/net-messages.ts';
import { nearest } from '../text/suggest.ts';
import { calledLayer, placeIn } from './drafts.ts';
import type { BlobDraft, LayerDraft, NetReport } from './drafts.ts';
import type { SourceLayer } from './read-net.ts';

/** The name Caffe gives the top of a loss layer that has none. */
export const AUTOMATIC_TOP = '(automatic)';

/** What the connection needs besides the layers of the phase. */
export interface Surroundings {
  readonly phase: Phase;
  /** All layers of the text, of whatever phase: to say where a missing blob is made. */
  readonly all: readonly SourceLayer[];
  readonly report: NetReport;
}

/** Fills in bottoms, tops and consumers of the layers; returns all blob versions in order. */
export function connect(layers: readonly LayerDraft[], around: Surroundings): Map<string, BlobDraft> {
  const blobs = new Map<string, BlobDraft>();
  const current = new Map<string, BlobDraft>();
  for (const layer of layers) {
    layer.bottoms = layer.parameter.bottom.map((name, bottomIndex) => {
      const blob = current.get(name);
      if (blob) addConsumer(blob, layer.index, bottomIndex);
      else reportMissing(layer, name, bottomIndex, layers, current, around);
      return blob;
    });
    layer.tops = topNames(layer).map((name, topIndex) =>
      addTop(layer, topIndex, name, layers, blobs, current, around.report),
    );
  }
  reportSharedInPlace(layers, blobs, around.report);
  return blobs;
}

/** The names of the tops; a loss layer gets its missing ones, as `Net::Init` does where `AutoTopBlobs` allows it. */
function topNames(layer: LayerDraft): readonly string[] {
  const names = layer.parameter.top;
  const missing = layer.info?.loss === true ? layer.info.tops.min - names.length : 0;
  return missing > 0 ? [...names, ...Array<string>(missing).fill(AUTOMATIC_TOP)] : names;
}

function addTop(
  layer: LayerDraft,
  topIndex: number,
  name: string,
  layers: readonly LayerDraft[],
  blobs: Map<string, BlobDraft>,
  current: Map<string, BlobDraft>,
  report: NetReport,
): BlobDraft {
  const before = current.get(name);
  if (before && name !== AUTOMATIC_TOP) {
    const inPlace = layer.parameter.bottom[topIndex] === name;
    const producer = layers[before.producer];
    if (!inPlace) {
      const where = producer && placeIn(producer, `top.${before.topIndex}`);
      report.refuse(
        layer,
        'duplicate-top',
        `The blob "${name}" is already made by ${producer ? calledLayer(producer) : 'another layer'}. Give this top another name.`,
        `top.${topIndex}`,
        where ? { related: [{ range: where, message: 'Made here first.' }] } : {},
      );
    } else if (layer.info && layer.info.inPlace !== true) {
      report.add(
        'in-place',
        'warning',
        placeIn(layer, `top.${topIndex}`),
        `${layer.info.type} does not work in place. Give its top a name of its own.`,
      );
    }
  }
  let id = name;
  for (let k = 1; blobs.has(id); k++) id = `${name}@${k}`;
  const blob: BlobDraft = {
    id,
    name,
    shape: undefined,
    producer: layer.index,
    topIndex,
    consumers: [],
    needsGradient: false,
    lossWeight: 0,
  };
  blobs.set(id, blob);
  current.set(name, blob);
  return blob;
}

function addConsumer(blob: BlobDraft, layer: number, bottomIndex: number): void {
  // Most blobs have one reader: a list that is written down takes less room than one that grows from nothing.
  if (blob.consumers.length === 0) blob.consumers = [{ layer, bottomIndex }];
  else blob.consumers.push({ layer, bottomIndex });
}

function reportMissing(
  layer: LayerDraft,
  name: string,
  bottomIndex: number,
  layers: readonly LayerDraft[],
  current: ReadonlyMap<string, BlobDraft>,
  around: Surroundings,
): void {
  const field = `bottom.${bottomIndex}`;
  const later = layers.find((other) => other.index >= layer.index && other.parameter.top.includes(name));
  const makers = around.all.filter((other) => other.layer.top.includes(name));
  const elsewhere = makers.find(({ layer }) => stageFor(layer, around.phase) !== undefined) ?? makers[0];
  const stage = elsewhere && stageFor(elsewhere.layer, around.phase);
  const meant = nearest(name, current.keys());
  let hint: string;
  if (later === layer) hint = `${calledLayer(layer)} makes it itself, and nothing before it does.`;
  else if (later) hint = `${calledLayer(later)} makes it only later: layers compute in the order of the text.`;
  else if (elsewhere && stage !== undefined)
    hint = `"${elsewhere.layer.name ?? elsewhere.id}" makes it only in the stage "${stage}", which the solver would have to name.`;
  else if (elsewhere) hint = `It is made in the other phase only, by "${elsewhere.layer.name ?? elsewhere.id}".`;
  else if (meant !== undefined) hint = `Did you mean "${meant}"?`;
  else hint = 'No layer makes it.';
  const range = placeIn(layer, field);
  around.report.refuse(
    layer,
    'missing-blob',
    `In ${around.phase} there is no blob "${name}" for ${calledLayer(layer)} to read. ${hint}`,
    field,
    meant !== undefined && !later && !elsewhere
      ? { fixes: [{ title: `Change to "${meant}"`, edits: [{ range, text: `"${meant}"` }] }] }
      : {},
  );
}

/** The stage that a layer waits for to take part in a phase. */
const stageFor = ({ include }: LayerParameter, phase: Phase): string | undefined =>
  include.find((rule) => (rule.phase ?? phase) === phase && rule.stage.length > 0)?.stage[0];

/** A blob that is changed in place may have no other reader: Caffe's splits would make two blobs of one name. */
function reportSharedInPlace(
  layers: readonly LayerDraft[],
  blobs: ReadonlyMap<string, BlobDraft>,
  report: NetReport,
): void {
  for (const blob of blobs.values()) {
    if (blob.consumers.length < 2) continue;
    for (const { layer: index, bottomIndex } of blob.consumers) {
      const layer = layers[index];
      if (layer?.parameter.top[bottomIndex] !== blob.name) continue;
      const other = layers[blob.consumers.find((consumer) => consumer.layer !== index)?.layer ?? -1];
      report.refuse(
        layer,
        'in-place',
        `${calledLayer(layer)} changes "${blob.name}" in place, but ${other ? `${calledLayer(other)} reads that blob too` : 'reads it twice'}. Give this top a name of its own.`,
        `top.${bottomIndex}`,
      );
    }
  }
}
