// The comparison itself: each net with all systems open at once, measured in turns, round after round. A ratio is taken
// within a round, where both saw the same machine; what is told is the median of the rounds.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { nodeBundle } from '../common/scripts.mjs';
import { ROOT } from '../../tools/setup.mjs';
import { median } from '../common/figures.mjs';
import { pythonHost } from './hosts.mjs';
import { THREADS } from './systems.mjs';

export const NETS = {
  cifar10_quick: 'public/models/cifar10_quick/train_test.prototxt',
  cifar10_full: 'public/models/cifar10_full/train_test.prototxt',
  resnet20: 'public/models/resnet20/train_test.prototxt',
  vgg: 'bench/nets/vgg.prototxt',
};
const RECORD = [3, 32, 32];

/** Milliseconds that a system computes in a round, for each pass; at least one pass. */
const ROUND = 500;
/** Passes before those that count: as many as fit in this time, once the first is over. */
const WARM_UP = 500;
const MOST_PASSES = 500;
/** 10⁹ operations of a step that a software adapter does in a second, or few. */
const SOFTWARE_STEP = 0.6;

const { measuredText, planOf } = await import(pathToFileURL(await nodeBundle('bench/crema/plan.ts')).href);

/** The text and plan of a net with a batch. */
function netOf(name, batch) {
  const text = measuredText(readFileSync(`${ROOT}${NETS[name]}`, 'utf8'), batch);
  return { name, batch, text, plan: planOf(text, RECORD) };
}

/** Batches for a net where nobody asked for any: 100, but on a software adapter so few images that a step takes about a second. */
export function defaultBatches(name, { software, node }) {
  if (!software) return node ? [100, 512] : [100];
  const each = netOf(name, 1).plan.gflop.step;
  return [2 ** Math.max(0, Math.floor(Math.log2(SOFTWARE_STEP / each)))];
}

/** A promise's value, or an error once it has taken too long. */
function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Opens a system on a net, warms it up, and finds how many passes make a round. */
async function open(system, net, hosts, timeLimit) {
  const host = system.python === undefined ? await hosts.host(system.module) : pythonHost(system.python);
  try {
    return await within(timeLimit, warmUp(system, net, host));
  } catch (error) {
    await host.close();
    throw error;
  }
}

async function warmUp(system, net, host) {
  const options = { kind: system.kind, threads: THREADS, text: net.text, plan: net.plan };
  const told = await host.call('open', options);
  const counts = {};
  for (const name of told.passes) {
    let time = await host.call('pass', { name, count: 1 });
    const began = performance.now();
    for (let i = 0; i < MOST_PASSES && time < WARM_UP && performance.now() - began < WARM_UP; i++)
      time = await host.call('pass', { name, count: 1 });
    // Passes that need not wait for one another are faster than one alone.
    const some = Math.min(MOST_PASSES, Math.max(1, Math.round(WARM_UP / 5 / time)));
    if (some > 1) time = (await host.call('pass', { name, count: some })) / some;
    counts[name] = Math.min(MOST_PASSES, Math.max(1, Math.round(ROUND / time)));
  }
  return { system, host, told, counts, loss: await host.call('loss'), rounds: [] };
}

/** One round of a system: milliseconds of each pass and, of Crema, GFLOPS of a plain product before and after. */
async function round(opened, timeLimit) {
  const { host, told, counts, system } = opened;
  const result = {};
  const product = async () => (system.module === 'crema' ? [await within(timeLimit, host.call('product'))] : []);
  const products = await product();
  for (const name of told.passes)
    result[name] = (await within(timeLimit, host.call('pass', { name, count: counts[name] }))) / counts[name];
  products.push(...(await product()));
  if (products.length > 0) result.product = products.length / products.reduce((sum, rate) => sum + 1 / rate, 0);
  return result;
}

/**
 * Measures systems on a net. Gives a result for each system and pass, and for a system that could not be measured one with
 * the reason.
 */
export async function compareOn(name, batch, { systems, hosts, rounds, timeLimit, say }) {
  const net = netOf(name, batch);
  const failed = new Map();
  let running = [];
  const drop = async ({ system, host }, error) => {
    failed.set(system, error.message.replace(/^page\.evaluate: (Error: )?/, '').split('\n')[0]);
    running = running.filter((one) => one.system !== system);
    await host?.close();
  };
  for (const system of systems) {
    try {
      running.push(await open(system, net, hosts, timeLimit));
    } catch (error) {
      await drop({ system }, error);
    }
    const reason = failed.get(system);
    say(`${net.name}, batch ${batch}: ${system.name} ${reason === undefined ? 'is ready' : `is left out: ${reason}`}`);
  }
  const opened = [...running];
  for (let i = 0; i < rounds; i++)
    for (const one of [...running]) {
      try {
        one.rounds.push(await round(one, timeLimit));
      } catch (error) {
        await drop(one, error);
      }
    }
  for (const { host } of running) await host.close();
  const measured = opened.filter(({ rounds: done }) => done.length > 0);
  return [
    ...measured.flatMap((one) => resultsOf(one, net, measured)),
    ...[...failed].map(([system, reason]) => ({
      net: name,
      batch,
      system: system.id,
      name: system.name,
      on: system.on,
      reason,
    })),
  ];
}

function resultsOf({ system, told, rounds, loss }, { name, batch, plan }, measured) {
  const crema = measured.find((one) => one.system.module === 'crema' && one.system.on === system.on);
  const own = measured.find((one) => one.system.module === 'crema');
  // Of cifar10_quick's and VGG's simple poolings ConvNetJS has no average, and its weights are its own.
  const agrees =
    loss === undefined || own?.loss === undefined ? undefined : Math.abs(loss - own.loss) <= 0.01 * Math.abs(own.loss);
  return told.passes.map((pass) => {
    const times = rounds.map((one) => one[pass]);
    const milliseconds = median(times);
    const gflop = plan.gflop[pass];
    const pairs = crema === undefined ? [] : rounds.flatMap((one, i) => pair(one[pass], crema.rounds[i]?.[pass]));
    const fractions =
      crema === undefined ? [] : rounds.flatMap((one, i) => pair((gflop / one[pass]) * 1000, crema.rounds[i]?.product));
    const traffic = told.traffic?.[pass];
    return {
      net: name,
      batch,
      system: system.id,
      name: system.name,
      on: system.on,
      device: told.device,
      pass,
      milliseconds,
      imagesPerSecond: (batch / milliseconds) * 1000,
      timesCrema: pairs.length === 0 ? undefined : median(pairs),
      gflop,
      gflops: (gflop / milliseconds) * 1000,
      fractionOfPeak: fractions.length === 0 ? undefined : median(fractions),
      bytesMoved: traffic,
      gigabytesPerSecond: traffic === undefined ? undefined : traffic / milliseconds / 1e6,
      memory: told.memory,
      load: told.load,
      loss,
      agrees,
      peak: system.module === 'crema' ? median(rounds.map((one) => one.product)) : undefined,
      rounds: times,
    };
  });
}

const pair = (a, b) => (b === undefined ? [] : [a / b]);
