/**
 * In which states a net can be meant where nobody says: Caffe's rules may ask for stages that only a solver names, such as
 * the two tests of the autoencoder, and without one of them such a net has no data.
 */
import { has } from '../schema/dsl.ts';
import type { LayerParameter, NetState, Phase } from '../schema/net-messages.ts';
import type { BuildOptions } from './build-net.ts';
import { readNet } from './read-net.ts';
import { takesPart } from './rules.ts';

type Stages = readonly string[];

/** Stages that rules of a layer ask for or exclude. */
const stagesOf = ({ include, exclude }: LayerParameter): Stages =>
  [...include, ...exclude].flatMap(({ stage, not_stage }) => [...stage, ...not_stage]);

/**
 * The stages, besides those of the text, that make sense for a net in a phase: none, and each that the rules name, but for
 * those in which a layer misses a blob that another stage would give it. At least one; the likeliest first.
 */
export function sensibleStages(text: string, phase: Phase, level?: number): readonly [Stages, ...Stages[]] {
  const { layers: sources, message } = readNet(text);
  const given = message.state?.stage ?? [];
  const layers = sources.map(({ layer }) => layer);
  const names = [...new Set(layers.flatMap(stagesOf))].filter((name) => !given.includes(name));
  if (names.length === 0) return [[]];
  const inState = (stages: Stages): LayerParameter[] => {
    const state = { phase, level: level ?? message.state?.level ?? 0, stages: [...given, ...stages] };
    return layers.filter((layer) => takesPart(state, layer));
  };
  const single: Stages[] = [[], ...names.map((name) => [name])];
  const makable = new Set([...single, names].flatMap((stages) => inState(stages).flatMap(({ top }) => top)));
  const isWhole = (stages: Stages): boolean => {
    const made = new Set<string>();
    const taking = inState(stages);
    for (const { bottom, top } of taking) {
      if (bottom.some((name) => !made.has(name) && makable.has(name))) return false;
      for (const name of top) made.add(name);
    }
    return taking.length > 0;
  };
  const [first, ...more] = single.filter(isWhole);
  if (first) return [first, ...more];
  return [isWhole(names) ? names : []];
}

/** The options to build a net as a solver asks for with its `train_state` or `test_state`, or, without one, sensibly. */
export function inState(text: string, options: BuildOptions, state: NetState | undefined): BuildOptions {
  if (state === undefined) return { ...options, stages: sensibleStages(text, options.phase)[0] };
  return { ...options, stages: state.stage, ...(has(state, 'level') ? { level: state.level } : {}) };
}
