/**
 * Every name of a network text that stands for something: blobs, layers, shared parameters and stages, where each is used,
 * and which use makes it.
 */
import type { Range } from '../diagnostics.ts';
import { readNet } from '../net/read-net.ts';
import type { NetSource } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import { rangeOf } from '../text/decode.ts';
import { writersBefore } from '../text/edit-graph.ts';

/** What a name stands for. */
export type NameKind = 'blob' | 'layer' | 'param' | 'stage';

/** One place that says a name. */
export interface NameUse {
  readonly kind: NameKind;
  readonly name: string;
  /** The string with its quotes. */
  readonly range: Range;
  /** Does this place make what is named (a top, a layer's name, the first of a shared parameter or stage)? */
  readonly makes: boolean;
  /** Index of the layer in the text; -1 for the state of the net. */
  readonly layer: number;
}

const known = new WeakMap<NetSource, readonly NameUse[]>();

/** All uses of names in a network text, in order. */
export function namesIn(text: string): readonly NameUse[] {
  const source = readNet(text);
  let uses = known.get(source);
  if (!uses) {
    uses = collect(source).toSorted((a, b) => a.range.start - b.range.start);
    known.set(source, uses);
  }
  return uses;
}

function collect({ layers, message }: NetSource): NameUse[] {
  const uses: NameUse[] = [];
  const params = new Set<string>();
  const stages = new Set<string>();
  const add = (kind: NameKind, name: string, range: Range | undefined, makes: boolean, layer: number): void => {
    if (range !== undefined && name !== '') uses.push({ kind, name, range, makes, layer });
  };
  const addStages = (holder: object, field: 'stage' | 'not_stage', names: readonly string[], layer: number): void =>
    names.forEach((name, i) => {
      add('stage', name, rangeOf(holder, field, i), !stages.has(name), layer);
      stages.add(name);
    });
  if (message.state) addStages(message.state, 'stage', message.state.stage, -1);
  message.input.forEach((name, i) => add('blob', name, rangeOf(message, 'input', i), true, 0));
  layers.forEach(({ layer }, index) => {
    add('layer', layer.name ?? '', rangeOf(layer, 'name'), true, index);
    layer.bottom.forEach((name, i) => add('blob', name, rangeOf(layer, 'bottom', i), false, index));
    layer.top.forEach((name, i) => add('blob', name, rangeOf(layer, 'top', i), true, index));
    layer.param.forEach((spec, i) => {
      // In the old form, the name is the value of `param` itself.
      const range = rangeOf(spec) === undefined ? rangeOf(layer, 'param', i) : rangeOf(spec, 'name');
      const name = spec.name ?? '';
      add('param', name, range, !params.has(name), index);
      params.add(name);
    });
    for (const rule of [...layer.include, ...layer.exclude]) {
      addStages(rule, 'stage', rule.stage, index);
      addStages(rule, 'not_stage', rule.not_stage, index);
    }
  });
  return uses;
}

/** The use of a name that an offset touches. */
export const nameAt = (text: string, offset: number): NameUse | undefined =>
  namesIn(text).find(({ range }) => range.start <= offset && offset <= range.end);

/** All uses of the name that an offset touches, in order; empty where there is none. */
export function referencesAt(text: string, offset: number): readonly NameUse[] {
  const at = nameAt(text, offset);
  return at === undefined ? [] : namesIn(text).filter(({ kind, name }) => kind === at.kind && name === at.name);
}

/**
 * Where the name that an offset touches is made: for a bottom, the last layer before it that writes the blob, in each
 * phase; for a blob changed in place, the version before; for a shared parameter or a stage, its first use.
 */
export function definitionsAt(text: string, offset: number): readonly NameUse[] {
  const at = nameAt(text, offset);
  if (at === undefined) return [];
  const makers = referencesAt(text, offset).filter(({ makes }) => makes);
  if (at.kind === 'param' || at.kind === 'stage') return makers;
  if (at.kind === 'layer') return [at];
  const { layers } = readNet(text);
  const layer = layers[at.layer]?.layer;
  if (!layer) return [];
  if (at.makes && !layer.bottom.includes(at.name)) return [at];
  const writers = new Set(writersBefore(layers, at.layer, at.name, phasesOf(layer)));
  const found = makers.filter((maker) => maker !== at && writers.has(maker.layer));
  if (found.length > 0) return found;
  // Nobody makes it before: whoever does later, or in the other phase, is what the user looks for.
  return makers.filter((maker) => maker !== at);
}
