/**
 * What Crema's solver can do beyond Caffe's, asked for in comments, so that Caffe still reads the file and trains with what
 * it has: `# crema: type AdamW`, `# crema: warmup_iter 500`. They are fields of the schema; what they mean together is here.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { has } from '../schema/dsl.ts';
import type { SolverParameter } from '../schema/solver-messages.ts';
import { rangeOf } from '../text/decode.ts';

/** Extensions that a solver text asks for. Plain data: it survives `postMessage`. */
export interface SolverExtensions {
  /** Takes the place of the solver's `type`. */
  readonly type?: 'AdamW' | undefined;
  /** Iterations over which the rate rises in a straight line to what `lr_policy` says; 0 for none. */
  readonly warmupIter: number;
}

/** A solver that asks for nothing beyond Caffe. */
export const NO_EXTENSIONS: SolverExtensions = { warmupIter: 0 };

/** Solver types beyond Caffe's. */
export const EXTENSION_TYPES = ['AdamW'] as const;

/** The extensions of a solver. What is wrong with them is said, and then left out. */
export function readExtensions(solver: SolverParameter): {
  readonly extensions: SolverExtensions;
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const say = (severity: Diagnostic['severity'], range: Range | undefined, message: string, meant?: string): void => {
    if (range === undefined) return;
    const fixes =
      meant === undefined ? {} : { fixes: [{ title: `Change to ${meant}`, edits: [{ range, text: meant }] }] };
    diagnostics.push({ code: 'solver-field', severity, range, message, ...fixes });
  };
  const asked = solver['crema:type'];
  const type = EXTENSION_TYPES.find((known) => known === asked);
  const typeRange = rangeOf(solver, 'crema:type');
  if (asked !== undefined && type === undefined)
    say('error', typeRange, `Crema has no solver type "${asked}" beyond Caffe's; there is AdamW.`, 'AdamW');
  if (type === 'AdamW' && solver.type !== 'Adam') {
    const shown = has(solver, 'type') ? `"${solver.type}"` : 'SGD, the default';
    const message = `Crema trains with AdamW, but Caffe would with ${shown}. Write type: "Adam", its nearest.`;
    say('warning', rangeOf(solver, 'type') ?? typeRange, message);
  }
  const warmupIter = solver['crema:warmup_iter'];
  const maxIter = solver.max_iter ?? 0;
  if (maxIter > 0 && warmupIter > maxIter)
    say(
      'warning',
      rangeOf(solver, 'crema:warmup_iter'),
      `The warm-up is longer than the run of ${maxIter} iterations: it never ends.`,
    );
  return { extensions: { ...(type === undefined ? {} : { type }), warmupIter: Number(warmupIter) }, diagnostics };
}
