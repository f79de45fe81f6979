/** Failures on their way between worker and page: known errors become sentences with a code, the rest are bugs. */
import type { WorkerFailure } from './protocol.ts';

/** A failure as an error: thrown in a worker where the code is known, and by the clients on the page. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly failure: WorkerFailure;

  constructor(failure: WorkerFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** Codes by the name of the error classes whose message is already the user's sentence. */
const codeOfName: Readonly<Record<string, WorkerFailure['code']>> = {
  DatasetError: 'dataset',
  EngineError: 'engine',
  CompileError: 'net',
  TrainingError: 'net',
  ExportError: 'net',
  WireError: 'weights',
  Hdf5Error: 'weights',
  Cancelled: 'cancelled',
  AbortError: 'cancelled',
};

/**
 * The failure to tell the page of an error. Errors are told apart by name, since they may come from another realm.
 * What is not known is a bug, and its message says so.
 */
export function failureOf(error: unknown): WorkerFailure {
  if (error instanceof WorkerError) return error.failure;
  if (!(error instanceof Error)) return { code: 'bug', message: `Something failed without an error: ${String(error)}` };
  const code = codeOfName[error.name];
  const layer = 'layer' in error && typeof error.layer === 'string' ? { layer: error.layer } : {};
  if (code !== undefined) return { code, message: error.message, ...layer };
  if (error.name === 'QuotaExceededError') {
    return {
      code: 'storage',
      message: 'The browser has no more room for this page: remove stored data sets or snapshots, or free disk space.',
    };
  }
  return { code: 'bug', message: `${error.name}: ${error.message}`, ...layer };
}
