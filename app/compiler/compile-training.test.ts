/** What is compiled of a training: nothing is computed backward for what is frozen, and nothing more for the guard. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { outputAxes } from '../engine/ir/kernel.ts';
import type { UpdateSettings } from '../engine/train/solver-update.ts';
import { definitionOf, layerTable } from '../layers/index.ts';
import { compileNet } from './compile-net.ts';
import { compileTraining, singleProgram } from './compile-training.ts';

const frozen = 'param { lr_mult: 0 } param { lr_mult: 0 }';
const net = (first: string, second: string): string => `
  layer { name: "in" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } shape { dim: 2 } } }
  layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" ${first} convolution_param { num_output: 4 kernel_size: 3 } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "ip1" type: "InnerProduct" bottom: "conv" top: "ip1" ${second} inner_product_param { num_output: 6 } }
  layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 5 } }
  layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" }`;

const sgd: UpdateSettings = {
  rule: { type: 'SGD', momentum: 0.9 },
  weightDecay: 0.01,
  regularization: 'L2',
  iterSize: 1,
};

/** Labels of the kernels of a training, and buffers that its kernels store gradients of parameters in. */
function compiled(first: string, second: string, settings = sgd) {
  const train = buildNet(net(first, second), { phase: 'TRAIN', layers: layerTable });
  expect(train.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { program, histories } = compileTraining({ train, tests: [] }, definitionOf, settings);
  const kernels = [...(program.sequences['train'] ?? []), ...(program.sequences['update'] ?? [])];
  const backward = kernels.flatMap(({ label }) => label.split(' + ')).filter((label) => label.includes('/backward'));
  return {
    backward: [...new Set(backward.map((label) => label.split('/backward')[0]))].sort(),
    updated: kernels.filter(({ label }) => label.endsWith('/update')).map(({ label }) => label),
    gradients: program.buffers.filter(({ id }) => /^(train\/)?diff:(conv|ip1)/.test(id)).map(({ id }) => id),
    histories,
  };
}

describe('lr_mult: 0', () => {
  test('of the layers below costs nothing backward', () => {
    const all = compiled('', '');
    expect(all.backward).toEqual(['conv', 'ip1', 'ip2', 'loss', 'relu']);
    const half = compiled(frozen, frozen);
    expect(half.backward).toEqual(['ip2', 'loss']);
    expect(half.gradients).toEqual([]);
    expect(half.updated).toEqual(['param:ip2/0/update', 'param:ip2/1/update']);
  });

  test('in between passes the gradient on, but has none of its own', () => {
    const between = compiled('', frozen);
    expect(between.backward).toEqual(['conv', 'ip1', 'ip2', 'loss', 'relu']);
    expect(between.gradients.some((id) => id.startsWith('diff:ip1'))).toBe(false);
  });

  test('has a history where the rule keeps means of the decay, as Caffe', () => {
    const kept = (settings: UpdateSettings) =>
      compiled(frozen, '', settings).histories.map((h) => h.buffer !== undefined);
    expect(kept(sgd)).toEqual([false, false, true, true, true, true]);
    expect(kept({ ...sgd, rule: { type: 'AdaGrad', delta: 1e-8 } })).toEqual([true, true, true, true, true, true]);
  });
});

test('the guard against broken numbers adds no kernel, and reads nothing but the loss', () => {
  const train = buildNet(net('', ''), { phase: 'TRAIN', layers: layerTable });
  const kernels = (guard: boolean) =>
    singleProgram(compileNet(train, definitionOf, { prefix: 'train', backward: true, ringSlots: 4, guard })).sequences[
      'run'
    ] ?? [];
  const [plain, guarded] = [kernels(false), kernels(true)];
  expect(guarded.map(({ label }) => label)).toEqual(plain.map(({ label }) => label));
  const changed = guarded.filter((kernel, i) => kernel.stores.length !== plain[i]?.stores.length);
  expect(changed.map(({ label }) => label)).toEqual(['loss/forward + loss/report']);
  expect(
    changed
      .map(outputAxes)
      .flat()
      .every(({ extent }) => extent === 1),
  ).toBe(true);
});
