/**
 * What a session does beyond Caffe's traces: several test nets, `debug_info`, AdamW and warm-up, where numbers broke, and runs
 * that are the same bits whether or not they are broken off.
 */
import { describe, expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { readSolverstate, writeSolverstate } from '../caffe/wire/solverstate.ts';
import { meanImage } from '../data/dataset.ts';
import { generateSample } from '../data/sample.ts';
import type { Engine } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { openNodeWasmEngine } from '../engine/wasm/node-wasm.ts';
import { createWasmEngine } from '../engine/wasm/wasm-engine.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession, type Snapshot } from './session.ts';
import { watchPlans } from './testing/watched-engine.ts';

const dataset = generateSample(3, { train: 40, test: 10 });
const record = [dataset.channels, dataset.height, dataset.width];
const mean = meanImage(dataset.train);

const netText = `
layer { name: "in" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { scale: 0.01 mean_file: "m" mirror: true } data_param { batch_size: 4 }
  # crema: augment { pad: 3 rotation: 10 cutout: 6 mixup: 0.5 }
}
layer { name: "in" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { scale: 0.01 mean_file: "m" } data_param { batch_size: 5 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 stride: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "acc" type: "Accuracy" bottom: "ip" bottom: "label" top: "acc" include { phase: TEST stage: "own" } }
layer { name: "top3" type: "Accuracy" bottom: "ip" bottom: "label" top: "top3" include { phase: TEST stage: "wide" }
  accuracy_param { top_k: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" loss_weight: 2
  # crema: label_smoothing: 0.1
}`;

const base = `base_lr: 0.01 lr_policy: "inv" gamma: 0.1 power: 0.75 weight_decay: 0.01 max_iter: 100 random_seed: 5
test_iter: 2 test_iter: 1 test_interval: 3 test_state { stage: "own" } test_state { stage: "wide" }`;

interface Run {
  readonly session: TrainingSession;
  readonly losses: number[];
  readonly lines: string[];
  readonly tests: [net: number, iteration: number, loss: number][];
}

async function open(solverText: string, engine: Engine, text = netText): Promise<Run> {
  const { solver, settings, extensions, diagnostics } = readSolver(solverText);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const net = (phase: 'TRAIN' | 'TEST', stages: readonly string[] = []) =>
    buildNet(text, { phase, layers: layerTable, record, stages });
  const run = { losses: [] as number[], lines: [] as string[], tests: [] as Run['tests'] };
  const session = await TrainingSession.create({
    engine,
    train: net('TRAIN'),
    tests: settings.tests.map(({ state }) => net('TEST', state?.stage)),
    solver,
    extensions,
    seed: 5,
    feed: new DatasetFeed(dataset, { seed: 5, shuffle: true, mean }),
    events: {
      losses: (_, some) => void run.losses.push(...some),
      log: (line) => void run.lines.push(line),
      tested: (result) => void run.tests.push([result.net, result.iteration, result.loss]),
    },
  });
  return { session, ...run };
}

const go = () => 'go' as const;
const bits = ({ weights, state }: Snapshot) => [
  ...weights.layers.flatMap(({ blobs }) => blobs.map(({ data }) => [...data])),
  ...state.history.map(({ data }) => [...data]),
];

describe('several test nets', () => {
  it('are each tested over their own batches in their own state, and printed as Caffe prints them', async () => {
    const { session, lines, tests } = await open(base, createReferenceEngine());
    await session.run(go, 4);
    expect(tests.map(([net, iteration]) => [net, iteration])).toEqual([
      [0, 0],
      [1, 0],
      [0, 3],
      [1, 3],
    ]);
    expect(lines.slice(0, 6)).toEqual([
      'Iteration 0, Testing net (#0)',
      expect.stringMatching(/^ {4}Test net output #0: acc = 0(\.\d+)?$/),
      expect.stringMatching(/^ {4}Test net output #1: loss = [\d.]+ \(\* 2 = [\d.]+ loss\)$/),
      'Iteration 0, Testing net (#1)',
      expect.stringMatching(/^ {4}Test net output #0: loss = [\d.]+ \(\* 2 = [\d.]+ loss\)$|top3/),
      expect.stringMatching(/^ {4}Test net output #1: /),
    ]);
    expect(lines.some((line) => line.includes('top3 = '))).toBe(true);
    session.dispose();
  });
});

describe('two runs, one of them broken off', () => {
  const types = [
    ['SGD', 'type: "SGD" momentum: 0.9'],
    ['Nesterov', 'type: "Nesterov" momentum: 0.9'],
    ['AdaGrad', 'type: "AdaGrad"'],
    ['RMSProp', 'type: "RMSProp" rms_decay: 0.9'],
    ['AdaDelta', 'type: "AdaDelta" momentum: 0.9 delta: 1e-6'],
    ['Adam', 'type: "Adam" momentum: 0.9 momentum2: 0.99'],
    ['AdamW', '# crema: type AdamW\ntype: "Adam" momentum: 0.9 momentum2: 0.99'],
  ] as const;

  it.each(types)('are equal bit for bit: %s, iter_size 2, two test nets', async (_, lines) => {
    const text = `${base}\n${lines}\niter_size: 2\n# crema: warmup_iter 4\n`;
    const engine = await createWasmEngine();
    const whole = await open(text, engine);
    await whole.session.run(go, 7);
    // Pausing (to return and to be called again) changes nothing; neither does a snapshot in between.
    const first = await open(text, engine);
    await first.session.run(go, 2);
    await first.session.run(go, 2);
    const { weights, state } = await first.session.snapshot();
    const second = await open(text, engine);
    second.session.load(weights);
    second.session.restore(readSolverstate(writeSolverstate(state)));
    await second.session.run(go, 3);
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
    expect([...first.tests, ...second.tests]).toEqual(whole.tests);
    expect(bits(await second.session.snapshot())).toEqual(bits(await whole.session.snapshot()));
    for (const { session } of [whole, first, second]) session.dispose();
  });
});

describe('AdamW and warm-up', () => {
  it('follow their formulas', async () => {
    const text =
      'base_lr: 0.1 lr_policy: "fixed" max_iter: 9 type: "Adam" momentum: 0.9 momentum2: 0.99 weight_decay: 0.5 delta: 0.001\n# crema: type AdamW\n# crema: warmup_iter 4';
    const { session } = await open(text, createReferenceEngine());
    const read = async () =>
      (await session.weights()).layers.find(({ name }) => name === 'ip')?.blobs[0]?.data ?? new Float32Array();
    let before = await read();
    const m = new Float64Array(before.length);
    const v = new Float64Array(before.length);
    for (let t = 1; t <= 6; t++) {
      await session.run(go, 1);
      const after = await read();
      const { history } = (await session.snapshot()).state;
      // The first history blobs are means of gradients: what they grew by is the gradient.
      const [mean1, mean2] = [history[2]?.data ?? [], history[6]?.data ?? []];
      const rate = 0.1 * Math.min(1, t / 4);
      for (let i = 0; i < before.length; i++) {
        const gradient = ((mean1[i] as number) - 0.9 * (m[i] as number)) / 0.1;
        m[i] = mean1[i] as number;
        v[i] = 0.99 * (v[i] as number) + 0.01 * gradient * gradient;
        expect(Math.abs((mean2[i] as number) - (v[i] as number))).toBeLessThan(1e-6);
        const corrected = (m[i] as number) / (1 - 0.9 ** t) / (Math.sqrt((v[i] as number) / (1 - 0.99 ** t)) + 0.001);
        const expected = (before[i] as number) - rate * (corrected + 0.5 * (before[i] as number));
        expect(Math.abs((after[i] as number) - expected)).toBeLessThan(1e-5);
        v[i] = mean2[i] as number;
      }
      before = after;
    }
    session.dispose();
  });
});

describe('debug_info', () => {
  const lineOf = (lines: readonly string[], start: string): number => {
    const line = lines.find((one) => one.startsWith(`    ${start}: `));
    if (line === undefined) throw new Error(`No line begins with "${start}".`);
    return Number(line.slice(line.lastIndexOf(': ') + 2));
  };
  const meanOf = (data: Float32Array): number => data.reduce((sum, v) => sum + Math.abs(v), 0) / data.length;
  const blob = (model: Caffemodel, layer: string, i: number): Float32Array =>
    model.layers.find(({ name }) => name === layer)?.blobs[i]?.data ?? new Float32Array();

  it.each([
    ['the interpreter', () => Promise.resolve(createReferenceEngine() as Engine)],
    ['the processor', () => createWasmEngine() as Promise<Engine>],
  ])('prints what a plain computation gives, on %s', async (_, engineOf) => {
    const text = 'base_lr: 0.1 lr_policy: "fixed" max_iter: 9 momentum: 0.9 weight_decay: 0.01 debug_info: true';
    const { session, lines } = await open(text, await engineOf());
    const before = await session.weights();
    await session.run(go, 1);
    const after = await session.weights();
    const { history } = (await session.snapshot()).state;
    const expectClose = (value: number, expected: number) =>
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(2e-5 * Math.max(Math.abs(expected), 1e-3));
    expectClose(lineOf(lines, '[Forward] Layer conv, param blob 0 data'), meanOf(blob(before, 'conv', 0)));
    expectClose(lineOf(lines, '[Forward] Layer ip, param blob 1 data'), 0);
    for (const [at, layer] of (['conv', 'conv', 'ip', 'ip'] as const).entries()) {
      const [was, is] = [blob(before, layer, at % 2), blob(after, layer, at % 2)];
      const step = was.map((value, i) => value - (is[i] as number));
      const line = lines.find((one) => one.startsWith(`    [Update] Layer ${layer}, param ${at % 2} data: `)) ?? '';
      const [, data, diff] = /data: (\S+); diff: (\S+)$/.exec(line) ?? [];
      expectClose(Number(data), meanOf(was));
      expect(Math.abs(Number(diff) / meanOf(step) - 1)).toBeLessThan(1e-3);
      // With no history yet, the step is rate × (gradient + decay × weight).
      const gradient = (history[at]?.data ?? new Float32Array()).map((h, i) => h / 0.1 - 0.01 * (was[i] as number));
      const printed = lineOf(lines, `[Backward] Layer ${layer}, param blob ${at % 2} diff`);
      expect(Math.abs(printed / meanOf(gradient) - 1)).toBeLessThan(1e-3);
    }
    const order = lines.map(
      (line) => /^ {4}(\[\w+\] (?:Layer \w+, (?:top|bottom|param) (?:blob )?\w+|All))/.exec(line)?.[1],
    );
    expect(order.slice(0, 6)).toEqual([
      '[Forward] Layer in, top blob data',
      '[Forward] Layer in, top blob label',
      '[Forward] Layer conv, top blob conv',
      '[Forward] Layer conv, param blob 0',
      '[Forward] Layer conv, param blob 1',
      '[Forward] Layer relu, top blob conv',
    ]);
    const all = lines.find((line) => line.includes('All net params')) ?? '';
    const [, l1, , l2] = /L1 norm = \((\S+), (\S+)\); L2 norm = \((\S+), (\S+)\)$/.exec(all) ?? [];
    const params = [0, 1].flatMap((i) => [blob(before, 'conv', i), blob(before, 'ip', i)]);
    expectClose(
      Number(l1),
      params.reduce((sum, data) => sum + meanOf(data) * data.length, 0),
    );
    expectClose(Number(l2), Math.sqrt(params.reduce((sum, data) => sum + data.reduce((s, v) => s + v * v, 0), 0)));
    session.dispose();
  });

  it('changes no loss, and is not there when it is off', async () => {
    const text = 'base_lr: 0.1 lr_policy: "fixed" max_iter: 9 momentum: 0.9 weight_decay: 0.01';
    const engine = createReferenceEngine();
    const [quiet, loud] = [await open(text, engine), await open(`${text} debug_info: true`, engine)];
    await quiet.session.run(go, 3);
    await loud.session.run(go, 3);
    expect(quiet.losses).toEqual(loud.losses);
    expect(quiet.lines).toEqual([]);
    expect(loud.lines.filter((line) => line.includes('[Update]'))).toHaveLength(12);
    expect(loud.session.bytes).toBeGreaterThan(quiet.session.bytes);
  });
});

describe('numbers that are none', () => {
  const solver = 'base_lr: 0.01 lr_policy: "fixed" max_iter: 50 momentum: 0.9';

  it('are found where a logarithm gets negative numbers', async () => {
    const text = netText
      .replace('bottom: "conv" top: "ip"', 'bottom: "log" top: "ip"')
      .replace('layer { name: "ip"', 'layer { name: "log" type: "Log" bottom: "data" top: "log" }\nlayer { name: "ip"');
    const { session, losses } = await open(solver, await createWasmEngine(), text);
    await expect(session.run(go)).rejects.toThrow(
      /^The loss became NaN at iteration 0\. The first values that are infinite or no numbers are in blob "log", which layer "log" \(Log\) computes: \d+ of its \d+ values are\. A logarithm needs numbers above 0/,
    );
    expect(losses).toEqual([NaN]);
  });

  it('are found where the rate is far too high, with the weights as they were before', async () => {
    const { session, losses } = await open(solver.replace('0.01', '1e12'), await createWasmEngine());
    const failure = await session.run(go).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'TrainingError',
      message: expect.stringMatching(
        /^The loss became (NaN|Infinity) at iteration \d+\. The first values .* Lower base_lr, set clip_gradients/,
      ) as string,
    });
    // The solver stood still from that iteration on.
    expect(losses.slice(0, -1).every(Number.isFinite)).toBe(true);
    const { layers } = await session.weights();
    const values = layers.flatMap(({ blobs }) => blobs.flatMap(({ data }) => [...data]));
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('are put down to the update where it was the parameter that broke', async () => {
    const text = netText.replace('top: "conv"\n', 'top: "conv" param { lr_mult: 1e5 }\n');
    const { session } = await open(solver.replace('0.01', '3e37'), await createWasmEngine(), text);
    await expect(session.run(go)).rejects.toThrow(
      /in parameter \d of layer "conv" \(Convolution\): .* The update of iteration \d+ made it so\. Lower base_lr/,
    );
  });
});

describe('the memory that is planned', () => {
  it('is what the processor engine takes, with one thread and with several', async () => {
    const cases = [
      [base, await createWasmEngine()],
      [`${base} type: "Adam" momentum: 0.9 iter_size: 2`, await openNodeWasmEngine({ threads: 3 })],
    ] as const;
    for (const [solverText, engine] of cases) {
      const { watched, planned } = watchPlans(engine);
      const { session } = await open(solverText, watched);
      expect(planned).toEqual([session.bytes]);
      session.dispose();
      engine.dispose();
    }
  });
});
