/** What the golden cases leave open: ties, everything ignored, hopeless scores, state over passes, very many bottoms. */
import { describe, expect, test } from 'vitest';
import { interpretNet } from './testing/interpreted-net.ts';
import { oneLayer } from './testing/one-layer.ts';

type Given = Record<string, readonly number[]>;

async function run(text: string, given: Given, phase: 'TRAIN' | 'TEST' = 'TRAIN'): Promise<Record<string, number[]>> {
  const net = await interpretNet(`force_backward: true\n${text}`, { phase });
  const results = net.run(new Map(Object.entries(given)));
  return Object.fromEntries([...results].map(([name, data]) => [name, [...data]]));
}

describe('Accuracy', () => {
  test('ties count against an item', async () => {
    const scores = [1, 1, 0, 0, 2, 1];
    const net = (k: number): string => oneLayer('Accuracy', [[2, 3], [2]], `accuracy_param { top_k: ${k} }`);
    const given = { 'bottom/a': scores, 'bottom/b': [0, 1] };
    expect((await run(net(1), given, 'TEST'))['top/y']).toEqual([0.5]);
    expect((await run(net(2), given, 'TEST'))['top/y']).toEqual([1]);
  });

  test('is 0 where every label is ignored, and in a class without items', async () => {
    const net = oneLayer('Accuracy', [[2, 2], [2]], 'accuracy_param { ignore_label: 1 }', ['y', 'each']);
    const scores = [1, 0, 0, 1];
    const ignored = await run(net, { 'bottom/a': scores, 'bottom/b': [1, 1] }, 'TEST');
    expect([ignored['top/y'], ignored['top/each']]).toEqual([[0], [0, 0]]);
    const half = await run(net, { 'bottom/a': scores, 'bottom/b': [0, 1] }, 'TEST');
    expect([half['top/y'], half['top/each']]).toEqual([[1], [1, 0]]);
  });
});

describe('SoftmaxWithLoss', () => {
  test('holds for large scores, and no item costs more than the smallest float allows', async () => {
    const net = oneLayer('SoftmaxWithLoss', [[1, 2], [1]]);
    const right = await run(net, { 'bottom/a': [1e4, -1e4], 'bottom/b': [0] });
    expect(right['top/y']).toEqual([0]);
    expect(right['bottom_diff/a']).toEqual([0, 0]);
    const wrong = await run(net, { 'bottom/a': [1e4, -1e4], 'bottom/b': [1] });
    expect(wrong['top/y']?.[0]).toBeCloseTo(-Math.log(1.1754943508222875e-38), 5);
    expect(wrong['bottom_diff/a']).toEqual([1, -1]);
  });

  test('is 0 where every label is ignored', async () => {
    const net = oneLayer('SoftmaxWithLoss', [[2, 2], [2]], 'loss_param { ignore_label: 1 }');
    const results = await run(net, { 'bottom/a': [1, 2, 3, 4], 'bottom/b': [1, 1] });
    expect([results['top/y'], results['bottom_diff/a']]).toEqual([[0], [0, 0, 0, 0]]);
  });

  test('the old normalize: false divides by the batch', async () => {
    const given = { 'bottom/a': new Array<number>(12).fill(0), 'bottom/b': [0, 1, 0, 1, 0, 1] };
    const loss = async (settings: string): Promise<number | undefined> =>
      (
        await run(
          oneLayer(
            'SoftmaxWithLoss',
            [
              [2, 2, 3],
              [2, 3],
            ],
            settings,
          ),
          given,
        )
      )['top/y']?.[0];
    expect(await loss('')).toBeCloseTo(Math.log(2), 12);
    expect(await loss('loss_param { normalize: false }')).toBeCloseTo(3 * Math.log(2), 12);
    expect(await loss('loss_param { normalize: false normalization: FULL }')).toBeCloseTo(Math.log(2), 12);
  });

  test('gives probabilities as a second top', async () => {
    const net = oneLayer('SoftmaxWithLoss', [[1, 2], [1]], 'loss_weight: 1 loss_weight: 0', ['y', 'p']);
    const { 'top/p': p = [] } = await run(net, { 'bottom/a': [Math.log(3), 0], 'bottom/b': [0] });
    expect(p.map((v) => v.toFixed(12))).toEqual(['0.750000000000', '0.250000000000']);
  });
});

