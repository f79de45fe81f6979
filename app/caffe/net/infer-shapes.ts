/** Goes through the layers in order and asks each for its shapes, parameters, loss weights and cost. */
import type { Phase } from '../schema/net-messages.ts';
import { attachment } from '../text/attached.ts';
import type { Attachment } from '../text/attached.ts';
import { contentOf } from '../text/decode.ts';
import { nearest } from '../text/suggest.ts';
import { calledLayer, placeIn, shapeText } from './drafts.ts';
import type { BlobDraft, LayerDraft, NetReport } from './drafts.ts';
import type { Cost, LayerInfo, LayerTable, Shape, ShapeContext, ShapeResult } from './layer-table.ts';

/** Caffe counts the elements of a blob in a signed 32-bit integer. */
const MAX_COUNT = 2 ** 31 - 1;

/** What inference is given besides the layers. */
export interface ShapeInputs {
  readonly phase: Phase;
  readonly table: LayerTable;
  readonly record: Shape | undefined;
  /** Shapes that the user sets for blobs of source layers. */
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly report: NetReport;
}

/** Thrown by `fail` and `unknown` of the ShapeContext, and caught here. */
class ShapeRefused extends Error {
  override name = 'ShapeRefused';
  readonly field: string | undefined;
  readonly severity: 'error' | 'warning';
  constructor(message: string, field: string | undefined, severity: 'error' | 'warning' = 'error') {
    super(message);
    this.field = field;
    this.severity = severity;
  }
}

/** Fills in shapes of tops, parameter declarations, loss weights, costs and problems. */
export function inferShapes(layers: readonly LayerDraft[], given: ShapeInputs): void {
  const { inputs, phase, report } = given;
  const plain = Object.keys(inputs).length === 0;
  for (const layer of layers) {
    const { info, parameter } = layer;
    const bottoms = shapesOfBlobs(layer.bottoms);
    const outcome = info && bottoms && plain ? remembered(layer, info, bottoms, given) : undefined;
    const before = report.diagnostics.length;
    const result = outcome ?? shapesOf(layer, bottoms, given);
    // Only what went without a word is remembered: findings have places, and those move.
    const silent = report.diagnostics.length === before;
    layer.tops.forEach((top, i) => {
      top.shape = result?.tops[i] ?? (info?.source === true ? inputs[top.name] : undefined);
    });
    layer.declarations = result?.params ?? [];
    setLossWeights(layer, report);
    const tops = shapesOfBlobs(layer.tops);
    if (!info || !bottoms || !tops || layer.problem !== undefined) continue;
    layer.cost = outcome?.cost ?? info.cost(parameter, bottoms, tops, parameter.phase ?? phase);
    if (result && !outcome && plain && silent) {
      const { cost } = layer;
      const topCount = tops.length;
      outcomes[phase].set(contentOf(parameter), { ...result, cost, info, bottoms, topCount, record: given.record });
    }
  }
}

/** What a layer came to, with all that it depends on besides the layer's own text. */
interface Outcome extends ShapeResult {
  readonly cost: Cost;
  readonly info: LayerInfo;
  readonly bottoms: readonly Shape[];
  readonly topCount: number;
  readonly record: Shape | undefined;
}

/** The last outcome of each layer in either phase: after most keys it is the same for all layers but one. */
const outcomes: Readonly<Record<Phase, Attachment<Outcome>>> = { TRAIN: attachment(), TEST: attachment() };

function remembered(
  layer: LayerDraft,
  info: LayerInfo,
  bottoms: readonly Shape[],
  { phase, record }: ShapeInputs,
): Outcome | undefined {
  const outcome = outcomes[phase].get(contentOf(layer.parameter));
  const fits =
    outcome !== undefined &&
    outcome.info === info &&
    outcome.topCount === layer.tops.length &&
    outcome.bottoms.length === bottoms.length &&
    outcome.bottoms.every((shape, i) => isSameShape(shape, bottoms[i] as Shape)) &&
    (outcome.record === record || (outcome.record && record && isSameShape(outcome.record, record)));
  return fits === true ? outcome : undefined;
}

const isSameShape = (a: Shape, b: Shape): boolean =>
  a === b || (a.length === b.length && a.every((extent, i) => extent === b[i]));

function shapesOf(
  layer: LayerDraft,
  bottoms: readonly Shape[] | undefined,
  given: ShapeInputs,
): ShapeResult | undefined {
  const { report } = given;
  const { info, parameter } = layer;
  if (!info) {
    reportUnknownType(layer, given);
    return undefined;
  }
  if (!countsFit(layer, report)) return undefined;
  if (!bottoms) {
    const unknown = parameter.bottom[layer.bottoms.findIndex((blob) => blob?.shape === undefined)];
    layer.problem ??= `The shape of "${unknown}" is not known.`;
    return undefined;
  }
  const overridden = info.source === true ? layer.tops.map((top) => given.inputs[top.name]) : [];
  if (overridden.length > 0 && overridden.every((shape) => shape !== undefined))
    return checked({ tops: overridden }, layer, report);
  try {
    const result = info.shape(contextOf(layer, bottoms, given));
    const tops = result.tops.map((shape, i) => overridden[i] ?? shape);
    return checked({ ...result, tops }, layer, report);
  } catch (error) {
    if (!(error instanceof ShapeRefused)) throw error;
    layer.problem ??= error.message;
    report.add('shape', error.severity, placeIn(layer, error.field), error.message);
    return undefined;
  }
}

