/** The engine as tests see it: on the calling thread, and on two threads. */
import { afterAll, beforeAll, describe } from 'vitest';
import { openNodeWasmEngine } from '../node-wasm.ts';
import { createWasmEngine, type WasmEngine } from '../wasm-engine.ts';

const WAYS: Readonly<Record<string, () => Promise<WasmEngine>>> = {
  'on the calling thread': () => createWasmEngine(),
  'on two threads': () => openNodeWasmEngine({ threads: 2 }),
};

/** Runs tests on an engine of either kind. */
export function describeEngines(tests: (engine: () => WasmEngine) => void): void {
  describe.each(Object.entries(WAYS))('%s', (_, open) => {
    let engine: WasmEngine;
    beforeAll(async () => {
      engine = await open();
    });
    afterAll(() => {
      engine.dispose();
    });
    tests(() => engine);
  });
}
