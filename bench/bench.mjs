// `npm run bench -- [NAME] [OPTIONS]`: one benchmark on this machine; without a name, Crema beside other trainers.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensurePackages, ROOT } from '../tools/setup.mjs';

const SIDE_BY_SIDE = 'side-by-side/side-by-side.mjs';
const benchmarks = {
  step: ['step.mjs', 'a training step, whole and by kernel, or a matrix product'],
  linear: ['linear.mjs', 'time and memory of a step as the batch and the images grow'],
  even: ['even.mjs', 'a long run: is any step much slower than the others?'],
  memory: ['memory.mjs', 'an hour of training, with the memory that the page takes'],
  language: ['language.mjs', 'a key pressed in ResNet-152 until findings and shapes are there'],
  cifar: ['curve.mjs', 'a whole cifar10_quick training on a real CIFAR-10 archive'],
  archive: ['archive.mjs', 'a CIFAR-10 archive dropped on the page: time until ready, memory, longest task'],
  weights: ['weights.mjs', 'weights as large as VGG-16 loaded on the page: time, memory, longest task'],
  canvas: ['canvas.mjs', 'from pasted text to the graph, and how even it moves'],
};

const [name, ...rest] = process.argv.slice(2);
const alone = name === undefined || name.startsWith('-');
const [file] = alone ? [SIDE_BY_SIDE] : (benchmarks[name] ?? []);
if (file === undefined) {
  console.error(`There is no benchmark "${name}".`);
  console.error('Usage: npm run bench -- [OPTIONS]        beside other trainers; --help tells more');
  console.error('       npm run bench -- NAME [OPTIONS]');
  for (const [key, [, what]] of Object.entries(benchmarks)) console.error(`  ${key.padEnd(10)}${what}`);
  process.exit(2);
}
ensurePackages();
const script = fileURLToPath(new URL(file, import.meta.url));
const { status } = spawnSync(process.execPath, [script, ...(alone ? process.argv.slice(2) : rest)], {
  stdio: 'inherit',
  cwd: ROOT,
});
process.exit(status ?? 1);
