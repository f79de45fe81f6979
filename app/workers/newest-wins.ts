/** How the language and layout workers take requests: only the newest waiting one of a kind is worth answering. */
import { failureOf } from './failure.ts';
import type { Envelope, Reply } from './protocol.ts';
import type { WorkerScope } from './serve.ts';

/**
 * Answers requests one at a time, of each kind the newest; those it makes obsolete fail with code
 * `cancelled`.
 */
export function answerNewest<Request, Answer>(
  answer: (request: Request) => Answer | Promise<Answer>,
  scope: WorkerScope = globalThis as unknown as WorkerScope,
): void {
  /** By kind, in the order in which they came. */
  const waiting = new Map<unknown, Envelope<Request>>();
  let busy = false;

  const reply = (message: Reply<Answer>): void => scope.postMessage(message, []);

  const cancel = (id: number): void =>
    reply({ id, ok: false, failure: { code: 'cancelled', message: 'A newer request took its place.' } });

  const work = async (): Promise<void> => {
    busy = true;
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const [kind, { id, body }] = next;
      waiting.delete(kind);
      try {
        reply({ id, ok: true, value: await answer(body) });
      } catch (error) {
        reply({ id, ok: false, failure: failureOf(error) });
      }
      // Messages that came in meanwhile are delivered between tasks.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    busy = false;
  };

  scope.onmessage = (event: MessageEvent<Envelope<Request>>) => {
    const kind = kindOf(event.data.body);
    const obsolete = waiting.get(kind);
    if (obsolete !== undefined) cancel(obsolete.id);
    waiting.delete(kind);
    waiting.set(kind, event.data);
    if (!busy) void Promise.resolve().then(work);
  };
}

/** Requests of different kinds do not stand in for each other. */
function kindOf(request: unknown): unknown {
  return typeof request === 'object' && request !== null && 'kind' in request ? request.kind : undefined;
}