describe('BatchNorm', () => {
  test('moves its statistics in each pass, and testing divides them by their scale', async () => {
    const net = oneLayer('BatchNorm', [[4, 1]], 'batch_norm_param { moving_average_fraction: 0.5 eps: 0 }');
    const train = await interpretNet(net, { phase: 'TRAIN' });
    const x = [1, 2, 3, 6];
    const state = { mean: 0, variance: 0, scale: 0 };
    let results = train.run(new Map([['bottom/a', x]]));
    for (let pass = 0; pass < 2; pass++) {
      // Mean 3, variance 3.5, corrected 14/3.
      state.mean = 0.5 * state.mean + 3;
      state.variance = 0.5 * state.variance + 14 / 3;
      state.scale = 0.5 * state.scale + 1;
      expect(results.get('param_after/op/0')?.[0]).toBeCloseTo(state.mean, 12);
      expect(results.get('param_after/op/1')?.[0]).toBeCloseTo(state.variance, 12);
      expect(results.get('param_after/op/2')?.[0]).toBeCloseTo(state.scale, 12);
      results = train.run(new Map());
    }
    const given = {
      'bottom/a': x,
      'param/op/0': [state.mean],
      'param/op/1': [state.variance],
      'param/op/2': [state.scale],
    };
    const { 'top/y': y = [] } = await run(net, given, 'TEST');
    y.forEach((v, i) => {
      expect(v).toBeCloseTo(((x[i] ?? 0) - 3) / Math.sqrt(14 / 3), 12);
    });
  });

  test('takes stored statistics without a scale as 0', async () => {
    const net = oneLayer('BatchNorm', [[2, 1]], 'batch_norm_param { eps: 0.25 }');
    const { 'top/y': y } = await run(
      net,
      { 'bottom/a': [1, 3], 'param/op/0': [5], 'param/op/1': [7], 'param/op/2': [0] },
      'TEST',
    );
    expect(y).toEqual([2, 6]);
  });
});

describe('Eltwise', () => {
  const inputs = Array.from(
    { length: 12 },
    (_, i) => `layer { name: "i${i}" type: "Input" top: "x${i}" input_param { shape { dim: 2 } } }`,
  );
  const net = (operation: string): string =>
    `${inputs.join('\n')}\nlayer { name: "op" type: "Eltwise" ${inputs.map((_, i) => `bottom: "x${i}"`).join(' ')} top: "y" eltwise_param { operation: ${operation} } }`;
  const given = Object.fromEntries(inputs.map((_, i) => [`bottom/x${i}`, [i, (i * 7) % 12]]));

  test('adds more blobs than one kernel can read', async () => {
    expect((await run(net('SUM'), { ...given, 'top_diff/y': [1, 2] }))['top/y']).toEqual([66, 66]);
  });

  test('the largest of many, and its gradient', async () => {
    const results = await run(net('MAX'), { ...given, 'top_diff/y': [5, 6] });
    expect(results['top/y']).toEqual([11, 11]);
    const gradients = inputs.map((_, i) => results[`bottom_diff/x${i}`]);
    // 7 · 5 mod 12 = 11: bottom 5 holds the second maximum.
    expect(gradients).toEqual(inputs.map((_, i) => [i === 11 ? 5 : 0, i === 5 ? 6 : 0]));
  });

  test('of two equal values the second bottom wins, as in Caffe', async () => {
    const two = oneLayer('Eltwise', [[1], [1]], 'eltwise_param { operation: MAX }');
    const results = await run(two, { 'bottom/a': [3], 'bottom/b': [3], 'top_diff/y': [1] });
    expect([results['bottom_diff/a'], results['bottom_diff/b']]).toEqual([[0], [1]]);
  });
});

