/**
 * Augmentation against plain arithmetic in the interpreter and on the processor, how its random numbers are spread, and what
 * it leaves alone. `augment.gpu.test.ts` does the same on the GPU.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { openNodeWasmEngine } from '../engine/wasm/node-wasm.ts';
import { transformImages } from '../trainer/transformed-images.ts';
import { mixupParts } from '../trainer/mixup.ts';
import { augmentCases, expectAugmented, layerOf } from './testing/augment-cases.ts';
import { interpretNet } from './testing/interpreted-net.ts';

const wasm = openNodeWasmEngine({ threads: 2 });
afterAll(async () => {
  (await wasm).dispose();
});

describe('in the interpreter', () => {
  test.each(Object.entries(augmentCases))('%s', async (_, one) => {
    await expectAugmented(createReferenceEngine(), one);
  });
});

describe('on the processor', () => {
  test.each(Object.entries(augmentCases))('%s', async (_, one) => {
    await expectAugmented(await wasm, one);
  });
});

/** A row of `side` pixels whose values are their places, many to a batch. */
async function placesSeen(augment: string, side: number, count: number): Promise<number[][]> {
  const row = Array.from({ length: side }, (_, x) => x + 1);
  const images = Uint8Array.from(Array<number[]>(count).fill(row).flat());
  const layer = layerOf({ augment }, count);
  const { values } = await transformImages(await wasm, {
    layer,
    phase: 'TRAIN',
    record: [1, 1, side],
    images,
    seed: 3,
    pass: 0,
  });
  return Array.from({ length: count }, (_, i) => [...values.subarray(i * side, (i + 1) * side)]);
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: readonly number[]): number => mean(x.map((v) => (v - mean(x)) ** 2));

describe('random numbers are spread as they should be', () => {
  const MANY = 4000;

  test('pad shifts by every number of pixels alike often', async () => {
    const shifts = (await placesSeen('pad: 2 border: REFLECT', 9, MANY)).map((row) => (row[4] ?? NaN) - 5);
    for (let shift = -2; shift <= 2; shift++)
      expect(shifts.filter((s) => s === shift).length / MANY).toBeCloseTo(0.2, 1.3);
    expect(new Set(shifts).size).toBe(5);
  });

  test('brightness is even between 1 − b and 1 + b', async () => {
    const factors = (await placesSeen('brightness: 0.5', 3, MANY)).map((row) => (row[2] ?? NaN) / 3);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...factors)).toBeLessThan(1.5);
    expect(mean(factors)).toBeCloseTo(1, 1.5);
    expect(variance(factors)).toBeCloseTo(1 / 12, 2);
  });

  test('cutout covers each place as often as a square whose middle may lie anywhere', async () => {
    const rows = await placesSeen('cutout: 3', 9, MANY);
    const share = (x: number): number => rows.filter((row) => row[x] === 0).length / MANY;
    expect(share(4)).toBeCloseTo(3 / 9, 1.3);
    expect(share(0)).toBeCloseTo(2 / 9, 1.3);
  });

  test('parts of mixup are those of Beta(alpha, alpha), folded to their larger half', () => {
    for (const alpha of [0.2, 1, 4]) {
      const parts = [0, 1, 2, 3].flatMap((pass) => [...mixupParts(alpha, 9, pass, 2000)]);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0.5);
      // The square of 2λ − 1 has the mean 1 / (2 alpha + 1).
      expect(mean(parts.map((p) => (2 * p - 1) ** 2))).toBeCloseTo(1 / (2 * alpha + 1), 1.7);
    }
    expect(mixupParts(0.3, 5, 6, 9)).toEqual(mixupParts(0.3, 5, 6, 9));
    expect(mixupParts(0.3, 5, 6, 9)).not.toEqual(mixupParts(0.3, 5, 7, 9));
  });
});

