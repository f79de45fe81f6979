/** Times by layer: every layer that computes has one, fused work counts once, a run beside it is not touched. */
import { expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { createWasmEngine } from '../engine/wasm/wasm-engine.ts';
import { layerTable } from '../layers/index.ts';
import { timeLayers } from './layer-times.ts';

const net = buildNet(
  `layer { name: "in" type: "Data" top: "data" top: "label" data_param { batch_size: 4 } }
   layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
     convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
   layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
   layer { name: "conv1/ip" type: "InnerProduct" bottom: "conv1" top: "ip"
     inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
   layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`,
  { phase: 'TRAIN', layers: layerTable, record: [3, 12, 12] },
);

it('gives each layer the time of its own kernels', async () => {
  const engine = await createWasmEngine();
  const { layers, pass } = await timeLayers(engine, net, { backward: true, passes: 3 });
  expect(layers.map(({ name, type }) => [name, type])).toEqual(net.layers.map(({ name, type }) => [name, type]));
  const of = (name: string) => layers.find((layer) => layer.name === name);
  expect(pass).toBeGreaterThan(0);
  expect(of('conv1')?.forward).toBeGreaterThan(0);
  expect(of('conv1')?.backward).toBeGreaterThan(0);
  expect(of('conv1/ip')?.backward).toBeGreaterThan(0);
  // Folded into the convolution's kernel: no time of its own.
  expect(of('relu1')?.forward).toBe(0);
  expect(of('conv1')?.kernels.some(({ label }) => label.includes('relu1/forward'))).toBe(true);
  const forward = await timeLayers(engine, net, { backward: false, passes: 1 });
  expect(forward.layers.every(({ backward }) => backward === 0)).toBe(true);
  engine.dispose();
});

it('stops when it is asked to, with what it has', async () => {
  const engine = await createWasmEngine();
  let asked = 0;
  const { pass } = await timeLayers(engine, net, { backward: false, passes: 1000, cancelled: () => ++asked > 1 });
  expect(pass).toBeGreaterThan(0);
  expect(asked).toBe(2);
  engine.dispose();
});
