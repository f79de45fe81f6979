/** The queue of the language and layout workers. */
import { expect, it } from 'vitest';
import { answerNewest } from './newest-wins.ts';
import type { Reply } from './protocol.ts';
import type { WorkerScope } from './serve.ts';

function worker(answer: (request: string) => string | Promise<string>) {
  const replies: Reply<string>[] = [];
  const scope: WorkerScope = { onmessage: null, postMessage: (reply) => replies.push(reply as Reply<string>) };
  answerNewest<string, string>(answer, scope);
  const send = (id: number, body: string): void =>
    scope.onmessage?.({ data: { id, body } } as MessageEvent<{ id: number; body: string }>);
  return { replies, send };
}

it('answers the newest of the requests that wait and cancels the others', async () => {
  const { replies, send } = worker((text) => text.toUpperCase());
  send(1, 'a');
  send(2, 'b');
  send(3, 'c');
  await expect.poll(() => replies.length).toBe(3);
  expect(replies.map((reply) => [reply.id, reply.ok ? reply.value : reply.failure.code])).toEqual([
    [1, 'cancelled'],
    [2, 'cancelled'],
    [3, 'C'],
  ]);
  send(4, 'd');
  await expect.poll(() => replies.at(-1)).toEqual({ id: 4, ok: true, value: 'D' });
});

it('keeps requests of different kinds apart', async () => {
  const replies: Reply<string>[] = [];
  const scope: WorkerScope = { onmessage: null, postMessage: (reply) => replies.push(reply as Reply<string>) };
  answerNewest<{ readonly kind: string }, string>(({ kind }) => kind, scope);
  for (const [id, kind] of ['analyse', 'cost', 'analyse'].entries()) {
    scope.onmessage?.({ data: { id, body: { kind } } } as MessageEvent<{ id: number; body: { kind: string } }>);
  }
  await expect.poll(() => replies.length).toBe(3);
  expect(replies.map((reply) => [reply.id, reply.ok ? reply.value : reply.failure.code])).toEqual([
    [0, 'cancelled'],
    [1, 'cost'],
    [2, 'analyse'],
  ]);
});

it('lets a request under way finish', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { replies, send } = worker(async (text) => {
    if (text === 'slow') await gate;
    return text;
  });
  send(1, 'slow');
  await new Promise((resolve) => setTimeout(resolve, 5));
  send(2, 'next');
  release();
  await expect
    .poll(() => replies)
    .toEqual([
      { id: 1, ok: true, value: 'slow' },
      { id: 2, ok: true, value: 'next' },
    ]);
});

it('reports what is thrown and goes on', async () => {
  const { replies, send } = worker((text) => {
    if (text === 'bad') throw new TypeError('broken');
    return text;
  });
  send(1, 'bad');
  await expect.poll(() => replies[0]).toMatchObject({ id: 1, ok: false, failure: { code: 'bug' } });
  send(2, 'good');
  await expect.poll(() => replies[1]).toEqual({ id: 2, ok: true, value: 'good' });
});