describe('Pooling', () => {
  test('of equal values the first is the maximum, and the mask names its place in the image', async () => {
    const net = oneLayer('Pooling', [[1, 1, 2, 3]], 'pooling_param { kernel_size: 2 stride: 1 }', ['y', 'mask']);
    const results = await run(net, { 'bottom/a': [1, 1, 4, 1, 1, 4], 'top_diff/y': [10, 20], 'top_diff/mask': [0, 0] });
    expect(results['top/y']).toEqual([1, 4]);
    expect(results['top/mask']).toEqual([0, 2]);
    expect(results['bottom_diff/a']).toEqual([10, 0, 20, 0, 0, 0]);
  });

  test('STOCHASTIC draws a value as often as it is large, and passes the gradient to it', async () => {
    const net = await interpretNet(
      `force_backward: true\n${oneLayer('Pooling', [[1, 1000, 2, 2]], 'pooling_param { pool: STOCHASTIC kernel_size: 2 }')}`,
    );
    const values = [0, 1, 2, 5];
    const x = Array.from({ length: 4000 }, (_, i) => values[i % 4] ?? 0);
    const run = (pass: number) =>
      net.run(
        new Map([
          ['bottom/a', x],
          ['top_diff/y', new Array<number>(1000).fill(3)],
        ]),
        { pass },
      );
    const first = run(0);
    const y = [...(first.get('top/y') ?? [])];
    values.forEach((value) => {
      // Four standard deviations of a share among a thousand draws.
      const share = value / 8;
      const seen = y.filter((v) => v === value).length / 1000;
      expect(Math.abs(seen - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / 1000));
    });
    const diff = [...(first.get('bottom_diff/a') ?? [])];
    expect(diff).toEqual(x.map((v, i) => (v === y[i >> 2] ? 3 : 0)));
    expect([...(run(1).get('top/y') ?? [])]).not.toEqual(y);
    expect([...(run(0).get('top/y') ?? [])]).toEqual(y);
  });

  test('STOCHASTIC takes the weighted mean while testing, and 0 of zeros', async () => {
    const net = oneLayer('Pooling', [[1, 2, 2, 2]], 'pooling_param { pool: STOCHASTIC kernel_size: 2 }');
    expect((await run(net, { 'bottom/a': [0, 1, 2, 5, 0, 0, 0, 0] }, 'TEST'))['top/y']).toEqual([30 / 8, 0]);
  });

  test('a window over padding takes values below 0', async () => {
    const net = oneLayer('Pooling', [[1, 1, 2, 2]], 'pooling_param { kernel_size: 2 stride: 2 pad: 1 }');
    expect((await run(net, { 'bottom/a': [-1, -2, -3, -4] }, 'TEST'))['top/y']).toEqual([-1, -2, -3, -4]);
  });
});

test('Silence gives a gradient of 0 to what it reads', async () => {
  const net = `${oneLayer('Sigmoid', [[2]])}\nlayer { name: "s" type: "Silence" bottom: "y" }\nlayer { name: "l" type: "EuclideanLoss" bottom: "a" bottom: "a" top: "loss" }`;
  expect((await run(net, { 'bottom/a': [1, 2] }))['bottom_diff/a']).toEqual([0, 0]);
});

describe('ArgMax', () => {
  const of = async (settings: string, shape: readonly number[], x: readonly number[]): Promise<number[] | undefined> =>
    (await run(oneLayer('ArgMax', [shape], settings), { 'bottom/a': x }, 'TEST'))['top/y'];

  test('of equal values the later one comes first, as Caffe sorts them', async () => {
    expect(await of('', [2, 3], [4, 4, 1, 0, 2, 2])).toEqual([1, 2]);
    expect(await of('argmax_param { top_k: 3 }', [1, 4], [7, 7, 3, 7])).toEqual([3, 1, 0]);
  });

  test('gives indices and values of items, but only values along an axis', async () => {
    expect(await of('argmax_param { top_k: 2 out_max_val: true }', [1, 3], [5, 9, 7])).toEqual([1, 2, 9, 7]);
    const along = 'argmax_param { axis: -1 top_k: 2 out_max_val: true }';
    expect(await of(along, [2, 3], [5, 9, 7, 1, 2, 3])).toEqual([9, 7, 3, 2]);
  });
});

test('ReLU6 passes no gradient at its limits', async () => {
  const results = await run(oneLayer('ReLU6', [[5]]), { 'bottom/a': [-1, 0, 3, 6, 7], 'top_diff/y': [1, 1, 1, 1, 1] });
  expect([results['top/y'], results['bottom_diff/a']]).toEqual([
    [0, 0, 3, 6, 6],
    [0, 0, 1, 0, 0],
  ]);
});

