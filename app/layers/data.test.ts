/** The Data layer's transformations against Caffe's rules, and the layers that draw random numbers. */
import { describe, expect, test } from 'vitest';
import { fill } from '../engine/train/fillers.ts';
import { interpretNet } from './testing/interpreted-net.ts';
import { oneLayer } from './testing/one-layer.ts';

const [channels, height, width] = [2, 5, 6];
const record = [channels, height, width];
const pixels = channels * height * width;

/** Bytes of a batch; every pixel of it is different. */
const batch = (count: number): Uint8Array => Uint8Array.from({ length: count * pixels }, (_, i) => i);
const pixel = (image: number, channel: number, y: number, x: number): number =>
  image * pixels + (channel * height + y) * width + x;

const data = (count: number, transform: string): string =>
  `layer { name: "data" type: "Data" top: "x" top: "label" transform_param { ${transform} } data_param { batch_size: ${count} } }`;

async function images(
  text: string,
  phase: 'TRAIN' | 'TEST',
  values: Record<string, ArrayLike<number>>,
  scalars: { readonly seed?: number; readonly pass?: number } = {},
): Promise<Float64Array> {
  const net = await interpretNet(text, { phase, record, backward: false });
  return net.run(new Map(Object.entries(values)), scalars).get('top/x') ?? new Float64Array();
}

/** How a crop of side 3 of one image was taken, from its values. */
function decisionOf(x: Float64Array, image: number): { y: number; x: number; mirror: boolean } {
  const at = (c: number, y: number, q: number): number => x[((image * channels + c) * 3 + y) * 3 + q] ?? NaN;
  const mirror = at(0, 0, 1) < at(0, 0, 0);
  const corner = Math.min(at(0, 0, 0), at(0, 0, 2)) - image * pixels;
  const place = { y: Math.floor(corner / width), x: corner % width, mirror };
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < 3; y++)
      for (let q = 0; q < 3; q++)
        expect(at(c, y, q)).toBe(pixel(image, c, place.y + y, place.x + (mirror ? 2 - q : q)));
  return place;
}

describe('Data', () => {
  test('subtracts a mean per channel, then scales', async () => {
    const x = await images(data(1, 'scale: 0.5 mean_value: 10 mean_value: 20'), 'TEST', { 'data/images': batch(1) });
    expect(x[0]).toBe((pixel(0, 0, 0, 0) - 10) * 0.5);
    expect(x[pixels - 1]).toBe((pixel(0, 1, height - 1, width - 1) - 20) * 0.5);
  });

  test('subtracts one mean from all channels', async () => {
    const x = await images(data(1, 'mean_value: 3'), 'TEST', { 'data/images': batch(1) });
    expect([x[0], x[pixels - 1]]).toEqual([-3, pixels - 1 - 3]);
  });

  test('passes labels on', async () => {
    const net = await interpretNet(data(2, ''), { phase: 'TEST', record });
    const values = new Map<string, ArrayLike<number>>([
      ['data/images', batch(2)],
      ['data/labels', [7, 3]],
    ]);
    expect([...(net.run(values).get('top/label') ?? [])]).toEqual([7, 3]);
  });

  test('crops the centre while testing, and takes the mean of the same place', async () => {
    const mean = Float32Array.from({ length: pixels }, (_, i) => 2 * i);
    const x = await images(data(1, 'crop_size: 3 mean_file: "mean.binaryproto"'), 'TEST', {
      'data/images': batch(1),
      'data/mean': mean,
    });
    expect(x.length).toBe(channels * 9);
    expect(x[0]).toBe(-pixel(0, 0, 1, 1));
    expect(x[channels * 9 - 1]).toBe(-pixel(0, 1, 3, 3));
  });

  test('crops and mirrors at random while training: one decision for each image, anew in each pass', async () => {
    const text = data(4, 'crop_size: 3 mirror: true');
    const seen = new Set<string>();
    const net = await interpretNet(text, { phase: 'TRAIN', record, backward: false });
    for (let pass = 0; pass < 60; pass++) {
      const x = net.run(new Map([['data/images', batch(4)]]), { pass }).get('top/x') ?? new Float64Array();
      for (let image = 0; image < 4; image++) seen.add(JSON.stringify(decisionOf(x, image)));
    }
    // 3 rows × 4 columns × mirrored or not.
    expect(seen.size).toBe(24);
  });

  test('the same seed and pass give the same crop, another seed another', async () => {
    const text = data(4, 'crop_size: 3');
    const given = { 'data/images': batch(4) };
    const first = await images(text, 'TRAIN', given, { seed: 5, pass: 9 });
    expect(await images(text, 'TRAIN', given, { seed: 5, pass: 9 })).toEqual(first);
    expect(await images(text, 'TRAIN', given, { seed: 6, pass: 9 })).not.toEqual(first);
  });

  test('mirrors while testing too, as Caffe does', async () => {
    const net = await interpretNet(data(4, 'crop_size: 3 mirror: true'), { phase: 'TEST', record });
    const mirrored = Array.from({ length: 10 }, (_, pass) => {
      const x = net.run(new Map([['data/images', batch(4)]]), { pass }).get('top/x') ?? new Float64Array();
      return [0, 1, 2, 3].map((i) => decisionOf(x, i)).map((d) => ({ ...d, mirror: Number(d.mirror) }));
    }).flat();
    expect(mirrored.every((d) => d.y === 1 && d.x === 1)).toBe(true);
    const share = mirrored.reduce((n, d) => n + d.mirror, 0) / mirrored.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
  });
});

