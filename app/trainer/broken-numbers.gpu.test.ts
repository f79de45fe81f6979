/** A GPU's own max() may give 0 for a value that is no number: behind a rectifier a broken run must show all the same. */
import { afterAll, describe, expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { generateSample } from '../data/sample.ts';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import { layerTable } from '../layers/index.ts';
import { DatasetFeed } from './feed.ts';
import { TrainingSession } from './session.ts';

const dataset = generateSample(3, { train: 8, test: 4 });
const record = [dataset.channels, dataset.height, dataset.width];

const netText = (rectifier: string): string => `
layer { name: "in" type: "Data" top: "data" top: "label" transform_param { mean_value: 128 }
  data_param { batch_size: 2 } }
layer { name: "huge" type: "InnerProduct" bottom: "data" top: "huge"
  inner_product_param { num_output: 4 weight_filler { type: "constant" value: 3e38 } } }
layer { name: "act" ${rectifier} bottom: "huge" top: "act" }
layer { name: "ip" type: "InnerProduct" bottom: "act" top: "ip"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`;

describe('numbers that are none, on a GPU', () => {
  const engine = openNodeEngine();
  afterAll(async () => (await engine).dispose());

  it.each([
    'type: "ReLU"',
    'type: "ReLU" relu_param { negative_slope: 0.1 }',
    'type: "ReLU6"',
    'type: "PReLU"',
    'type: "Clip" clip_param { min: 0 max: 5 }',
  ])('pass %s, and the first place of them is named', async (rectifier) => {
    const net = (phase: 'TRAIN' | 'TEST') => buildNet(netText(rectifier), { phase, layers: layerTable, record });
    const { solver } = readSolver('base_lr: 0.01 lr_policy: "fixed" max_iter: 5');
    const session = await TrainingSession.create({
      engine: await engine,
      train: net('TRAIN'),
      tests: [],
      solver,
      seed: 5,
      feed: new DatasetFeed(dataset, { seed: 5, shuffle: false, mean: new Float32Array() }),
      events: {},
    });
    await expect(session.run(() => 'go')).rejects.toThrow(
      /^The loss became NaN at iteration 0\. The first values .* in blob "huge", which layer "huge" \(InnerProduct\) computes/,
    );
    session.dispose();
  });
});
