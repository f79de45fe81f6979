/**
 * Mistakes of the user are data: what is wrong, where, and how to mend it. Everything that reads a text reports
 * through this one type.
 */

/** A half-open span of UTF-16 offsets into a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Replaces a range by a text. Lists of edits are ordered by start and do not overlap; all refer to the old text. */
export interface TextEdit {
  readonly range: Range;
  readonly text: string;
}

export type Severity = 'error' | 'warning' | 'info';

/** Every kind of finding there is. */
export type DiagnosticCode =
  // text
  | 'syntax'
  | 'unknown-field'
  | 'unknown-enum'
  | 'wrong-type'
  | 'repeated-not-allowed'
  | 'missing-required'
  | 'number-range'
  // net
  | 'unknown-layer-type'
  | 'old-format'
  | 'missing-blob'
  | 'duplicate-top'
  | 'duplicate-layer'
  | 'bottom-count'
  | 'top-count'
  | 'shape'
  /** A net that is not made for the data set at hand. */
  | 'misfit'
  | 'param-shape'
  | 'param-count'
  | 'unused-blob'
  | 'empty-net'
  | 'in-place'
  // advice on a net that is in order
  | 'batch-norm-scale'
  | 'bias-before-norm'
  | 'pool-edge'
  | 'large-kernel'
  | 'no-gradient'
  | 'double-softmax'
  | 'accuracy-phase'
  | 'param-multipliers'
  | 'zero-weights'
  | 'extension-unread'
  | 'extension-phases'
  // solver
  | 'solver-field'
  | 'solver-unsupported'
  | 'test-coverage'
  | 'missing-file'
  // training
  | 'layer-unsupported';

/** One finding. `message` is a whole sentence for the user: what is wrong and what to do. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly range: Range;
  readonly message: string;
  readonly related?: readonly { readonly range: Range; readonly message: string }[];
  readonly fixes?: readonly { readonly title: string; readonly edits: readonly TextEdit[] }[];
}