test('DepthwiseConvolution is Convolution with a group for each channel', async () => {
  const settings = 'convolution_param { num_output: 3 group: 3 kernel_size: 3 pad: 1 }';
  const wave = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  const given = { 'bottom/a': wave(60), 'param/op/0': wave(27), 'param/op/1': wave(3), 'top_diff/y': wave(60) };
  const [ours, convolution] = [
    await run(oneLayer('DepthwiseConvolution', [[1, 3, 5, 4]], settings), given),
    await run(oneLayer('Convolution', [[1, 3, 5, 4]], settings), given),
  ];
  expect(ours).toEqual(convolution);
});

test('Axpy scales each channel of each image, and adds', async () => {
  const net = oneLayer('Axpy', [
    [2, 1],
    [2, 1, 1, 2],
    [2, 1, 1, 2],
  ]);
  const given = { 'bottom/a': [2, 3], 'bottom/b': [1, 2, 3, 4], 'bottom/c': [10, 20, 30, 40] };
  expect((await run(net, given, 'TEST'))['top/y']).toEqual([12, 24, 39, 52]);
});

describe('InfogainLoss', () => {
  test('with the identity as its matrix is SoftmaxWithLoss', async () => {
    const given = { 'bottom/a': [1, -2, 0.5, 3, 0, 1], 'bottom/b': [2, 0] };
    const identity = { 'bottom/c': [1, 0, 0, 0, 1, 0, 0, 0, 1] };
    const plain = await run(oneLayer('SoftmaxWithLoss', [[2, 3], [2]]), given);
    const weighed = await run(oneLayer('InfogainLoss', [[2, 3], [2], [3, 3]]), { ...given, ...identity });
    for (const name of ['top/y', 'bottom_diff/a'])
      weighed[name]?.forEach((v, i) => {
        expect(v).toBeCloseTo(plain[name]?.[i] ?? NaN, 12);
      });
  });

  test('takes no probability below 1e-20', async () => {
    const hopeless = { 'bottom/a': [100, -100], 'bottom/b': [1], 'bottom/c': [1, 0, 0, 1] };
    const { 'top/y': loss = [] } = await run(oneLayer('InfogainLoss', [[1, 2], [1], [2, 2]]), hopeless);
    expect(loss[0]).toBeCloseTo(-Math.log(1e-20), 10);
  });
});

test('an integer or index that names nothing gives zeros', async () => {
  const embed = oneLayer('Embed', [[3]], 'embed_param { input_dim: 2 num_output: 2 bias_term: false }');
  const words = await run(embed, {
    'bottom/a': [1, 2, -1],
    'param/op/0': [1, 2, 3, 4],
    'top_diff/y': [1, 1, 1, 1, 1, 1],
  });
  expect([words['top/y'], words['param_diff/op/0']]).toEqual([
    [3, 4, 0, 0, 0, 0],
    [0, 0, 1, 1],
  ]);
  const picks = await run(
    oneLayer('BatchReindex', [[2, 1], [3]]),
    { 'bottom/a': [5, 6], 'bottom/b': [1, 2, 0] },
    'TEST',
  );
  expect(picks['top/y']).toEqual([6, 0, 5]);
});

test('ContrastiveLoss counts an unlike pair only within the margin', async () => {
  const net = oneLayer('ContrastiveLoss', [[2, 2], [2, 2], [2]], 'contrastive_loss_param { margin: 6 }');
  const results = await run(net, { 'bottom/a': [3, 4, 30, 40], 'bottom/b': [0, 0, 0, 0], 'bottom/c': [0, 0] });
  // (6 − 5)² / (2 · 2 pairs); the gradient is Caffe's, which adds 1e-4 to the distance it divides by.
  expect(results['top/y']).toEqual([0.25]);
  const slope = -1 / 5.0001 / 2;
  [3 * slope, 4 * slope, 0, 0].forEach((v, i) => {
    expect(results['bottom_diff/a']?.[i]).toBeCloseTo(v, 12);
    expect(results['bottom_diff/b']?.[i]).toBeCloseTo(-v, 12);
  });
});
