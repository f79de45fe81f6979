/**
 * Training with Filter layers: items whose label is 0 are taken out, which for a loss over the items that are left is the same
 * as ignoring that label.
 */
import { describe, expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { generateSample } from '../data/sample.ts';
import type { Engine } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { createWasmEngine } from '../engine/wasm/wasm-engine.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession } from './session.ts';
import { watchPlans } from './testing/watched-engine.ts';

const dataset = generateSample(3, { train: 40, test: 12 });
const record = [dataset.channels, dataset.height, dataset.width];
const go = () => 'go' as const;

/** A net up to its scores and labels, and what comes behind them. */
const netText = (behind: string): string => `
layer { name: "in" type: "Data" top: "data" top: "label" transform_param { scale: 0.01 mirror: true }
  data_param { batch_size: 6 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 stride: 3 weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
${behind}`;

const scores = (from: string): string => `
layer { name: "ip" type: "InnerProduct" bottom: "${from}" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }`;

const filtered = netText(`
layer { name: "some" type: "Threshold" bottom: "label" top: "some" threshold_param { threshold: 0.5 } }
layer { name: "pick" type: "Filter" bottom: "conv" bottom: "label" bottom: "some" top: "picked" top: "labels" }
${scores('picked')}
layer { name: "top3" type: "Accuracy" bottom: "ip" bottom: "labels" top: "top3" accuracy_param { top_k: 3 } include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "labels" top: "loss" }`);

const ignoring = netText(`${scores('conv')}
layer { name: "top3" type: "Accuracy" bottom: "ip" bottom: "label" top: "top3"
  accuracy_param { top_k: 3 ignore_label: 0 } include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" loss_param { ignore_label: 0 } }`);

async function open(text: string, engine: Engine, more = '') {
  const { solver, diagnostics } = readSolver(
    `base_lr: 0.02 lr_policy: "fixed" momentum: 0.9 max_iter: 100 test_iter: 2 test_interval: 4 ${more}`,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const net = (phase: 'TRAIN' | 'TEST') => buildNet(text, { phase, layers: layerTable, record });
  const losses: number[] = [];
  const tests: (readonly number[] | undefined)[] = [];
  const session = await TrainingSession.create({
    engine,
    train: net('TRAIN'),
    tests: [net('TEST')],
    solver,
    seed: 5,
    feed: new DatasetFeed(dataset, { seed: 5, shuffle: true, mean: new Float32Array() }),
    events: {
      losses: (_, some) => void losses.push(...some),
      tested: ({ outputs }) => void tests.push(outputs.get('top3'), outputs.get('loss')),
    },
  });
  return { session, losses, tests };
}

const close = (ours: readonly number[], theirs: readonly number[]): void => {
  expect(ours.length).toBe(theirs.length);
  ours.forEach((value, i) => expect(Math.abs(value - (theirs[i] ?? NaN))).toBeLessThan(1e-4));
};

describe('Filter', () => {
  it.each([
    ['the interpreter', '', () => Promise.resolve(createReferenceEngine() as Engine)],
    ['the processor', '', () => createWasmEngine() as Promise<Engine>],
    ['the processor, two batches at a time', 'iter_size: 2', () => createWasmEngine() as Promise<Engine>],
  ])('learns from the items that pass, on %s', async (_, more, engineOf) => {
    const { watched, planned } = watchPlans(await engineOf());
    const ours = await open(filtered, watched, more);
    expect(planned).toEqual([ours.session.bytes]);
    const theirs = await open(ignoring, await engineOf(), more);
    await ours.session.run(go, 9);
    await theirs.session.run(go, 9);
    close(ours.losses, theirs.losses);
    expect(ours.tests.length).toBe(6);
    ours.tests.forEach((values, i) => {
      close(values ?? [], theirs.tests[i] ?? []);
    });
    const [a, b] = [await ours.session.weights(), await theirs.session.weights()];
    a.layers
      .flatMap(({ blobs }) => blobs)
      .forEach(({ data }, i) => {
        close([...data], [...(b.layers.flatMap(({ blobs }) => blobs)[i]?.data ?? [])]);
      });
    ours.session.dispose();
    theirs.session.dispose();
  });

  it('gives the same bits when a run is broken off', async () => {
    const engine = await createWasmEngine();
    const [whole, first, second] = [
      await open(filtered, engine),
      await open(filtered, engine),
      await open(filtered, engine),
    ];
    await whole.session.run(go, 7);
    await first.session.run(go, 3);
    const { weights, state } = await first.session.snapshot();
    second.session.load(weights);
    second.session.restore(state);
    await second.session.run(go, 4);
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
  });

  it('ends with a sentence where no item passes', async () => {
    const { session } = await open(filtered.replace('threshold: 0.5', 'threshold: 50'), createReferenceEngine());
    await expect(session.run(go)).rejects.toThrow(/^No item of batch 0 passes the Filter layer "pick"/);
  });

  it('names where numbers broke behind it', async () => {
    const log = 'layer { name: "log" type: "Log" bottom: "picked" top: "log" }\nlayer { name: "ip"';
    const text = filtered
      .replace('layer { name: "ip"', log)
      .replace('bottom: "picked" top: "ip"', 'bottom: "log" top: "ip"');
    const { session } = await open(text, await createWasmEngine());
    await expect(session.run(go)).rejects.toThrow(/in blob "log", which layer "log" \(Log\) computes/);
  });

  it('refuses what would lose its shape', async () => {
    const transposed = netText(`
layer { name: "some" type: "Threshold" bottom: "label" top: "some" threshold_param { threshold: 0.5 } }
layer { name: "pick" type: "Filter" bottom: "conv" bottom: "some" top: "picked" }
layer { name: "ip" type: "InnerProduct" bottom: "picked" top: "ip" inner_product_param { axis: 0 num_output: 10 } }
layer { name: "loss" type: "Reduction" bottom: "ip" top: "loss" loss_weight: 1 }`);
    const { session } = await open(transposed, createReferenceEngine());
    await expect(session.run(go)).rejects.toThrow(
      /Layer "ip", behind a Filter: the shape of its parameters would change/,
    );
  });
});
