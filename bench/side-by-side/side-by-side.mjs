// Crema beside other trainers: training step and inference of several nets, in one run and one browser, or with --node on
// Dawn in Node, beside PyTorch where there is one. Prints tables and writes everything as JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../tools/setup.mjs';
import { check } from './check.mjs';
import { compareOn, defaultBatches, NETS } from './compare.mjs';
import { browserHosts, nodeHosts } from './hosts.mjs';
import { printResults } from './report.mjs';
import { installPeers, systemsOf, versionsOf } from './systems.mjs';

const HELP = `Usage: npm run bench -- [OPTIONS]

Measures the training step and the inference of ${Object.keys(NETS).join(', ')},
by Crema and by other trainers, in turns: medians, and medians of the ratios within a round.

  --node          on Dawn in Node instead of in Chromium, and beside PyTorch where python3 has it
  --nets LIST     these nets only, separated by commas
  --peers LIST    beside these only, by the beginning of: tfjs-webgpu, tfjs-wasm, tfjs-cpu,
                  jax-js-webgpu, jax-js-wasm, convnetjs, pytorch; or none
  --batch LIST    images in a batch (default 100, in Node also 512; fewer on a software adapter)
  --rounds N      how often everybody has a turn (default 5, on a software adapter 3, with --check 9)
  --time-limit S  leaves out whoever takes longer to be ready, or for a turn (default 120 s)
  --out FILE      where the JSON goes (default .cache/bench/side-by-side.json)
  --check         Crema alone: fails where it has fallen by more than 10% beside a plain matrix
                  product, against what bench/baseline.json keeps of this adapter
  --keep          with --check: keeps what was measured as the baseline of this adapter`;

const listOf = (text) =>
  text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      node: { type: 'boolean', default: false },
      nets: { type: 'string', default: Object.keys(NETS).join(',') },
      peers: { type: 'string' },
      batch: { type: 'string' },
      rounds: { type: 'string' },
      'time-limit': { type: 'string', default: '120' },
      out: { type: 'string', default: `${ROOT}.cache/bench/side-by-side.json` },
      check: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const nets = listOf(values.nets);
  const batches = listOf(values.batch)?.map(Number);
  const unknown = nets.find((name) => !(name in NETS));
  const numbers = [...(batches ?? []), Number(values.rounds ?? 1), Number(values['time-limit'])];
  if (unknown !== undefined) throw new Error(`--nets: there is no net "${unknown}".`);
  if (numbers.some((n) => !(n >= 1))) throw new Error('--batch, --rounds and --time-limit take numbers from 1 on.');
  const peers = values.check || values.peers === 'none' ? [] : listOf(values.peers);
  return { ...values, nets, batches, peers, timeLimit: Number(values['time-limit']) };
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(0)} s`;

async function adapterOf(hosts) {
  const host = await hosts.host('crema');
  try {
    return await host.call('adapter');
  } catch (error) {
    return { device: `none (${error.message.split('\n')[0]})`, software: true };
  } finally {
    await host.close();
  }
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  const { node } = options;
  const { systems, torchVersion, hasTorch } = systemsOf(options.peers, { node });
  if (systems.some(({ module }) => module !== undefined && module !== 'crema')) installPeers();
  const began = performance.now();
  const modules = new Set(systems.flatMap(({ module }) => module ?? []));
  const hosts = node ? await nodeHosts() : await browserHosts(modules);
  try {
    const adapter = await adapterOf(hosts);
    // Turns of Crema alone are short, and a verdict wants many of them.
    const rounds = Number(options.rounds ?? (options.check ? 9 : adapter.software ? 3 : 5));
    const processor = cpus()[0]?.model ?? 'processor';
    console.log(`${hosts.where}; graphics adapter: ${adapter.device}; processor: ${processor}; ${rounds} rounds`);
    if (adapter.software && options.batches === undefined)
      console.log(
        'The adapter computes in software: batches are small, so that a step takes about a second (--batch).',
      );
    if (node && !hasTorch) console.log('No python3 with PyTorch was found.');
    const results = [];
    for (const name of options.nets)
      for (const batch of options.batches ?? defaultBatches(name, { ...adapter, node })) {
        const say = (line) => console.log(`${seconds(began).padStart(6)}  ${line}`);
        const here = await compareOn(name, batch, { systems, hosts, rounds, timeLimit: options.timeLimit, say });
        printResults(here);
        console.log('');
        results.push(...here);
      }
    const file = resolve(options.out);
    mkdirSync(dirname(file), { recursive: true });
    const versions = versionsOf({ torchVersion, where: hosts.where });
    const report = { date: new Date().toISOString(), adapter, processor, versions, rounds, results };
    writeFileSync(file, JSON.stringify(report, undefined, 1));
    console.log(`${seconds(began)} in all; everything stands in ${file}`);
    return options.check ? check(results, adapter, hosts.where.split(' ')[0], options.keep) : 0;
  } finally {
    await hosts.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
// Hosts that were closed while they were busy may still hold on to this process.
process.exit();
