/** How the language and layout workers take requests: only the newest waiting one is worth answering. */
import { failureOf } from './failure.ts';
import type { Envelope, Reply } from './protocol.ts';
import type { WorkerScope } from './serve.ts';

/**
 * Answers requests one at a time, newest first; those it makes obsolete fail with code
 * `cancelled`.
 */
export function answerNewest<Request, Answer>(
  answer: (request: Request) => Answer | Promise<Answer>,
  scope: WorkerScope = globalThis as unknown as WorkerScope,
): void {
  let waiting: Envelope<Request> | undefined;
  let busy = false;

  const reply = (message: Reply<Answer>): void => scope.postMessage(message, []);

  const cancel = (id: number): void =>
    reply({ id, ok: false, failure: { code: 'cancelled', message: 'A newer request took its place.' } });

  const work = async (): Promise<void> => {
    busy = true;
    while (waiting !== undefined) {
      const { id, body } = waiting;
      waiting = undefined;
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
    if (waiting !== undefined) cancel(waiting.id);
    waiting = event.data;
    if (!busy) void Promise.resolve().then(work);
  };
}
