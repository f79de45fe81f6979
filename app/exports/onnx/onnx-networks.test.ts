// Whole networks: what ONNX Runtime makes of images, bytes as they are, is what Crema makes of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildNet } from '../../caffe/net/build-net.ts';
import { galleryText } from '../../caffe/testing/gallery-files.ts';
import { createWasmEngine, type WasmEngine } from '../../engine/wasm/wasm-engine.ts';
import { layerTable } from '../../layers/index.ts';
import { deploy, prepare, type Deployed } from '../deploy.ts';
import { runDeployed } from '../run-deployed.ts';
import { judgedNets, trainBriefly } from '../testing/judged-nets.ts';
import { runOnnx } from '../testing/onnx-runtime.ts';
import { numbers, randomWeights } from '../testing/random-weights.ts';
import { sampleOf } from './sample.ts';
import { writeOnnx } from './write-onnx.ts';

let engine: WasmEngine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.dispose());

const mean = numbers(5, 3 * 32 * 32, 100, 140);

function deployed(file: string, record: readonly number[], means?: Float32Array): Deployed {
  return deploy(buildNet(galleryText(file), { phase: 'TEST', layers: layerTable, record }), means);
}

const images = (count: number, size: number) =>
  Array.from({ length: count }, (_, i) => Uint8Array.from(numbers(40 + i, size, 0, 256)));

async function compare(
  net: Deployed,
  weights: ReturnType<typeof randomWeights>,
  bytes: readonly ArrayLike<number>[],
): Promise<number> {
  const { preparation } = net;
  if (preparation === undefined) throw new Error('The net has no data layer.');
  const size = preparation.record.reduce((n, d) => n * d, 1);
  const batch = new Float32Array(bytes.length * size);
  bytes.forEach((image, i) => batch.set(image, i * size));
  const given = new Map([['images', { shape: [bytes.length, ...preparation.record], data: batch }]]);
  const found = await runOnnx(writeOnnx(net, weights), given);
  let worst = 0;
  for (const [i, image] of bytes.entries()) {
    const expected = await runDeployed(
      engine,
      net,
      weights,
      new Map([[preparation.blob, prepare(image, preparation)]]),
    );
    for (const [name, values] of expected) {
      const all = found.get(name)?.data ?? new Float32Array();
      expect(all.length).toBe(values.length * bytes.length);
      values.forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - (all[i * values.length + k] ?? NaN)));
      });
    }
  }
  return worst;
}

describe('ONNX Runtime agrees with Crema', () => {
  test.each(judgedNets)(
    'on $name, trained for $iterations iterations, on images of its data set',
    async (judged) => {
      const { net, dataset, mean, weights, losses } = await trainBriefly(engine, judged);
      const average = (some: readonly number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
      expect(losses).toHaveLength(judged.iterations);
      expect(average(losses.slice(-4))).toBeLessThan(average(losses.slice(0, 4)));
      const size = dataset.channels * dataset.height * dataset.width;
      const bytes = [0, 7, 100].map((i) => dataset.test.images.slice(i * size, (i + 1) * size));
      expect(await compare(deploy(net, mean), weights, bytes)).toBeLessThan(1e-4);
    },
    120_000,
  );

  test.each([
    ['cifar10_full', [3, 32, 32]],
    ['cifar10_sigmoid_bn', [3, 32, 32]],
    ['nin_cifar10', [3, 32, 32]],
  ])('on %s', async (name, record) => {
    const net = deployed(`${name}/train_test.prototxt`, record, mean);
    const size = record.reduce((n, d) => n * d, 1);
    expect(await compare(net, randomWeights(net.net), images(2, size))).toBeLessThan(1e-4);
  });

  test('on images from which the middle is cut', async () => {
    const text = `layer { name: "d" type: "Data" top: "data" top: "label" transform_param { crop_size: 5 mean_value: 100 mean_value: 110 scale: 0.02 } data_param { source: "x" batch_size: 4 } }
      layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 3 } }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`;
    const net = deploy(buildNet(text, { phase: 'TEST', layers: layerTable, record: [2, 8, 9] }));
    expect(await compare(net, randomWeights(net.net), images(3, 144))).toBeLessThan(1e-4);
  });

  test('on images that are turned to BGR, brought to 0 to 1 and divided by a deviation for each channel', async () => {
    const text = `layer { name: "d" type: "Data" top: "data" top: "label"
        # crema: pixels { reverse_channels: true range: UNIT std: 0.2 std: 0.25 std: 0.3 }
        transform_param { mean_value: 0.4 mean_value: 0.5 mean_value: 0.6 crop_size: 5 } data_param { source: "x" batch_size: 4 } }
      layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 3 } }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }`;
    const net = deploy(buildNet(text, { phase: 'TEST', layers: layerTable, record: [3, 7, 7] }));
    expect(net.preparation).toMatchObject({ reverse: true, crop: [5, 5] });
    // The first value that the net sees: row 1, column 1 of the last channel.
    const image = Uint8Array.from(numbers(3, 147, 0, 256));
    const [first] = prepare(image, net.preparation as NonNullable<typeof net.preparation>);
    expect(first).toBeCloseTo(((image[98 + 8] as number) / 255 - 0.4) / 0.2, 5);
    expect(await compare(net, randomWeights(net.net), images(3, 147))).toBeLessThan(1e-4);
  });

  test('on the sample that is kept in the file', async () => {
    const net = deployed('lenet/train_test.prototxt', [1, 28, 28]);
    const weights = randomWeights(net.net);
    const sample = await sampleOf(engine, net, weights);
    if (sample === undefined) throw new Error('There is no sample.');
    const classNames = ['zero', 'one'];
    const file = writeOnnx(net, weights, { classNames, sample });
    const text = new TextDecoder().decode(file);
    expect(text).toContain('["zero","one"]');
    const { prob } = JSON.parse(/\{"prob":\[[^\]]*\]\}/.exec(text)?.[0] ?? '{}') as { prob?: number[] };
    const input = Float32Array.from(sample.input);
    const found = await runOnnx(file, new Map([['images', { shape: [1, 1, 28, 28], data: input }]]));
    expect(prob).toHaveLength(10);
    found.get('prob')?.data.forEach((value, i) => expect(value).toBeCloseTo(prob?.[i] ?? NaN, 4));
  });
});

describe('what cannot be exported', () => {
  test('a mean file that is not at hand', () => {
    expect(() => deployed('resnet20/train_test.prototxt', [3, 32, 32])).toThrow(
      /mean\.binaryproto, which is not at hand/,
    );
  });

  test('weights of another network', () => {
    const net = deployed('lenet/train_test.prototxt', [1, 28, 28]);
    const others = randomWeights(deployed('nin_cifar10/train_test.prototxt', [3, 32, 32]).net);
    expect(() => writeOnnx(net, others)).toThrow(/parameter 0 of layer "conv1"|layer "conv1" is 20×1×5×5 here/i);
  });
});
