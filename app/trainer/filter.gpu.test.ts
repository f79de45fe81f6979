/** Training with a Filter layer on WebGPU: the numbers are the interpreter's, and a program that grows keeps its schedules. */
import { expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { generateSample } from '../data/sample.ts';
import type { Engine, LoadOptions } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession } from './session.ts';

const dataset = generateSample(3, { train: 40, test: 12 });
const text = `
layer { name: "in" type: "Data" top: "data" top: "label" transform_param { scale: 0.01 } data_param { batch_size: 6 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 stride: 3 weight_filler { type: "xavier" } } }
layer { name: "some" type: "Threshold" bottom: "label" top: "some" threshold_param { threshold: 2.5 } }
layer { name: "pick" type: "Filter" bottom: "conv" bottom: "label" bottom: "some" top: "picked" top: "labels" }
layer { name: "ip" type: "InnerProduct" bottom: "picked" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "labels" top: "loss" }`;

async function lossesOn(engine: Engine): Promise<number[]> {
  const record = [dataset.channels, dataset.height, dataset.width];
  const losses: number[] = [];
  const session = await TrainingSession.create({
    engine,
    train: buildNet(text, { phase: 'TRAIN', layers: layerTable, record }),
    tests: [],
    solver: readSolver('base_lr: 0.02 lr_policy: "fixed" momentum: 0.9 max_iter: 6').solver,
    seed: 5,
    schedules: {},
    feed: new DatasetFeed(dataset, { seed: 5, shuffle: true, mean: new Float32Array() }),
    events: { losses: (_, some) => void losses.push(...some) },
  });
  await session.run(() => 'go');
  session.dispose();
  return losses;
}

it('learns from the items that pass, on WebGPU', async () => {
  const engine = await openNodeEngine();
  const loads: (LoadOptions | undefined)[] = [];
  const watched: Engine = {
    info: engine.info,
    limits: engine.limits,
    lost: engine.lost,
    plan: (program) => engine.plan(program),
    load: (program, options) => {
      loads.push(options);
      return engine.load(program, options);
    },
    dispose: () => engine.dispose(),
  };
  const ours = await lossesOn(watched);
  const exact = await lossesOn(createReferenceEngine());
  expect(ours).toHaveLength(6);
  ours.forEach((loss, i) => {
    expect(Math.abs(loss - (exact[i] ?? NaN))).toBeLessThan(1e-4);
  });
  // Another number of items that pass joins the program; it runs by the schedules that the run was begun with.
  expect(loads.length).toBeGreaterThan(1);
  expect(loads.map((options) => options?.schedules)).toEqual(loads.map(() => ({})));
  engine.dispose();
});
