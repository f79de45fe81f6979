// How long it takes from a key pressed in ResNet-152 to findings and shapes of both phases: the language worker's work.
// Usage: node bench/language.mjs
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'crema-bench-'));
const outfile = join(folder, 'language.mjs');
const root = new URL('..', import.meta.url).pathname;
await build({
  stdin: {
    contents: `
      export { buildNet } from './app/caffe/net/build-net.ts';
      export { viewNet } from './app/caffe/net/view-net.ts';
      export { layerTable } from './app/layers/index.ts';
      export { resNet } from './app/caffe/testing/networks.ts';
    `,
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile,
});
try {
  const { buildNet, viewNet, layerTable, resNet } = await import(pathToFileURL(outfile).href);
  const text = resNet([3, 8, 36, 3]);
  const view = (source, phase) => viewNet(buildNet(source, { phase, layers: layerTable }));
  const times = { one: [], both: [] };
  for (let i = 0; i < 60; i++) {
    // Each key makes a new text, so that nothing is remembered.
    const typed = text.replace('num_output: 64', `num_output: 6${i % 10} # ${i}`);
    const start = performance.now();
    view(typed, 'TRAIN');
    const middle = performance.now();
    view(typed, 'TEST');
    times.one.push(middle - start);
    times.both.push(performance.now() - start);
  }
  const median = (list) => list.slice(10).sort((a, b) => a - b)[Math.floor((list.length - 10) / 2)];
  const lines = text.split('\n').length;
  console.log(
    `ResNet-152, ${lines} lines: ${median(times.one).toFixed(1)} ms for one phase, ${median(times.both).toFixed(1)} ms for both (medians of 50)`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
