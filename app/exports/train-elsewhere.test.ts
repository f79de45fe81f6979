// The folders that a run goes elsewhere in: what the texts say. What PyTorch and Caffe's formats make of them is tested by
// other programs (npm run test:foreign).
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { galleryText } from '../caffe/testing/gallery-files.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { readBinaryproto } from '../caffe/wire/binaryproto.ts';
import { readCaffemodel } from '../caffe/wire/caffemodel.ts';
import type { ImageDataset } from '../data/dataset.ts';
import { readNpy, readNpz } from '../formats/npz.ts';
import { zipFolder, type Folder } from '../formats/zip-files.ts';
import { layerTable } from '../layers/index.ts';
import { caffeFolder } from './caffe/write-folder.ts';
import { pytorchProject } from './pytorch/write-project.ts';
import { numbers, randomWeights } from './testing/random-weights.ts';
import type { TrainingSource } from './training-source.ts';

const split = (count: number) => ({
  images: Uint8Array.from(numbers(1, count * 3072, 0, 256)),
  labels: Uint16Array.from({ length: count }, (_, i) => i % 10),
  count,
});

const dataset: ImageDataset = {
  name: 'Tiny',
  source: 'generated',
  channels: 3,
  height: 32,
  width: 32,
  classNames: ['a', 'b'],
  train: split(6),
  test: split(4),
};

function sourceOf(netText: string, solverText: string): TrainingSource {
  const net = (phase: 'TRAIN' | 'TEST') => buildNet(netText, { phase, layers: layerTable, record: [3, 32, 32] });
  const train = net('TRAIN');
  const mean = numbers(2, 3072, 100, 140);
  const run = { weights: randomWeights(train), dataset, mean, seed: 7, shuffle: true };
  return { name: 'My net', netText, solverText, train, test: net('TEST'), ...run };
}

const gallery = (name: string): TrainingSource =>
  sourceOf(galleryText(`${name}/train_test.prototxt`), galleryText(`${name}/solver.prototxt`));

const textOf = (folder: Folder, path: string): string => {
  const content = folder.get(path)?.content;
  if (content === undefined) throw new Error(`There is no ${path}.`);
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
};

const bytesOf = (folder: Folder, path: string): Uint8Array => {
  const content = folder.get(path)?.content;
  if (!(content instanceof Uint8Array)) throw new Error(`${path} is no file of bytes.`);
  return content;
};

describe('a PyTorch project', () => {
  test('reads as the network does, layer by layer', () => {
    const model = textOf(pytorchProject(gallery('cifar10_full')), 'model.py');
    expect(model).toContain('self.conv1 = nn.Conv2d(3, 32, 5, padding=2)');
    expect(model).toContain('pool1 = L.max_pool(conv1, kernel=(3, 3), stride=(2, 2), pad=(0, 0), out=(16, 16))');
    expect(model).toContain('norm1 = L.lrn_within(pool1, 3, 0.00005, 0.75)');
    expect(model).toContain('loss = L.softmax_loss(ip1, label, axis=1)');
    expect(model).toContain('return {"loss": total, "outputs": {"accuracy": accuracy, "loss": loss}}');
    expect(model).toContain('"conv1/1": (2, 1),');
  });

  test('has the weights, the images and what is done to them', () => {
    const source = gallery('resnet20');
    const project = pytorchProject(source);
    const settings = JSON.parse(textOf(project, 'settings.json')) as Record<string, Record<string, unknown>>;
    expect(settings['train']).toMatchObject({ batch_size: 128, mirror: true, mean_file: true, stream: 0 });
    expect(settings['solver']).toMatchObject({ lr_policy: 'multistep', momentum: 0.9, iter_size: 1 });
    expect(readNpy(bytesOf(project, 'data/train_images.npy')).shape).toEqual([6, 3, 32, 32]);
    expect(readNpy(bytesOf(project, 'data/mean.npy')).data).toEqual(source.mean);
    const weights = readNpz(bytesOf(project, 'weights.npz'));
    expect([...weights.keys()]).toEqual(
      source.weights.layers.flatMap(({ name, blobs }) => blobs.map((_, i) => `${name}/${i}`)),
    );
  });

  test('takes label smoothing and the range of pixels along, and is not made of a net that augments', () => {
    const solver = galleryText('opening/solver.prototxt');
    const with_ = (pixels: string) =>
      galleryText('opening/train_test.prototxt')
        .replace('transform_param {', `# crema: ${pixels}\n  transform_param {`)
        .replace('type: "SoftmaxWithLoss"', 'type: "SoftmaxWithLoss"\n  # crema: label_smoothing: 0.1');
    const project = pytorchProject(sourceOf(with_('pixels { range: UNIT reverse_channels: true }'), solver));
    expect(textOf(project, 'model.py')).toMatch(/L\.softmax_loss\(.*smoothing=0\.1\)/);
    const { train } = JSON.parse(textOf(project, 'settings.json')) as { train: Record<string, unknown> };
    expect(train).toMatchObject({ reverse_channels: true, mean_value: [128 * 255], scale: [0.0078125 / 255] });
    expect(() => pytorchProject(sourceOf(with_('augment { cutout: 8 }'), solver))).toThrow(
      /Layer "cifar" changes its training images \(cutout\)/,
    );
    const readme = textOf(caffeFolder(sourceOf(with_('augment { cutout: 8 }'), solver)), 'README.md');
    expect(readme).toContain('Caffe does less than Crema here');
    expect(readme).toContain('- layer loss: label_smoothing');
  });

  test('cannot be made of a layer that PyTorch has nothing like', () => {
    const text = `${galleryText('opening/train_test.prototxt')}
      layer { name: "columns" type: "Im2col" bottom: "data" top: "columns" convolution_param { kernel_size: 3 } }`;
    expect(() => pytorchProject(sourceOf(text, galleryText('opening/solver.prototxt')))).toThrow(
      /Layer "columns" \(Im2col\) cannot be written for PyTorch/,
    );
  });
});

