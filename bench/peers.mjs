// One training step and one forward pass of cifar10_quick (batch 100) beside other programs for the browser, in one run of
// headless Chromium: a ratio within a run holds where a time does not. Peers are installed on first use (bench/peers).
//   node bench/peers.mjs [--webgpu] [--threads N] [--rounds N] [--only NAME,…] [--out FILE.json]
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const { values } = parseArgs({
  options: {
    webgpu: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});
const threads = Number(values.threads);
const folder = new URL('peers/', import.meta.url).pathname;
if (!existsSync(`${folder}node_modules`)) {
  console.log('Installing the peers …');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  if (install.status !== 0) process.exit(install.status ?? 1);
}

/** Who is measured: the module, what it is given, and how many steps a round takes (slow ones take fewer). */
const systems = values.webgpu
  ? [
      { name: 'Crema, WebGPU', module: 'crema', engine: 'webgpu', steps: 2, warm: 1 },
      { name: 'jax-js, WebGPU', module: 'jax-js', device: 'webgpu', steps: 1, warm: 1 },
      { name: 'tfjs, WebGPU', module: 'tfjs', device: 'webgpu', steps: 1, warm: 1 },
    ]
  : [
      { name: `Crema, processor, ${threads} threads`, module: 'crema', engine: 'wasm', threads, steps: 20, warm: 5 },
      { name: 'Crema, processor, 1 thread', module: 'crema', engine: 'wasm', threads: 1, steps: 20, warm: 5 },
      { name: 'tfjs, WebAssembly', module: 'tfjs', device: 'wasm', threads, steps: 10, warm: 3 },
      { name: 'ConvNetJS', module: 'convnetjs', steps: 1, warm: 0 },
      { name: 'jax-js, WebAssembly', module: 'jax-js', device: 'wasm', steps: 1, warm: 1 },
    ];
const chosen = systems.filter(
  ({ name }) => values.only === undefined || values.only.split(',').some((n) => name.includes(n)),
);

const bundled = async (entry) =>
  (
    await build({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      target: 'es2023',
      write: false,
      logLevel: 'error',
    })
  ).outputFiles[0].contents;
const files = new Map([['/engine/wasm.worker.ts', await bundled('app/engine/wasm/wasm.worker.ts')]]);
for (const module of new Set(chosen.map((system) => system.module)))
  files.set(
    `/peers/${module}.js`,
    await bundled(module === 'crema' ? 'bench/peers/crema.ts' : `${folder}${module}.js`),
  );
const net = readFileSync('public/models/cifar10_quick/train_test.prototxt', 'utf8');

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  const wasm = pathname.startsWith('/peers/tfjs-wasm/');
  const body = wasm
    ? readFileSync(`${folder}node_modules/@tensorflow/tfjs-backend-wasm/dist/${pathname.split('/').at(-1)}`)
    : pathname.endsWith('/wasm.worker.ts')
      ? files.get('/engine/wasm.worker.ts')
      : files.get(pathname);
  response.writeHead(200, {
    'Content-Type': wasm ? 'application/wasm' : body === undefined ? 'text/html' : 'text/javascript',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  response.end(body ?? '<!doctype html><title>bench</title>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    ...(values.webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
});
const times = new Map(chosen.map(({ name }) => [name, { forward: [], step: [] }]));
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { name, module, ...options } of chosen) {
      // A page of its own each time: nobody inherits another's heap, threads or compiled code.
      const page = await browser.newPage();
      page.setDefaultTimeout(600_000);
      page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const result = await page.evaluate(
        async ([path, given]) => (await import(path)).measure(given),
        [`/peers/${module}.js`, { ...options, net }],
      );
      await page.close();
      times.get(name).forward.push(...result.forward);
      times.get(name).step.push(...(result.step ?? []));
      console.log(`round ${round + 1}: ${name}: ${result.device}`);
    }
  }
} finally {
  await browser.close();
  server.close();
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const rows = [...times].map(([name, { forward, step }]) => ({ name, forward: median(forward), step: median(step) }));
const [ours] = rows;
const seconds = (ms) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(3)} s`).padStart(10);
const ratio = (theirs, own) => (theirs === undefined ? '' : `${(theirs / own).toFixed(1)}×`).padStart(8);
console.log(`\n${''.padEnd(30)}${'step'.padStart(10)}${''.padStart(8)}${'forward'.padStart(10)}`);
for (const row of rows)
  console.log(
    `${row.name.padEnd(30)}${seconds(row.step)}${ratio(row.step, ours.step)}${seconds(row.forward)}${ratio(row.forward, ours.forward)}`,
  );
if (values.out !== undefined)
  writeFileSync(values.out, JSON.stringify({ threads, rows, times: Object.fromEntries(times) }));
