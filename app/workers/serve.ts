/** The worker's side of a conversation: takes requests, answers each by its id, and sends events in between. */
import { failureOf } from './failure.ts';
import type { Envelope, Reply } from './protocol.ts';

/** The part of a worker's global scope that is needed, so that tests can pass a `MessagePort`. */
export interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** An answer whose buffers are moved to the page instead of copied. */
export class Moved<T> {
  readonly value: T;
  readonly transfer: readonly Transferable[];

  constructor(value: T, transfer: readonly Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/**
 * Answers the page's requests with `handle`, several at a time where it waits. What it throws travels as a WorkerFailure.
 * Returns the function that sends an event to the page unasked.
 */
export function serve<Request, Event = never>(
  handle: (request: Request) => unknown,
  scope: WorkerScope = globalThis as unknown as WorkerScope,
): (event: Event, transfer?: Transferable[]) => void {
  const answer = async ({ id, body }: Envelope<Request>) => {
    try {
      const result = await handle(body);
      const [value, transfer] = result instanceof Moved ? [result.value as unknown, result.transfer] : [result, []];
      scope.postMessage({ id, ok: true, value } satisfies Reply<unknown>, [...transfer]);
    } catch (error) {
      scope.postMessage({ id, ok: false, failure: failureOf(error) } satisfies Reply<unknown>, []);
    }
  };
  scope.onmessage = (message: MessageEvent<Envelope<Request>>) => void answer(message.data);
  return (event, transfer = []) => scope.postMessage(event, transfer);
}