function contextOf(layer: LayerDraft, bottoms: readonly Shape[], given: ShapeInputs): ShapeContext {
  const { parameter } = layer;
  return {
    layer: parameter,
    phase: parameter.phase ?? given.phase,
    bottoms,
    record: given.record,
    fail(message, field): never {
      throw new ShapeRefused(message, field);
    },
    unknown(message, field): never {
      throw new ShapeRefused(message, field, 'warning');
    },
    warn(message, field) {
      given.report.add('shape', 'warning', placeIn(layer, field), message);
    },
  };
}

/** Refuses shapes that no blob can have. */
function checked(result: ShapeResult, layer: LayerDraft, report: NetReport): ShapeResult | undefined {
  const shapes = [...result.tops, ...(result.params ?? []).map((param) => param.shape)];
  for (const shape of shapes) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
      report.refuse(
        layer,
        'shape',
        `${calledLayer(layer)} would have the shape ${shapeText(shape)}, which no blob can have.`,
      );
      return undefined;
    }
    if (count > MAX_COUNT) {
      report.refuse(layer, 'shape', `A blob of ${shapeText(shape)} in ${calledLayer(layer)} has more than 2³¹ values.`);
      return undefined;
    }
  }
  return result;
}

function countsFit(layer: LayerDraft, report: NetReport): boolean {
  const { info } = layer;
  if (!info) return false;
  const say = (min: number, max: number): string =>
    min === max ? String(min) : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  const { bottoms, tops } = info;
  const bottomCount = layer.bottoms.length;
  const topCount = layer.tops.length;
  if (bottomCount < bottoms.min || bottomCount > bottoms.max) {
    const message = `${info.type} takes ${say(bottoms.min, bottoms.max)} bottom${bottoms.max === 1 ? '' : 's'}; ${calledLayer(layer)} has ${bottomCount}.`;
    report.refuse(layer, 'bottom-count', message, bottomCount > bottoms.max ? `bottom.${bottoms.max}` : undefined);
    return false;
  }
  if (topCount < tops.min || topCount > tops.max) {
    const message = `${info.type} takes ${say(tops.min, tops.max)} top${tops.max === 1 ? '' : 's'}; ${calledLayer(layer)} has ${topCount}.`;
    report.refuse(layer, 'top-count', message, topCount > tops.max ? `top.${tops.max}` : undefined);
    return false;
  }
  return true;
}

/** A slip of the pen is an error; a type Crema has not heard of may be right elsewhere and is only remarked on. */
function reportUnknownType(layer: LayerDraft, { table, report }: ShapeInputs): void {
  const { type } = layer.parameter;
  if (type === undefined || type === '') {
    report.refuse(
      layer,
      'unknown-layer-type',
      `${calledLayer(layer)} has no type. Add one, such as type: "Convolution".`,
    );
    return;
  }
  const meant = nearest(
    type,
    table.all().map((info) => info.type),
  );
  const range = placeIn(layer, 'type');
  const message = `Crema does not know the layer type "${type}".${meant === undefined ? ' Its shapes, and those after it, stay unknown.' : ` Did you mean "${meant}"?`}`;
  layer.problem ??= message;
  report.add('unknown-layer-type', meant === undefined ? 'warning' : 'error', range, message, {
    ...(meant === undefined
      ? {}
      : { fixes: [{ title: `Change to "${meant}"`, edits: [{ range, text: `"${meant}"` }] }] }),
  });
}

/** `Layer::SetLossWeights` and `LossLayer::LayerSetUp`: a loss layer's first top counts 1 where nothing is said. */
function setLossWeights(layer: LayerDraft, report: NetReport): void {
  const given = layer.parameter.loss_weight;
  const weights = given.length === 0 && layer.info?.loss === true ? [1] : given;
  if (weights.length > 0 && weights.length !== layer.tops.length) {
    report.refuse(
      layer,
      'top-count',
      `${calledLayer(layer)} has ${layer.tops.length} tops and needs as many "loss_weight", or for a single top none.`,
      given.length > 0 ? 'loss_weight' : undefined,
    );
  }
  layer.tops.forEach((top, i) => {
    top.lossWeight = weights[i] ?? 0;
  });
}

/** The shapes of blobs, if all are known. */
function shapesOfBlobs(blobs: readonly (BlobDraft | undefined)[]): readonly Shape[] | undefined {
  const shapes = blobs.map((blob) => blob?.shape);
  return shapes.every((shape) => shape !== undefined) ? shapes : undefined;
}