describe('Dropout', () => {
  const text = (ratio: number): string =>
    `force_backward: true\n${oneLayer('Dropout', [[50, 40]], `dropout_param { dropout_ratio: ${ratio} }`)}`;
  const ones = new Float64Array(2000).fill(1);
  const values = new Map([
    ['bottom/a', ones],
    ['top_diff/y', ones],
  ]);

  test('drops the given share, scales the rest, and lets the gradient through the same places', async () => {
    const results = (await interpretNet(text(0.3))).run(values);
    const y = results.get('top/y') ?? new Float64Array();
    const kept = y.filter((v) => v !== 0);
    expect(kept.every((v) => Math.abs(v - 1 / 0.7) < 1e-12)).toBe(true);
    expect(kept.length / y.length).toBeCloseTo(0.7, 1);
    expect(results.get('bottom_diff/a')).toEqual(y);
  });

  test('another pass drops other places', async () => {
    const net = await interpretNet(text(0.5));
    expect(net.run(values, { pass: 1 }).get('top/y')).not.toEqual(net.run(values, { pass: 2 }).get('top/y'));
  });

  test('lets everything pass while testing', async () => {
    expect((await interpretNet(text(0.5), { phase: 'TEST' })).run(values).get('top/y')).toEqual(ones);
  });
});

