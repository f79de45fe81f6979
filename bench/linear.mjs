// What a training step costs as the batch grows, and as the images grow: time and memory for each image should not.
//   node bench/linear.mjs [--engine wasm|webgpu] [--threads N] [--batches 1,2,4,…] [--sides 16,32,…] [--steps N] [--out FILE.json]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { duration, figure, median, table } from './common/figures.mjs';
import { ENGINE_OPTIONS, enginesOf, withTraining } from './common/training.mjs';

const { values } = parseArgs({
  options: {
    ...ENGINE_OPTIONS,
    batches: { type: 'string', default: '1,2,4,8,16,32,64,128,256' },
    sides: { type: 'string', default: '16,32,64,128,256' },
    steps: { type: 'string', default: '15' },
    out: { type: 'string' },
  },
});
const text = readFileSync('bench/nets/plain.prototxt', 'utf8');
const numbers = (list) => list.split(',').map(Number);
/** Images for which a side is 32, and the side while the batch grows. */
const SIDE = 32;
const BATCH = 16;

/**
 * The straight line a + b·x through points whose relative errors count alike: a large one should not speak for all.
 * `worst` is the largest part by which a point lies off it.
 */
function line(points) {
  const sum = (of) => points.reduce((total, point) => total + of(point) / point.y ** 2, 0);
  const [w, x, y, xx, xy] = [
    sum(() => 1),
    sum((p) => p.x),
    sum((p) => p.y),
    sum((p) => p.x ** 2),
    sum((p) => p.x * p.y),
  ];
  const slope = (w * xy - x * y) / (w * xx - x ** 2);
  const start = (y - slope * x) / w;
  return { start, slope, worst: Math.max(...points.map((p) => Math.abs((start + slope * p.x) / p.y - 1))) };
}

const results = await withTraining(async (call) => {
  const all = {};
  for (const engine of enginesOf(values)) {
    const measure = async (batch, side) => {
      const net = text.replace(/batch_size: \d+/, `batch_size: ${batch}`);
      const opened = await call('open', { ...engine, net, record: [3, side, side] });
      // The least time is what the step costs: all that disturbs it only adds.
      const [, , ...steps] = await call('steps', Number(values.steps) + 2);
      return {
        batch,
        side,
        device: opened.device,
        least: Math.min(...steps),
        median: median(steps),
        memory: opened.memory,
      };
    };
    for (const [title, sizes] of [
      ['batch', numbers(values.batches).map((batch) => [batch, SIDE])],
      ['image area', numbers(values.sides).map((side) => [BATCH, side])],
    ]) {
      const rows = [];
      for (const [batch, side] of sizes) rows.push(await measure(batch, side));
      const unit = ({ batch, side }) => (batch * side * side) / 1024;
      console.log(`\nTraining step of bench/nets/plain.prototxt as the ${title} grows; ${rows[0].device}`);
      console.log(
        table([
          ['batch × image', 'least', 'median', 'a 32×32 image', 'MiB', 'KiB an image'],
          ...rows.map((row) => [
            `${row.batch} × ${row.side}²`,
            duration(row.least),
            duration(row.median),
            duration(row.least / unit(row)),
            figure(row.memory / 2 ** 20),
            figure(row.memory / 1024 / unit(row)),
          ]),
        ]),
      );
      const time = line(rows.map((row) => ({ x: unit(row), y: row.least })));
      const memory = line(rows.map((row) => ({ x: unit(row), y: row.memory / 2 ** 20 })));
      const off = (value) => `${(value * 100).toFixed(0)}%`;
      console.log(
        `time = ${duration(time.start)} + ${duration(time.slope)} an image, off by ${off(time.worst)} at most`,
      );
      console.log(
        `memory = ${figure(memory.start)} MiB + ${figure(memory.slope * 1024)} KiB an image, off by ${off(memory.worst)} at most`,
      );
      all[`${rows[0].device}, ${title}`] = { rows, time, memory };
    }
  }
  return all;
});
if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(results, undefined, 1));
