/** The processor engine in Node, on worker threads. Only code that runs in Node may import this file. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { serveThread } from './thread-loop.ts';
import type { FromThread, ThreadHandle } from './thread-protocol.ts';
import { createWasmEngine, type WasmEngine } from './wasm-engine.ts';

/**
 * Opens the engine; by default on all of the processor's threads but one. Dispose of it when done. Throws an
 * EngineError, see `createWasmEngine`.
 */
export function openNodeWasmEngine(options: { readonly threads?: number } = {}): Promise<WasmEngine> {
  return createWasmEngine({
    openThread: openNodeThread,
    threads: options.threads ?? Math.max(1, availableParallelism() - 1),
  });
}

/** The thread's program is the text of `serveThread`: Node of this age cannot load TypeScript from a file. */
const SOURCE = `
const { parentPort } = require('node:worker_threads');
(${serveThread.toString()})({
  post: (message) => parentPort.postMessage(message),
  listen: (handler) => parentPort.on('message', handler),
});
`;

function openNodeThread(): ThreadHandle {
  const worker = new Worker(SOURCE, { eval: true });
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    listen: (handler) => {
      worker.on('message', (message: FromThread) => {
        handler(message);
      });
    },
    onError: (handler) => {
      worker.on('error', (error: Error) => {
        handler(error.message);
      });
    },
    terminate: () => {
      void worker.terminate();
    },
    await: (awaited) => {
      if (awaited) worker.ref();
      else worker.unref();
    },
  };
}
