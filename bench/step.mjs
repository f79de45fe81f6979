// Times a training step of a network in Chromium, whole and by kernel, or with --product N a square matrix product.
//   node bench/step.mjs [NET.prototxt] [--engine wasm|webgpu] [--threads 1,2] [--steps N] [--record 3x32x32]
//                       [--tune] [--kernels] [--runs N] [--product N]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { duration, figure, median, table } from './common/figures.mjs';
import { ENGINE_OPTIONS, enginesOf, withTraining } from './common/training.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...ENGINE_OPTIONS,
    steps: { type: 'string', default: '20' },
    record: { type: 'string', default: '3x32x32' },
    tune: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    product: { type: 'string' },
  },
});
const net = readFileSync(positionals[0] ?? 'public/models/cifar10_quick/train_test.prototxt', 'utf8');
const record = values.record.split('x').map(Number);

await withTraining(async (call) => {
  for (const engine of enginesOf(values)) {
    if (values.product !== undefined) {
      const size = Number(values.product);
      const rates = await call('product', { ...engine, size, runs: 20 });
      const threads = engine.engine === 'wasm' ? `, ${engine.threads} threads` : '';
      console.log(
        `${engine.engine}${threads}: ${size}³ product, GFLOPS: best ${figure(Math.max(...rates))}, median ${figure(median(rates))}`,
      );
      continue;
    }
    const opened = await call('open', { ...engine, net, record, tune: values.tune });
    const [first, ...steps] = await call('steps', Number(values.steps));
    console.log(
      `${opened.device}: compile ${duration(opened.compile)}, ${values.tune ? `tune ${duration(opened.tune)}, ` : ''}load ${duration(opened.load)}, ${(opened.memory / 2 ** 20).toFixed(1)} MiB`,
    );
    console.log(
      `steps: first ${duration(first)}, least ${duration(Math.min(first, ...steps))}, median ${duration(median([first, ...steps].slice(steps.length > 0 ? 1 : 0)))}`,
    );
    if (!values.kernels) continue;
    const kernels = await call('kernels', Number(values.runs));
    console.log(
      table([
        ['kernel', 'median', 'least', 'GFLOPS', 'GB/s'],
        ...kernels.map(({ label, milliseconds, flops, bytes }) => {
          const time = median(milliseconds);
          return [
            label,
            duration(time),
            duration(Math.min(...milliseconds)),
            figure(flops / time / 1e6),
            figure(bytes / time / 1e6),
          ];
        }),
      ]),
    );
  }
});
