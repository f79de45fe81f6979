/**
 * What Crema's solver can do beyond Caffe's, asked for in comments, so that Caffe still reads the file and trains with what
 * it has: `# crema: type AdamW`, `# crema: warmup_iter 500`.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { has } from '../schema/dsl.ts';
import type { SolverParameter } from '../schema/solver-messages.ts';
import { rangeOf } from '../text/decode.ts';
import { tokenize } from '../text/lexer.ts';
import { nearest } from '../text/suggest.ts';

/** Extensions that a solver text asks for. Plain data: it survives `postMessage`. */
export interface SolverExtensions {
  /** Takes the place of the solver's `type`. */
  readonly type?: 'AdamW' | undefined;
  /** Iterations over which the rate rises in a straight line to what `lr_policy` says; 0 for none. */
  readonly warmupIter: number;
}

/** A solver that asks for nothing beyond Caffe. */
export const NO_EXTENSIONS: SolverExtensions = { warmupIter: 0 };

/** What each setting does, as help shows it. */
export const EXTENSION_DOCS: Readonly<Record<ExtensionName, string>> = {
  type: 'AdamW: Adam whose weight_decay pulls the weights themselves and stays out of the gradient. Write `type: "Adam"` too: Caffe, which has no AdamW, then trains with Adam.',
  warmup_iter:
    'Iterations over which the learning rate rises in a straight line to what lr_policy says: iteration t of the first N takes (t + 1) / N of it. Caffe passes over this comment and starts at the full rate.',
};

/** Settings that a comment may give. */
export const EXTENSION_NAMES = ['type', 'warmup_iter'] as const;
/** A setting that a comment may give. */
export type ExtensionName = (typeof EXTENSION_NAMES)[number];

/** A comment `# crema: name value`, taken apart; the ranges are those of its words, empty where one is missing. */
export interface ExtensionComment {
  readonly range: Range;
  readonly name: string;
  readonly nameRange: Range;
  readonly value: string;
  readonly valueRange: Range;
}

const FORM = /^#+\s*crema\s*:\s*([^\s:="]*)\s*[:=]?\s*(.*?)\s*$/i;

/** The comments of a text that are meant for Crema, in order. */
export function extensionComments(text: string): ExtensionComment[] {
  if (!/#\s*crema/i.test(text)) return [];
  return tokenize(text).flatMap(({ kind, start, end }): ExtensionComment[] => {
    const comment = text.slice(start, end);
    const match = kind === 'comment' ? FORM.exec(comment) : null;
    if (match === null) return [];
    const [, name = '', value = ''] = match;
    const nameAt = start + comment.indexOf(name, comment.indexOf(':') + 1);
    const valueAt = start + comment.trimEnd().length - value.length;
    return [
      {
        range: { start, end },
        name,
        nameRange: { start: nameAt, end: nameAt + name.length },
        value,
        valueRange: { start: valueAt, end: valueAt + value.length },
      },
    ];
  });
}

/** Reads a solver text's extensions. What is wrong with them is said, and then left out. */
export function readExtensions(
  text: string,
  solver: SolverParameter,
): { readonly extensions: SolverExtensions; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let { type, warmupIter } = NO_EXTENSIONS;
  const say = (severity: Diagnostic['severity'], range: Range, message: string, meant?: string): void => {
    const fix = { title: `Change to ${meant}`, edits: [{ range, text: meant ?? '' }] };
    diagnostics.push({
      code: 'solver-field',
      severity,
      range,
      message,
      ...(meant === undefined ? {} : { fixes: [fix] }),
    });
  };
  const found = new Set<string>();
  for (const { name, value, nameRange, valueRange, range } of extensionComments(text)) {
    const word = value.replace(/^["']|["']$/g, '');
    const at = value === '' ? range : valueRange;
    if (found.has(name)) say('warning', range, `A second "# crema: ${name}": the last one counts. Remove one.`);
    found.add(name);
    if (name === 'type') {
      if (word === 'AdamW') type = 'AdamW';
      else say('error', at, `Crema has no solver type "${word}" beyond Caffe's; there is AdamW.`, 'AdamW');
    } else if (name === 'warmup_iter') {
      if (/^\d+$/.test(word)) warmupIter = Number(word);
      else say('error', at, `warmup_iter is a whole number of iterations, not "${word}", for example 500.`);
    } else {
      const begun = name === '' ? undefined : EXTENSION_NAMES.find((known) => known.startsWith(name));
      const meant = begun ?? nearest(name, EXTENSION_NAMES);
      const known = EXTENSION_NAMES.join(' and ');
      const guess = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      say(
        'warning',
        name === '' ? range : nameRange,
        `Crema knows no "${name}" here.${guess} There are ${known}.`,
        meant,
      );
    }
  }
  if (type === 'AdamW' && solver.type !== 'Adam') {
    const range = rangeOf(solver, 'type') ?? extensionComments(text).find(({ name }) => name === 'type')?.range;
    const shown = has(solver, 'type') ? `"${solver.type}"` : 'SGD, the default';
    if (range)
      say('warning', range, `Crema trains with AdamW, but Caffe would with ${shown}. Write type: "Adam", its nearest.`);
  }
  const maxIter = solver.max_iter ?? 0;
  if (maxIter > 0 && warmupIter > maxIter) {
    const range = extensionComments(text).find(({ name }) => name === 'warmup_iter')?.valueRange;
    if (range) say('warning', range, `The warm-up is longer than the run of ${maxIter} iterations: it never ends.`);
  }
  return { extensions: { ...(type === undefined ? {} : { type }), warmupIter }, diagnostics };
}