describe('DummyData', () => {
  async function filled(filler: string, shape: string): Promise<Float64Array> {
    const text = `layer { name: "d" type: "DummyData" top: "y" dummy_data_param { shape { ${shape} } data_filler { ${filler} } } }`;
    return (await interpretNet(text, { phase: 'TEST' })).run(new Map()).get('top/y') ?? new Float64Array();
  }
  const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
  const deviation = (x: Float64Array): number => {
    const m = mean(x);
    return Math.sqrt(mean(x.map((v) => (v - m) ** 2)));
  };
  const many = 'dim: 50 dim: 400';

  test('constant', async () => {
    expect(new Set(await filled('value: 2.5', 'dim: 3 dim: 4'))).toEqual(new Set([2.5]));
  });

  test('uniform', async () => {
    const x = await filled('type: "uniform" min: -1 max: 3', many);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...x)).toBeLessThan(3);
    expect(mean(x)).toBeCloseTo(1, 1);
  });

  test('gaussian: mean, deviation, and as many beyond one, two and three deviations as there should be', async () => {
    const x = await filled('type: "gaussian" mean: 3 std: 2', many);
    expect(mean(x)).toBeCloseTo(3, 1);
    expect(deviation(x)).toBeCloseTo(2, 1);
    const beyond = (k: number): number => x.filter((v) => Math.abs(v - 3) > 2 * k).length / x.length;
    expect(beyond(1)).toBeCloseTo(0.3173, 1);
    expect(beyond(2)).toBeCloseTo(0.0455, 2);
    expect(beyond(3)).toBeCloseTo(0.0027, 2);
  });

  test('xavier and msra scale by the inputs of an item', async () => {
    const limit = Math.sqrt(3 / 400);
    const xavier = await filled('type: "xavier"', many);
    expect(Math.max(...xavier.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(deviation(xavier)).toBeCloseTo(limit / Math.sqrt(3), 2);
    expect(deviation(await filled('type: "msra"', many))).toBeCloseTo(Math.sqrt(2 / 400), 2);
  });

  test('sparse gaussian keeps about that many inputs of each output', async () => {
    const x = await filled('type: "gaussian" std: 2 sparse: 10', many);
    const kept = x.filter((v) => v !== 0);
    expect(kept.length / x.length).toBeCloseTo(10 / 50, 2);
    expect(deviation(kept)).toBeCloseTo(2, 1);
  });

  test('positive_unitball sums to 1 over each item', async () => {
    const x = await filled('type: "positive_unitball"', 'dim: 3 dim: 2 dim: 17');
    for (const item of [0, 1, 2]) expect(mean(x.subarray(item * 34, (item + 1) * 34)) * 34).toBeCloseTo(1, 12);
    expect(new Set(x).size).toBeGreaterThan(95);
  });

  test('bilinear is what the parameters are filled with', async () => {
    const x = await filled('type: "bilinear"', 'dim: 2 dim: 3 dim: 5 dim: 5');
    expect(Float32Array.from(x)).toEqual(fill({ type: 'bilinear' }, [2, 3, 5, 5], 1, 0));
  });

  test('refuses what it cannot fill', async () => {
    await expect(filled('type: "bilinear"', 'dim: 3 dim: 4')).rejects.toThrow(
      'The filler "bilinear" is for blobs of four axes of which the last two are equal: use another.',
    );
    await expect(filled('type: "gausian"', 'dim: 3 dim: 4')).rejects.toThrow('There is no filler "gausian"');
  });

  test('two tops draw numbers of their own', async () => {
    const text =
      'layer { name: "d" type: "DummyData" top: "y" top: "z" dummy_data_param { shape { dim: 9 } data_filler { type: "uniform" } } }';
    const results = (await interpretNet(text, { phase: 'TEST' })).run(new Map());
    expect(new Set([...(results.get('top/y') ?? []), ...(results.get('top/z') ?? [])]).size).toBe(18);
  });
});

describe('other layers that bring data in', () => {
  test('ImageData transforms the images of the data set as Data does', async () => {
    const text =
      'layer { name: "data" type: "ImageData" top: "x" top: "label" transform_param { scale: 0.5 mean_value: 3 } image_data_param { source: "list.txt" batch_size: 1 } }';
    const x = await images(text, 'TEST', { 'data/images': batch(1) });
    expect([x[0], x[pixels - 1]]).toEqual([-1.5, (pixels - 4) / 2]);
  });

  test('ImageData does not resize', async () => {
    const text =
      'layer { name: "data" type: "ImageData" top: "x" image_data_param { source: "list.txt" new_height: 9 new_width: 9 } }';
    await expect(images(text, 'TEST', {})).rejects.toThrow(
      'The images of the data set are 2×5×6 and are not resized: remove new_height and new_width.',
    );
  });

  test.each([
    ['MemoryData', 'memory_data_param { batch_size: 2 channels: 1 height: 1 width: 2 }', 4],
    ['WindowData', 'window_data_param { source: "list.txt" batch_size: 1 }', 60],
  ])('the tops of %s are written by who runs the net', async (type, settings, count) => {
    const text = `layer { name: "data" type: "${type}" top: "x" top: "label" ${settings} } layer { name: "op" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }`;
    const net = await interpretNet(text, { phase: 'TEST', record });
    const x = Array.from({ length: count }, (_, i) => i);
    expect([...(net.run(new Map([['bottom/x', x]])).get('top/y') ?? [])]).toEqual(x.map((v) => 2 * v));
  });
});
