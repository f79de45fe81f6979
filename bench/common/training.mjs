// Crema's training step in a browser, for the benchmarks of it alone: the page of crema/training-page.ts, and its options.
import { availableParallelism } from 'node:os';
import { openBrowser } from './browser.mjs';
import { browserBundle, openPage, serve, THREAD, threadBundle } from './scripts.mjs';

/** Options of every such benchmark. */
export const ENGINE_OPTIONS = {
  engine: { type: 'string', default: 'wasm' },
  threads: { type: 'string', default: String(availableParallelism()) },
};

/** The engines asked for: WebGPU, or the processor with each number of threads. */
export const enginesOf = ({ engine, threads }) =>
  engine === 'webgpu' ? [{ engine, threads: 1 }] : threads.split(',').map((n) => ({ engine, threads: Number(n) }));

/** Runs something with `call(name, options)`, which asks the page. */
export async function withTraining(run) {
  const server = await serve({
    '/page.js': await browserBundle('bench/crema/training-page.ts'),
    [`/${THREAD}`]: await threadBundle(),
  });
  const browser = await openBrowser({ webgpu: true });
  try {
    const page = await openPage(browser, server.address);
    return await run((name, options) =>
      page.evaluate(([method, given]) => globalThis.bench[method](given), [name, options]),
    );
  } finally {
    await browser.close();
    server.close();
  }
}
