/** What the page and the self-test's worker say to each other. To cancel is to end the worker: a driver that hangs hears nothing. */
import type { EngineResult, MachineFacts, SelfTestChoice } from './result.ts';

/** The one message to the worker. */
export interface SelfTestRequest {
  readonly choice: SelfTestChoice;
  /** The golden set's file. */
  readonly goldenSet: Uint8Array;
}

export type SelfTestEvent =
  | { readonly kind: 'machine'; readonly machine: MachineFacts }
  /** An engine's result so far; the last one of each is the whole. */
  | { readonly kind: 'engine'; readonly result: EngineResult }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };
