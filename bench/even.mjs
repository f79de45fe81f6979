// A long run of a small net, step by step: is any step much slower than the others? Fails where one takes more than three
// times the median. The first steps are told apart: code is still being compiled in them.
//   node bench/even.mjs [NET.prototxt] [--engine wasm|webgpu] [--threads N] [--steps 10000] [--batch N] [--out FILE.json]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { duration, quantile, table } from './common/figures.mjs';
import { ENGINE_OPTIONS, enginesOf, withTraining } from './common/training.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...ENGINE_OPTIONS,
    steps: { type: 'string', default: '10000' },
    batch: { type: 'string', default: '16' },
    out: { type: 'string' },
  },
});
const text = readFileSync(positionals[0] ?? 'bench/nets/plain.prototxt', 'utf8');
const net = text.replaceAll(/batch_size: \d+/g, `batch_size: ${values.batch}`);
const SLOWEST = 3;
const FIRST = 20;
/** Steps between two signs of life. */
const PART = 500;

await withTraining(async (call) => {
  for (const engine of enginesOf(values)) {
    const { device } = await call('open', { ...engine, net, record: [3, 32, 32] });
    const first = await call('steps', FIRST);
    const times = [];
    const wanted = Number(values.steps);
    while (times.length < wanted) {
      times.push(...(await call('steps', Math.min(PART, wanted - times.length))));
      process.stderr.write(`\r${times.length} of ${wanted} steps`);
    }
    process.stderr.write('\n');
    const median = quantile(times, 0.5);
    const slow = times.flatMap((time, i) => (time > SLOWEST * median ? [i] : []));
    const parts = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1];
    console.log(`${device}, ${times.length} steps`);
    console.log(
      table([
        ['part of the steps', 'within', 'of the median'],
        ...parts.map((part) => {
          const time = quantile(times, part);
          return [`${+(part * 100).toFixed(2)}%`, duration(time), (time / median).toFixed(2)];
        }),
      ]),
    );
    console.log(
      `the first ${FIRST} steps: ${first.slice(0, 5).map(duration).join(', ')}, …; at most ${duration(Math.max(...first))}`,
    );
    if (slow.length > 0) {
      const named = slow.slice(0, 10).map((i) => `${i} (${duration(times[i])})`);
      console.log(`${slow.length} steps took more than ${SLOWEST} times the median: ${named.join(', ')}`);
      process.exitCode = 1;
    } else console.log(`No step took more than ${SLOWEST} times the median.`);
    if (values.out !== undefined) writeFileSync(values.out, JSON.stringify({ device, first, times }));
  }
});