describe('a Caffe folder', () => {
  const source = gallery('cifar10_quick');
  const folder = caffeFolder(source);

  test('has texts that name its own files, and are else as they were', () => {
    const net = textOf(folder, 'train_test.prototxt');
    expect(net).toContain('source: "data/train_lmdb"');
    expect(net).toContain('source: "data/test_lmdb"');
    expect(net).toContain('mean_file: "data/mean.binaryproto"');
    expect(net).not.toContain('examples/');
    const same = (text: string) =>
      text.split('\n').filter((line) => !/source:|mean_file:|backend:|net:|snapshot_prefix:/.test(line));
    expect(same(net)).toEqual(same(source.netText));
    const solver = textOf(folder, 'solver.prototxt');
    const { solver: read, diagnostics } = readSolver(solver, { namesNets: true });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(read).toMatchObject({ net: 'train_test.prototxt', snapshot_prefix: 'snapshots/My_net' });
    expect(same(solver)).toEqual(same(source.solverText));
  });

  test('has weights and mean as Caffe reads them, and a script that runs', () => {
    expect(readCaffemodel(bytesOf(folder, 'weights.caffemodel')).layers.map(({ name }) => name)).toContain('conv1');
    expect(readBinaryproto(bytesOf(folder, 'data/mean.binaryproto'))).toMatchObject({ shape: [1, 3, 32, 32] });
    expect(folder.get('train.sh')?.executable).toBe(true);
    expect(textOf(folder, 'train.sh')).toContain('-gpu "${GPU:-all}"');
  });

  test('comes out of its zip as it went in', async () => {
    const parts = await zipFolder('My_net_caffe', folder);
    const files = unzipSync(Uint8Array.from(parts.flatMap((part) => [...part])));
    expect(Object.keys(files)).toEqual([...folder.keys()].map((path) => `My_net_caffe/${path}`));
    expect(files['My_net_caffe/data/train_images.npy']).toEqual(bytesOf(folder, 'data/train_images.npy'));
  });

  test('says how far its zip is, and stops when it is told to', async () => {
    const large: Folder = new Map([['a', { content: new Uint8Array(20e6) }]]);
    const seen: number[] = [];
    await zipFolder('x', large, { progress: (done) => void seen.push(done) });
    expect(seen).toEqual([8 << 20, 16 << 20, 20e6]);
    const stop = new AbortController();
    await expect(zipFolder('x', large, { progress: () => stop.abort(), signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
