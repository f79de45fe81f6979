/** The typed net while it is being built: the same as `typed-net.ts`, still changeable. */
import type { Diagnostic, DiagnosticCode, Range, Severity } from '../diagnostics.ts';
import type { LayerParameter } from '../schema/net-messages.ts';
import { rangeOf } from '../text/decode.ts';
import type { Cost, LayerInfo, ParamDeclaration, Shape } from './layer-table.ts';
import type { NetParam } from './typed-net.ts';

/** A version of a blob. */
export interface BlobDraft {
  readonly id: string;
  readonly name: string;
  shape: Shape | undefined;
  readonly producer: number;
  readonly topIndex: number;
  consumers: { layer: number; bottomIndex: number }[];
  needsGradient: boolean;
  lossWeight: number;
}

/** A layer. `bottoms` has undefined where nobody makes the blob. */
export interface LayerDraft {
  readonly index: number;
  readonly id: string;
  readonly parameter: LayerParameter;
  readonly info: LayerInfo | undefined;
  readonly range: Range;
  bottoms: readonly (BlobDraft | undefined)[];
  tops: readonly BlobDraft[];
  /** What the layer's parameters are, once shapes are known. */
  declarations: readonly ParamDeclaration[];
  params: NetParam[];
  needsBackward: boolean;
  propagateDown: boolean[];
  cost: Cost | undefined;
  problem: string | undefined;
}

/** Collects findings about layers. */
export class NetReport {
  readonly diagnostics: Diagnostic[] = [];

  /** Adds a finding. */
  add(code: DiagnosticCode, severity: Severity, range: Range, message: string, more: Partial<Diagnostic> = {}): void {
    this.diagnostics.push({ code, severity, range: { start: range.start, end: range.end }, message, ...more });
  }

  /** Adds an error at a field of a layer (a dotted path such as `pooling_param.pad`) and makes it the layer's problem. */
  refuse(
    layer: LayerDraft,
    code: DiagnosticCode,
    message: string,
    field?: string,
    more: Partial<Diagnostic> = {},
  ): void {
    layer.problem ??= message;
    this.add(code, 'error', placeIn(layer, field), message, more);
  }
}

/** The place of a field of a layer, or of the nearest thing around it that the text has. */
export function placeIn(layer: Pick<LayerDraft, 'parameter' | 'range'>, field?: string): Range {
  let range = nameRange(layer);
  let at: unknown = layer.parameter;
  const steps = field === undefined ? [] : field.split(/[.[\]]+/).filter((step) => step !== '');
  for (let i = 0; i < steps.length; i++) {
    const name = steps[i] as string;
    if (typeof at !== 'object' || at === null) break;
    const next = steps[i + 1];
    const index = next !== undefined && /^[0-9]+$/.test(next) ? Number(next) : undefined;
    const found = rangeOf(at, name, index ?? 0);
    if (!found) break;
    range = found;
    const value = (at as Record<string, unknown>)[name];
    at = Array.isArray(value) ? (value as unknown[])[index ?? 0] : value;
    if (index !== undefined) i++;
  }
  return range;
}

/** A layer is marked at its name, else at its type, else at its first word: a whole block underlined says nothing. */
function nameRange(layer: Pick<LayerDraft, 'parameter' | 'range'>): Range {
  const { parameter, range } = layer;
  const word = { start: range.start, end: Math.min(range.end, range.start + 5) };
  return rangeOf(parameter, 'name') ?? rangeOf(parameter, 'type') ?? word;
}

/** How a layer is called in sentences. */
export const calledLayer = (layer: LayerDraft): string => `"${layer.parameter.name ?? layer.id}"`;

/** A shape as people read it: `100×3×32×32`; `scalar` without axes. */
export const shapeText = (shape: Shape): string => (shape.length === 0 ? 'scalar' : shape.join('×'));
