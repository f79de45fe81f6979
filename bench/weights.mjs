// A .caffemodel as large as VGG-16's (553 MB, made for the purpose) chosen on the page: how long until it is loaded, what the
// page's process takes of memory meanwhile, and how long the page ever keeps a person waiting. Then the command line reads it.
//   node bench/weights.mjs [FOLDER OF THE BUILT PAGE]
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tools/setup.mjs';
import { openBrowser } from './common/browser.mjs';
import { serveBuiltPage } from './common/built-page.mjs';
import { duration } from './common/figures.mjs';
import { look, watchMemory } from './common/process-memory.mjs';

const [built = 'dist'] = process.argv.slice(2);
/** What is to be held: memory in sizes of the file, milliseconds of one task. */
const limits = { memory: 1.5, task: 50 };

const folder = mkdtempSync(join(tmpdir(), 'crema-weights-'));
const file = join(folder, 'vgg16.caffemodel');
writeVgg16(file);
const size = statSync(file).size / 1e6;
const line = (what, value, unit, limit) =>
  console.log(`${what.padEnd(50)}${value} ${unit}${limit === undefined ? '' : ` (limit ${limit})`}`);
line('size of the file', size.toFixed(0), 'MB');
try {
  await onPage();
  await onCommandLine();
} finally {
  rmSync(folder, { recursive: true });
}

async function onPage() {
  const { address, close } = await serveBuiltPage(built);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByRole('navigation', { name: 'Steps' }).getByLabel('ready', { exact: true }).nth(0).waitFor();
    await page.getByRole('tab', { name: 'Snapshots' }).click();
    const session = await browser.newBrowserCDPSession();
    await page.waitForTimeout(3000);
    const before = await look(session);
    const watch = watchMemory(session);
    await page.evaluate(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => {
        for (const { duration: length } of list.getEntries()) globalThis.longTasks.push(length);
      }).observe({ type: 'longtask' });
    });
    const began = performance.now();
    await page.getByTestId('weight-files').setInputFiles(file);
    // The net on the page is another: most of what the file holds is listed as ignored once all of it has been read.
    await page
      .getByRole('status')
      .filter({ hasText: 'vgg16.caffemodel' })
      .filter({ hasText: 'fc8' })
      .waitFor({ timeout: 300_000 });
    const seconds = (performance.now() - began) / 1000;
    const tasks = await page.evaluate(() => globalThis.longTasks);
    const peak = await watch.stop();
    const memory = (peak.page - before.page) / size;
    line('loaded on the page in', seconds.toFixed(1), 's');
    line(
      "the page's process took",
      `${(peak.page - before.page).toFixed(0)} MB: ${memory.toFixed(2)}`,
      'sizes',
      limits.memory,
    );
    line('all processes of the browser took', (peak.all - before.all).toFixed(0), 'MB');
    line('longest task of the page', duration(Math.max(0, ...tasks)), '', `${limits.task} ms`);
    if (memory > limits.memory || Math.max(0, ...tasks) > limits.task) process.exitCode = 1;
  } finally {
    await browser.close();
    await close();
  }
}

/** A command that reads weights and does nothing large with them. */
async function onCommandLine() {
  const net = join(ROOT, 'public', 'models', 'opening', 'train_test.prototxt');
  const args = ['test', net, '--weights', file, '--data', 'sample', '--engine', 'wasm', '--iterations', '1'];
  const began = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'cli', 'crema.mjs'), ...args], { stdio: 'ignore' });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
      peak = Math.max(peak, (kilobytes * 1024) / 1e6);
    } catch (error) {
      // It has ended since.
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    }
  }, 50);
  await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(timer);
  line('crema test with them took', ((performance.now() - began) / 1000).toFixed(1), 's');
  line('  and of memory, its own program included', `${peak.toFixed(0)} MB: ${(peak / size).toFixed(2)}`, 'sizes');
}

/** Layers with the shapes of VGG-16, in protobuf as Caffe writes it. */
function writeVgg16(path) {
  const out = openSync(path, 'w');
  const convolutions = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
  let channels = 3;
  const layers = convolutions.map((outputs, i) => {
    const shape = [outputs, channels, 3, 3];
    channels = outputs;
    return [`vgg${i}`, 'Convolution', shape];
  });
  layers.push(
    ['fc6', 'InnerProduct', [4096, 25088]],
    ['fc7', 'InnerProduct', [4096, 4096]],
    ['fc8', 'InnerProduct', [1000, 4096]],
    // One layer that the net on the page has too: a file that fits in nothing is refused.
    ['ip2', 'InnerProduct', [10, 64]],
  );
  const values = new Uint8Array(Float32Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i) / 100).buffer);
  try {
    for (const [name, type, shape] of layers) {
      const blobs = [shape, [shape[0]]].map((dims) => {
        const count = dims.reduce((product, extent) => product * extent, 1) * 4;
        const shapeField = piece(7, piece(1, Buffer.concat(dims.map(varint))));
        const head = Buffer.concat([shapeField, varint((5 << 3) | 2), varint(count)]);
        return { head: Buffer.concat([varint((7 << 3) | 2), varint(head.length + count), head]), count };
      });
      const start = Buffer.concat([piece(1, Buffer.from(name)), piece(2, Buffer.from(type))]);
      const length = blobs.reduce((sum, { head, count }) => sum + head.length + count, start.length);
      writeSync(out, Buffer.concat([varint((100 << 3) | 2), varint(length), start]));
      for (const { head, count } of blobs) {
        writeSync(out, head);
        for (let at = 0; at < count; at += values.length)
          writeSync(out, values.subarray(0, Math.min(values.length, count - at)));
      }
    }
  } finally {
    closeSync(out);
  }
}

/** A field of bytes. */
function piece(number, bytes) {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
