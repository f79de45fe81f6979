/** The kernels behind a layer, as the page asks for them. */
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { timeLayers } from '../trainer/layer-times.ts';
import { kernelsOf, passOf } from './layer-desk.ts';
import { typedNet } from './run-nets.ts';

const netText = `
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 1 dim: 6 dim: 6 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 3 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "ip" type: "InnerProduct" bottom: "conv1" top: "ip" inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
`;

describe('the kernels of a layer', () => {
  const engine = createReferenceEngine();
  const of = (layer: string, phase: 'TRAIN' | 'TEST' = 'TRAIN') =>
    kernelsOf(engine, { netText, phase, layer }, undefined).kernels;

  test('come with their expression, WGSL and work, in both passes', () => {
    const kernels = of('conv1');
    expect(new Set(kernels.map(({ pass }) => pass))).toEqual(new Set(['forward', 'backward']));
    const [forward] = kernels;
    expect(forward?.label).toContain('conv1/forward');
    expect(forward?.expression).toContain('acc = sum(');
    expect(forward?.wgsl).toContain('@compute');
    // Two images of 3 maps of 4×4, nine multiply-adds each.
    expect(forward?.flops).toBeGreaterThanOrEqual(2 * (2 * 3 * 16) * 9);
    expect(forward?.bytes).toBeGreaterThan(0);
  });

  test('have the labels of the measured times', async () => {
    const times = await timeLayers(engine, typedNet(netText, 'TRAIN', undefined, undefined), {
      backward: true,
      passes: 1,
    });
    const measured = new Set(times.layers.flatMap(({ kernels }) => kernels.map(({ label }) => label)));
    for (const layer of ['conv1', 'relu1', 'ip', 'loss'])
      for (const { label } of of(layer)) expect(measured).toContain(label);
  });

  test('a layer that another kernel computes has that kernel', () => {
    const kernels = of('relu1');
    expect(kernels.length).toBeGreaterThan(0);
    expect(kernels.every(({ label }) => label.includes('relu1/'))).toBe(true);
    expect(kernels[0]?.label).toContain('conv1/forward');
  });

  test('in the TEST phase there is nothing backward', () => {
    expect(of('conv1', 'TEST').map(({ pass }) => pass)).toEqual(['forward']);
  });

  test('a mistake of the net is told', () => {
    const question = {
      netText: netText.replace('"conv1" convolution_param', '"x" convolution_param'),
      phase: 'TRAIN',
      layer: 'ip',
    } as const;
    expect(() => kernelsOf(engine, question, undefined)).toThrow(/mistake/);
  });
});

test('names that begin alike are not taken for one another', () => {
  expect(passOf('conv1/dw/forward', 'conv1')).toBeUndefined();
  expect(passOf('conv10/forward', 'conv1')).toBeUndefined();
  expect(passOf('ip1/forward, parts', 'ip1')).toBe('forward');
  expect(passOf('pool1/forward + relu1/forward', 'relu1')).toBe('forward');
  expect(passOf('conv1/backward/bias, parts', 'conv1')).toBe('backward');
});
