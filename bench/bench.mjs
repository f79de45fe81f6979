// `npm run bench -- NAME [OPTIONS]`: one benchmark in headless Chromium on this machine.
import { spawnSync } from 'node:child_process';

const benchmarks = {
  wasm: ['wasm.mjs', 'a training step and a matrix product on the processor engine'],
  webgpu: ['training-step.mjs', 'a training step on WebGPU'],
  peers: ['peers.mjs', 'a training step and a forward pass beside other programs for the browser'],
  memory: ['memory.mjs', 'an hour of training, with the memory that the page takes'],
  language: ['language.mjs', 'a key pressed in ResNet-152 until findings and shapes are there'],
  cifar: ['cifar-curve.mjs', 'a whole cifar10_quick training on a real CIFAR-10 archive'],
  canvas: ['canvas.mjs', 'from pasted text to the graph, and how even it moves'],
};

const [name, ...options] = process.argv.slice(2);
const chosen = benchmarks[name];
if (chosen === undefined) {
  console.error('Usage: npm run bench -- NAME [OPTIONS]');
  for (const [key, [, what]] of Object.entries(benchmarks)) console.error(`  ${key.padEnd(10)}${what}`);
  process.exit(2);
}
process.exit(
  spawnSync(process.execPath, [new URL(chosen[0], import.meta.url).pathname, ...options], { stdio: 'inherit' })
    .status ?? 1,
);
