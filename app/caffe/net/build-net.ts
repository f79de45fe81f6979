/**
 * Builds the typed net of a network text in one phase: old forms upgraded, layers filtered by their rules, blobs joined
 * by name, shapes, parameters, cost and what takes part in the backward pass. The counterpart of Caffe's `Net::Init`.
 */
import type { Diagnostic } from '../diagnostics.ts';
import { lintNet } from '../lint/lint-net.ts';
import type { Phase } from '../schema/net-messages.ts';
import { copyMessage } from '../schema/values.ts';
import { inheritSource, rangeOf } from '../text/decode.ts';
import { decideBackward } from './backward.ts';
import { connect } from './connect.ts';
import { NetReport, calledLayer, placeIn } from './drafts.ts';
import type { BlobDraft, LayerDraft } from './drafts.ts';
import { inferShapes } from './infer-shapes.ts';
import type { LayerTable, Shape } from './layer-table.ts';
import { readNet } from './read-net.ts';
import type { NetSource } from './read-net.ts';
import { takesPart } from './rules.ts';
import type { State } from './rules.ts';
import { shareParams } from './share-params.ts';
import type { Blob, NetLayer, TypedNet } from './typed-net.ts';

/** What a net is built for, and what is known from outside. */
export interface BuildOptions {
  readonly phase: Phase;
  readonly layers: LayerTable;
  /** Stages in addition to those of the text's `state`. */
  readonly stages?: readonly string[];
  /** Level in place of the one in the text's `state`. */
  readonly level?: number;
  /** Shape of a record (channels, height, width) of the data set that data layers are bound to. */
  readonly record?: Shape | undefined;
  /** Shapes for blobs of source layers, by name, in place of those in the text. */
  readonly inputs?: Readonly<Record<string, Shape>>;
}

/** Builds the typed net. Never throws on a user's text: what is wrong is in `diagnostics`. */
export function buildNet(text: string, options: BuildOptions): TypedNet {
  const source = readNet(text);
  const { message } = source;
  const state: State = {
    phase: options.phase,
    level: options.level ?? message.state?.level ?? 0,
    stages: [...(message.state?.stage ?? []), ...(options.stages ?? [])],
  };
  const report = new NetReport();
  const layers = draftLayers(source, state, options.layers);
  checkRules(source, report);
  if (layers.length === 0) reportEmpty(source, state, report);
  const blobs = connect(layers, { phase: options.phase, all: source.layers, report });
  inferShapes(layers, {
    phase: options.phase,
    table: options.layers,
    record: options.record,
    inputs: options.inputs ?? {},
    report,
  });
  checkNames(layers, report);
  const params = shareParams(layers, report);
  decideBackward(layers, message.force_backward, report);
  reportUnused(layers, blobs, report);
  const parameter = copyMessage(message, { layer: source.layers.map(({ layer }) => layer), layers: [] });
  inheritSource(parameter, message);
  const net: TypedNet = {
    name: message.name ?? '',
    phase: options.phase,
    parameter,
    record: options.record,
    layers: layers.map(finishLayer),
    blobs: new Map<string, Blob>(blobs),
    params,
    outputs: [...blobs.values()].filter((blob) => blob.consumers.length === 0).map((blob) => blob.id),
    diagnostics: [...source.diagnostics, ...report.diagnostics],
    complete:
      layers.length > 0 &&
      layers.every((layer) => layer.problem === undefined && layer.tops.every((top) => top.shape !== undefined)),
  };
  return { ...net, diagnostics: inOrder(lintNet(net, source)) };
}

function draftLayers(source: NetSource, state: State, table: LayerTable): LayerDraft[] {
  return source.layers
    .filter(({ layer }) => takesPart(state, layer))
    .map(({ id, layer, range }, index) => ({
      index,
      id,
      parameter: layer,
      info: table.get(layer.type ?? ''),
      range,
      bottoms: [],
      tops: [],
      declarations: [],
      params: [],
      needsBackward: false,
      propagateDown: [],
      cost: undefined,
      problem: undefined,
    }));
}

/** A bottom that nobody makes has no blob: its id is the name behind a question mark, and `blobs` does not have it. */
function finishLayer(layer: LayerDraft): NetLayer {
  const { parameter } = layer;
  return {
    index: layer.index,
    id: layer.id,
    name: parameter.name ?? '',
    type: parameter.type ?? '',
    parameter,
    info: layer.info,
    range: layer.range,
    bottoms: layer.bottoms.map((blob, i) => blob?.id ?? `?${parameter.bottom[i]}`),
    tops: layer.tops.map((blob) => blob.id),
    inPlace: parameter.bottom.length > 0 && parameter.bottom[0] === parameter.top[0],
    params: layer.params,
    needsBackward: layer.needsBackward,
    propagateDown: layer.propagateDown,
    cost: layer.cost,
    problem: layer.problem,
  };
}

function checkRules({ layers }: NetSource, report: NetReport): void {
  for (const { id, layer, range } of layers) {
    if (layer.include.length === 0 || layer.exclude.length === 0) continue;
    const message = `"${layer.name ?? id}" has both include and exclude rules. Caffe takes only one kind: remove the others.`;
    report.add('repeated-not-allowed', 'error', rangeOf(layer, 'exclude') ?? range, message);
  }
}

function checkNames(layers: readonly LayerDraft[], report: NetReport): void {
  const first = new Map<string, LayerDraft>();
  for (const layer of layers) {
    const { name } = layer.parameter;
    if (name === undefined || name === '') continue;
    const before = first.get(name);
    if (!before) first.set(name, layer);
    else {
      const hasWeights = layer.declarations.length > 0 || before.declarations.length > 0;
      report.add(
        'duplicate-layer',
        hasWeights ? 'warning' : 'info',
        placeIn(layer),
        `Two layers are named ${calledLayer(layer)}. ${hasWeights ? 'Weights are copied by name, so give' : 'Give'} one of them another.`,
        { related: [{ range: placeIn(before), message: 'The other one.' }] },
      );
    }
  }
}

function reportEmpty({ layers, diagnostics }: NetSource, state: State, report: NetReport): void {
  if (layers.length > 0) {
    report.add('empty-net', 'warning', { start: 0, end: 0 }, `No layer takes part in ${state.phase}.`);
  } else if (!diagnostics.some((found) => found.severity === 'error')) {
    report.add('empty-net', 'error', { start: 0, end: 0 }, 'There are no layers yet. Write one, or drag one here.');
  }
}

/** In a net that has a loss, a result that leads nowhere is likely a forgotten connection. */
function reportUnused(layers: readonly LayerDraft[], blobs: ReadonlyMap<string, BlobDraft>, report: NetReport): void {
  if (![...blobs.values()].some((blob) => blob.lossWeight !== 0)) return;
  for (const blob of blobs.values()) {
    const layer = layers[blob.producer];
    if (!layer?.info || blob.consumers.length > 0 || blob.lossWeight !== 0) continue;
    if (layer.info.loss === true || layer.info.family === 'utility' || layer.info.differentiable === false) continue;
    const field = `top.${blob.topIndex}`;
    report.add(
      'unused-blob',
      'info',
      placeIn(layer, field),
      `No layer reads "${blob.name}"; it is an output of the net.`,
    );
  }
}

/** Ordered by position; what several phases or passes found alike is said once. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}
