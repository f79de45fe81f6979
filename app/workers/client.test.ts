/** Calls across a message channel: answers by id, events in between, failures as sentences. */
import { afterEach, describe, expect, it } from 'vitest';
import { DatasetError } from '../data/dataset.ts';
import { EngineError } from '../engine/engine.ts';
import { WorkerClient, type WorkerLike } from './client.ts';
import { failureOf, WorkerError } from './failure.ts';
import { Moved, serve } from './serve.ts';

type Request = { readonly kind: 'double'; readonly value: number } | { readonly kind: 'fail'; readonly how: string };
interface Answers {
  readonly double: number;
  readonly fail: undefined;
}

const open: MessagePort[] = [];
afterEach(() => open.splice(0).forEach((port) => port.close()));

function pair(handle: (request: Request) => unknown) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const events: unknown[] = [];
  const client = new WorkerClient<Request, Answers, { readonly kind: string }>(
    () => port1,
    (event) => events.push(event),
  );
  const emit = serve<Request, unknown>(handle, port2);
  return { client, events, emit };
}

describe('WorkerClient and serve', () => {
  it('answers each call with its own answer, whatever the order', async () => {
    const waits: (() => void)[] = [];
    const { client } = pair(async (request) => {
      if (request.kind !== 'double') return undefined;
      // The first waits for the second.
      if (request.value === 1) await new Promise<void>((resolve) => waits.push(resolve));
      else waits.shift()?.();
      return request.value * 2;
    });
    const answers = Promise.all([
      client.call({ kind: 'double', value: 1 }),
      client.call({ kind: 'double', value: 21 }),
    ]);
    expect(await answers).toEqual([2, 42]);
  });

  it('delivers events before the answer that follows them', async () => {
    const { client, events, emit } = pair((request) => {
      emit({ kind: 'progress', done: 1 });
      return request.kind === 'double' ? request.value : undefined;
    });
    await client.call({ kind: 'double', value: 1 });
    expect(events).toEqual([{ kind: 'progress', done: 1 }]);
  });

  it('moves buffers instead of copying them', async () => {
    const bytes = new Uint8Array(8);
    const { client } = pair(() => new Moved(bytes, [bytes.buffer]));
    expect(await client.call({ kind: 'double', value: 0 })).toEqual(new Uint8Array(8));
    expect(bytes.byteLength).toBe(0);
  });

  it('rejects with the failure that the worker threw', async () => {
    const { client } = pair(() => {
      throw new DatasetError('The file is cut off.');
    });
    const error = await client.call({ kind: 'fail', how: 'x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as WorkerError).failure).toEqual({ code: 'dataset', message: 'The file is cut off.' });
  });

  it('rejects all open calls when the worker breaks down', async () => {
    const port: WorkerLike = { postMessage: () => undefined, onmessage: null, onerror: null };
    const client = new WorkerClient<Request, Answers>(
      () => port,
      () => undefined,
    );
    const calls = [client.call({ kind: 'double', value: 1 }), client.call({ kind: 'double', value: 2 })];
    port.onerror?.({ message: 'SyntaxError' } as ErrorEvent);
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('failureOf', () => {
  it.each([
    [new EngineError('no-adapter', 'No GPU.'), { code: 'engine', message: 'No GPU.' }],
    [new DOMException('stopped', 'AbortError'), { code: 'cancelled', message: 'stopped' }],
    [new TypeError('x is undefined'), { code: 'bug', message: 'TypeError: x is undefined' }],
    ['text', { code: 'bug', message: 'Something failed without an error: text' }],
    [
      Object.assign(new EngineError('validation', 'Bad.'), { layer: 'conv1' }),
      { code: 'engine', message: 'Bad.', layer: 'conv1' },
    ],
  ])('%s', (error, failure) => {
    expect(failureOf(error)).toEqual(failure);
  });

  it('makes a sentence of a full disk', () => {
    expect(failureOf(new DOMException('', 'QuotaExceededError'))).toMatchObject({ code: 'storage' });
  });
});