describe('what it leaves alone', () => {
  const labels = (augment: string): Promise<readonly string[]> => kernelsOf(augment, 'TRAIN');

  async function kernelsOf(augment: string, phase: 'TRAIN' | 'TEST'): Promise<readonly string[]> {
    const comment = augment === '' ? '' : `\n# crema: augment { ${augment} }\n`;
    const net = await interpretNet(
      `layer { name: "d" type: "Data" top: "x" top: "y" transform_param { mirror: true } data_param { batch_size: 2 }${comment}}`,
      { phase, record: [3, 4, 4], backward: false },
    );
    return net.kernels;
  }

  test('the plain path has no kernel more than before; each kind adds what it needs', async () => {
    expect(await labels('')).toEqual(['d/forward', 'd/forward/labels']);
    expect(await labels('pad: 2 border: REFLECT')).toEqual(['d/forward', 'd/forward/labels']);
    expect(await labels('rotation: 4 hue: 0.1 cutout: 2')).toEqual([
      'd/forward/drawn',
      'd/forward',
      'd/forward/labels',
    ]);
    expect(await labels('contrast: 0.4')).toContain('d/forward/gray');
    expect(await labels('mixup: 0.4')).toEqual([
      'd/forward',
      'd/forward/mixed',
      'd/forward/labels',
      'd/forward/mixed-labels',
    ]);
  });

  test('testing sees the images as they are', async () => {
    expect(await kernelsOf('rotation: 4 mixup: 1 pad: 3', 'TEST')).toEqual(['d/forward', 'd/forward/labels']);
    const images = Uint8Array.from({ length: 2 * 48 }, (_, i) => i);
    const layer = layerOf({ augment: 'rotation: 40 hue: 0.5 cutout: 3 pad: 3 mixup: 1' }, 2);
    const request = { layer, phase: 'TEST', record: [3, 4, 4], images, seed: 1, pass: 0 } as const;
    const { values } = await transformImages(await wasm, request);
    expect([...values]).toEqual([...images]);
  });
});

describe('pixels', () => {
  test('turned round, from 0 to 1, less the mean, over the deviation: in both phases', async () => {
    const text =
      'layer { name: "d" type: "Data" top: "x" transform_param { mean_value: 0.1 mean_value: 0.2 mean_value: 0.3 scale: 2 } data_param { batch_size: 1 }\n# crema: pixels { reverse_channels: true range: UNIT std: [1, 2, 4] }\n}';
    for (const phase of ['TRAIN', 'TEST'] as const) {
      const net = await interpretNet(text, { phase, record: [3, 1, 1], backward: false });
      const x = net.run(new Map([['d/images', [51, 102, 255]]])).get('top/x') ?? [];
      const expected = [(2 * (1 - 0.1)) / 1, (2 * (0.4 - 0.2)) / 2, (2 * (0.2 - 0.3)) / 4];
      expected.forEach((value, c) => {
        expect(x[c]).toBeCloseTo(value, 6);
      });
    }
  });
});

describe('what does not fit is refused', () => {
  const wrong = (comment: string, record = [1, 4, 4], tops = 'top: "x" top: "y"'): Promise<unknown> =>
    interpretNet(`layer { name: "d" type: "Data" ${tops} data_param { batch_size: 2 }\n# crema: ${comment}\n}`, {
      record,
    });

  test.each([
    ['augment { hue: 0.1 }', 'hue is for colour images, but these have one channel: take it out.'],
    ['pixels { std: [1, 2] }', 'std is given 2 times for 1 channels: give one for all, or one for each.'],
  ])('%s', async (comment, message) => {
    await expect(wrong(comment)).rejects.toThrow(message);
  });

  test('mixup without labels, or without a loss that takes both', async () => {
    await expect(wrong('augment { mixup: 1 }', [1, 4, 4], 'top: "x"')).rejects.toThrow('mixup needs the labels');
    await expect(wrong('augment { mixup: 1 }')).rejects.toThrow(
      'Layer "d" mixes images (mixup), but no loss takes both of their labels: let a SoftmaxWithLoss read "y" directly, or take mixup out.',
    );
  });
});

