/** The processor engine in a browser: its threads are workers of whatever page or worker opens it. */
import type { FromThread, ThreadHandle } from './thread-protocol.ts';
import { createWasmEngine, type WasmEngine } from './wasm-engine.ts';

/**
 * Opens the engine, by default on all of the processor's threads but one; on one, in slices, where the page is not
 * cross-origin isolated. Throws an EngineError, see `createWasmEngine`.
 */
export function openBrowserWasmEngine(options: { readonly threads?: number } = {}): Promise<WasmEngine> {
  return createWasmEngine({ ...options, openThread: openBrowserThread });
}

function openBrowserThread(): ThreadHandle {
  const worker = new Worker(new URL('./wasm.worker.ts', import.meta.url), { type: 'module', name: 'wasm-thread' });
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    listen: (handler) => {
      worker.onmessage = (event: MessageEvent<FromThread>) => {
        handler(event.data);
      };
    },
    onError: (handler) => {
      worker.onerror = (event) => {
        handler(event.message);
      };
    },
    terminate: () => {
      worker.terminate();
    },
    await: () => undefined,
  };
}
