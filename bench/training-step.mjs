// Times one training step of a network through WebGPU in Chromium, whole and kernel by kernel.
//   node bench/training-step.mjs [NET.prototxt] [--steps N] [--record 3x32x32] [--schedule JSON] [--kernels]
// --schedule uses one layout for every contract (see app/engine/webgpu/schedule.ts); --kernels lists every kernel.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '2' },
    record: { type: 'string', default: '3x32x32' },
    schedule: { type: 'string', multiple: true, default: [] },
    kernels: { type: 'boolean', default: false },
  },
});
const net = readFileSync(positionals[0] ?? 'public/models/cifar10_quick/train_test.prototxt', 'utf8');
const bundle = await build({
  entryPoints: ['bench/training-step-page.ts'],
  bundle: true,
  format: 'esm',
  target: 'es2023',
  write: false,
});
const script = bundle.outputFiles[0].text;
const server = createServer((request, response) => {
  const page = request.url !== '/page.js';
  response.writeHead(200, { 'Content-Type': page ? 'text/html' : 'text/javascript' });
  response.end(page ? '<!doctype html><script type="module" src="/page.js"></script>' : script);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--enable-dawn-features=allow_unsafe_apis',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
});
try {
  const page = await browser.newPage();
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
  for (const schedule of values.schedule.length > 0 ? values.schedule : [undefined]) {
    const options = {
      net,
      record: values.record.split('x').map(Number),
      steps: Number(values.steps),
      ...(schedule === undefined ? {} : { schedule: JSON.parse(schedule) }),
    };
    const result = await page.evaluate((o) => globalThis.bench(o), options);
    console.log(`${result.device}${schedule === undefined ? '' : `  ${schedule}`}`);
    console.log(
      `load ${(result.load / 1000).toFixed(2)} s, steps ${result.steps.map((t) => `${(t / 1000).toFixed(2)} s`).join(', ')}`,
    );
    for (const k of result.kernels)
      if (k.gflops > 0 || values.kernels)
        console.log(
          `${k.milliseconds.toFixed(1).padStart(9)} ms  ${k.gflops > 0 ? k.gflops.toFixed(2) : '    '} GFLOPS  ${k.label}`,
        );
    const other = result.kernels.filter((k) => k.gflops === 0).reduce((sum, k) => sum + k.milliseconds, 0);
    console.log(`${other.toFixed(1).padStart(9)} ms  all other kernels`);
  }
} finally {
  await browser.close();
  server.close();
}
