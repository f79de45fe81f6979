/**
 * Include and exclude rules as two switches, TRAIN and TEST. The switches change only what rules say of phases; stages and
 * levels stay as they are written.
 */
import type { TextEdit } from '../caffe/diagnostics.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { itemsAt, shownText } from './field-values.ts';
import { clearValue, setValue } from './field-edits.ts';
import type { LayerSlice } from './layer-slice.ts';

/** Both phases, in the order of the switches. */
export const PHASES: readonly Phase[] = ['TRAIN', 'TEST'];

interface Rule {
  readonly kind: 'include' | 'exclude';
  readonly index: number;
  readonly phase: string | undefined;
  /** It asks for nothing but a phase. */
  readonly plain: boolean;
}

function rulesOf(slice: LayerSlice): Rule[] {
  return (['include', 'exclude'] as const).flatMap((kind) =>
    itemsAt(slice, [kind]).map(({ value }, index): Rule => {
      const phase = itemsAt(slice, [kind, index, 'phase'])[0];
      return {
        kind,
        index,
        phase: phase && phaseName(shownText(phase.value)),
        plain: value.kind === 'message' && value.fields.every(({ name }) => name === 'phase'),
      };
    }),
  );
}

/** Phases may be written as their numbers. */
const phaseName = (text: string): string => (text === '0' ? 'TRAIN' : text === '1' ? 'TEST' : text);

/** The phases that a layer can take part in, given the right stages and level. */
export function phasesIn(slice: LayerSlice): readonly Phase[] {
  const rules = rulesOf(slice);
  const includes = rules.filter(({ kind }) => kind === 'include');
  return PHASES.filter((phase) =>
    includes.length > 0
      ? includes.some((rule) => rule.phase === undefined || rule.phase === phase)
      : !rules.some((rule) => rule.plain && (rule.phase === undefined || rule.phase === phase)),
  );
}

/** Does the layer have rules that the two switches do not tell of? */
export const hasFinerRules = (slice: LayerSlice): boolean => rulesOf(slice).some(({ plain }) => !plain);

/** Lets a layer take part in a phase, or keeps it out. None where it would be left without any phase. */
export function phaseEdits(slice: LayerSlice, phase: Phase, on: boolean): TextEdit[] {
  const now = phasesIn(slice);
  if (now.includes(phase) === on) return [];
  const rules = rulesOf(slice);
  const includes = rules.filter(({ kind }) => kind === 'include');
  if (on) {
    if (includes.length === 0) {
      const against = rules.filter((rule) => rule.plain && (rule.phase === undefined || rule.phase === phase));
      return merged(against.map(({ kind, index }) => clearValue(slice, [kind, index])));
    }
    // With rules for both phases, there is none left to say: they go, or lose their phase.
    return merged(
      includes.map((rule) =>
        clearValue(slice, rule.plain ? ['include', rule.index] : ['include', rule.index, 'phase']),
      ),
    );
  }
  const rest = now.find((other) => other !== phase);
  if (rest === undefined) return [];
  if (includes.length === 0) return setValue(slice, ['include', 0, 'phase'], rest);
  return merged(
    includes.flatMap((rule) => {
      if (rule.phase === rest) return [];
      if (rule.phase === phase) return [clearValue(slice, ['include', rule.index])];
      return [setValue(slice, ['include', rule.index, 'phase'], rest)];
    }),
  );
}

const merged = (edits: readonly TextEdit[][]): TextEdit[] =>
  edits.flat().toSorted((a, b) => a.range.start - b.range.start);
