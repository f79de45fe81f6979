// Times a training step (and with --product N a square product) on the processor engine in Chromium, whole and by kernel.
//   node bench/wasm.mjs [NET.prototxt] [--threads 1,2] [--steps N] [--profiles N] [--record 3x32x32] [--kernels] [--product N]
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1,2' },
    steps: { type: 'string', default: '20' },
    profiles: { type: 'string', default: '10' },
    record: { type: 'string', default: '3x32x32' },
    kernels: { type: 'boolean', default: false },
    product: { type: 'string' },
  },
});
const net = readFileSync(positionals[0] ?? 'public/models/cifar10_quick/train_test.prototxt', 'utf8');
const bundle = async (entry) =>
  (await build({ entryPoints: [entry], bundle: true, format: 'esm', target: 'es2023', write: false })).outputFiles[0]
    .text;
const scripts = {
  '/page.js': await bundle('bench/wasm-page.ts'),
  '/wasm.worker.ts': await bundle('app/engine/wasm/wasm.worker.ts'),
};
const server = createServer((request, response) => {
  const script = scripts[new URL(request.url, 'http://x').pathname];
  response.writeHead(200, {
    'Content-Type': script === undefined ? 'text/html' : 'text/javascript',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
});
const ms = (t) => `${t.toFixed(1)} ms`;
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
try {
  const page = await browser.newPage();
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
  for (const threads of values.threads.split(',').map(Number)) {
    if (values.product !== undefined) {
      const size = Number(values.product);
      const rates = await page.evaluate((o) => globalThis.bench.product(o), { size, threads, runs: 20 });
      console.log(
        `${threads} threads: ${size}³ product, GFLOPS: best ${Math.max(...rates).toFixed(1)}, median ${median(rates).toFixed(1)}`,
      );
      continue;
    }
    const options = {
      net,
      record: values.record.split('x').map(Number),
      threads,
      steps: Number(values.steps),
      profiles: Number(values.profiles),
    };
    const r = await page.evaluate((o) => globalThis.bench.step(o), options);
    console.log(`${r.device}: compile ${ms(r.compile)}, load ${ms(r.load)}, ${r.memory.toFixed(1)} MiB`);
    console.log(
      `steps: first ${ms(r.steps[0])}, least ${ms(Math.min(...r.steps))}, median ${ms(median(r.steps.slice(1)))}`,
    );
    if (values.kernels)
      for (const k of r.kernels)
        console.log(
          `${k.least.toFixed(2).padStart(8)} ${k.median.toFixed(2).padStart(8)} ms ${k.gflops > 0 ? k.gflops.toFixed(1).padStart(6) : '      '}  ${k.label}`,
        );
    const sum = (list) => list.reduce((a, k) => a + k.least, 0);
    console.log(
      `sum of least times: products ${ms(sum(r.kernels.filter((k) => k.gflops > 0)))}, others ${ms(sum(r.kernels.filter((k) => k.gflops === 0)))}`,
    );
  }
} finally {
  await browser.close();
  server.close();
}
