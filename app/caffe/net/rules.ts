/** Which layers take part in a net: Caffe's `Net::FilterNet` and `Net::StateMeetsRule` (net.cpp). */
import type { LayerParameter, NetStateRule, Phase } from '../schema/net-messages.ts';
import { has } from '../schema/dsl.ts';

/** What a net is built for. */
export interface State {
  readonly phase: Phase;
  readonly level: number;
  readonly stages: readonly string[];
}

/** Are all conditions of the rule met? */
export function meetsRule(state: State, rule: NetStateRule): boolean {
  if (rule.phase !== undefined && rule.phase !== state.phase) return false;
  if (has(rule, 'min_level') && state.level < (rule.min_level ?? 0)) return false;
  if (has(rule, 'max_level') && state.level > (rule.max_level ?? 0)) return false;
  return (
    rule.stage.every((stage) => state.stages.includes(stage)) &&
    !rule.not_stage.some((stage) => state.stages.includes(stage))
  );
}

/** Does the layer take part? Without include rules it does unless an exclude rule is met; with some, if one is met. */
export function takesPart(state: State, layer: LayerParameter): boolean {
  if (layer.include.length > 0) return layer.include.some((rule) => meetsRule(state, rule));
  return !layer.exclude.some((rule) => meetsRule(state, rule));
}

/** The phases that a layer takes part in at level 0 without stages. */
export function phasesOf(layer: LayerParameter): Phase[] {
  const phases: readonly Phase[] = ['TRAIN', 'TEST'];
  return phases.filter((phase) => takesPart({ phase, level: 0, stages: [] }, layer));
}