describe('SoftmaxWithLoss', () => {
  const CLASSES = 3;
  const BATCH = 4;
  const net = (augment: string, smoothing: number): string => `
    layer { name: "d" type: "Data" top: "x" top: "y" transform_param { scale: 0.01 } data_param { batch_size: ${BATCH} }
      # crema: augment { ${augment} }
    }
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "s" inner_product_param { num_output: ${CLASSES} bias_term: false } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "s" bottom: "y" top: "loss"
      # crema: label_smoothing: ${smoothing}
    }`;
  const record = [1, 2, 2];
  const images = Array.from({ length: BATCH * 4 }, (_, i) => (i * 53) % 256);
  const labels = [2, 0, 1, 1];
  const weights = Float64Array.from({ length: CLASSES * 4 }, (_, i) => Math.sin(i + 1));
  const parts = mixupParts(0.7, 5, 3, BATCH);

  /** Cross entropy against the wanted distribution, from the images themselves. */
  async function expectedLoss(mixes: boolean, smoothing: number): Promise<number> {
    const layer = layerOf({ augment: mixes ? 'mixup: 0.7' : 'pad: 0', transform: 'scale: 0.01' }, BATCH);
    const { values } = await transformImages(createReferenceEngine(), {
      layer,
      phase: 'TRAIN',
      record,
      images: Uint8Array.from(images),
      seed: 5,
      pass: 3,
    });
    // Which image was mixed in shows in the values: own part and other part of the two.
    let loss = 0;
    for (let i = 0; i < BATCH; i++) {
      const x = [...values.subarray(i * 4, i * 4 + 4)];
      const own = images.slice(i * 4, i * 4 + 4).map((v) => v / 100);
      const part = mixes ? (parts[i] as number) : 1;
      const other = [0, 1, 2, 3].find(
        (j) =>
          j !== i &&
          x.every(
            (v, k) =>
              Math.abs(part * (own[k] as number) + (1 - part) * ((images[j * 4 + k] as number) / 100) - v) < 1e-4,
          ),
      );
      if (mixes && part < 0.999) expect(other, `partner of ${i}`).toBeDefined();
      const scores = Array.from({ length: CLASSES }, (_, k) =>
        x.reduce((s, v, j) => s + v * (weights[k * 4 + j] as number), 0),
      );
      const total = Math.log(scores.reduce((s, v) => s + Math.exp(v), 0));
      scores.forEach((score, k) => {
        const hit = part * Number(labels[i] === k) + (1 - part) * Number(labels[other ?? i] === k);
        loss -= ((1 - smoothing) * hit + smoothing / CLASSES) * (score - total);
      });
    }
    return loss / BATCH;
  }

  test.each([
    ['label smoothing', false, 0.2],
    ['mixed labels', true, 0],
    ['both', true, 0.1],
  ])(
    '%s: the loss is the cross entropy with what is wanted, and its gradient that of the loss',
    async (_, mixes, smoothing) => {
      const run = await interpretNet(net(mixes ? 'mixup: 0.7' : 'pad: 0', smoothing), { record });
      const values = new Map<string, ArrayLike<number>>([
        ['d/images', images],
        ['d/labels', labels],
        ['d/mixup', parts],
        ['param/ip/0', weights],
      ]);
      const scalars = { seed: 5, pass: 3 };
      const lossOf = (w: Float64Array): number =>
        run.run(new Map(values).set('param/ip/0', w), scalars).get('top/loss')?.[0] ?? NaN;
      expect(lossOf(weights)).toBeCloseTo(await expectedLoss(mixes, smoothing), 5);
      const gradient = run.run(values, scalars).get('param_diff/ip/0') ?? new Float64Array();
      gradient.forEach((slope, i) => {
        const [up, down] = [1e-5, -1e-5].map((step) => lossOf(weights.map((w, k) => (k === i ? w + step : w))));
        expect(((up ?? NaN) - (down ?? NaN)) / 2e-5).toBeCloseTo(slope, 6);
      });
    },
  );

  test('testing measures the loss against the label alone', async () => {
    const losses = [];
    for (const smoothing of [0, 0.3]) {
      const run = await interpretNet(net('pad: 0', smoothing), { record, phase: 'TEST' });
      const given = new Map<string, ArrayLike<number>>([
        ['d/images', images],
        ['d/labels', labels],
        ['param/ip/0', weights],
      ]);
      losses.push(run.run(given).get('top/loss')?.[0]);
    }
    expect(losses[0]).toBe(losses[1]);
  });
});
