// One system of the comparison in a process of Node: `node node-process.mjs MODULE CREMA`, told by messages what to do. Those
// that look for WebGPU find Dawn where a browser has it; Crema's module opens it for them.
import { pathToFileURL } from 'node:url';
import { measuring } from './measuring.js';

const [path, crema] = process.argv.slice(2).map((file) => pathToFileURL(file).href);
let measured;

async function prepare(kind) {
  if (kind === 'webgpu' && path !== crema) {
    const [{ globals }, { openNodeGpu }] = [await import('webgpu'), await import(crema)];
    Object.assign(globalThis, globals);
    const navigator = { gpu: await openNodeGpu(), userAgent: 'Node', hardwareConcurrency: 1 };
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  }
  return measuring(await import(path));
}

process.on('message', async ({ name, options }) => {
  try {
    measured ??= await prepare(options?.kind);
    process.send({ value: await measured[name](options) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
