/** Values of the layers of forks, against formulas written down independently. */
import { expect, test } from 'vitest';
import { interpretNet } from './testing/interpreted-net.ts';
import { spreadValues } from './testing/numeric-gradient.ts';
import { oneLayer } from './testing/one-layer.ts';

/** The top of a layer over spread values, which are given back too. */
async function topOf(text: string, own: Readonly<Record<string, readonly number[]>> = {}) {
  const net = await interpretNet(text, { phase: 'TEST' });
  const values = new Map(
    net.given.map(({ name, shape }, salt) => [
      name,
      own[name] ?? [
        ...spreadValues(
          shape.reduce((n, d) => n * d, 1),
          1,
          salt,
        ),
      ],
    ]),
  );
  return { y: [...(net.run(values).get('top/y') ?? [])], x: values.get('bottom/a') ?? [], values };
}

const close = (ours: readonly number[], expected: readonly number[]): void => {
  expect(ours).toHaveLength(expected.length);
  expected.forEach((v, i) => {
    expect(ours[i]).toBeCloseTo(v, 9);
  });
};

test('Permute to channels last', async () => {
  const [N, C, H, W] = [2, 3, 5, 4];
  const { x, y } = await topOf(
    oneLayer('Permute', [[N, C, H, W]], 'permute_param { order: 0 order: 2 order: 3 order: 1 }'),
  );
  const expected: number[] = [];
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H; h++)
      for (let w = 0; w < W; w++) for (let c = 0; c < C; c++) expected.push(x[((n * C + c) * H + h) * W + w] ?? NaN);
  close(y, expected);
});

test('ShuffleChannel puts the members of the groups side by side', async () => {
  const { y } = await topOf(oneLayer('ShuffleChannel', [[1, 6, 1, 2]], 'shuffle_channel_param { group: 2 }'), {
    'bottom/a': [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51],
  });
  expect(y).toEqual([0, 1, 30, 31, 10, 11, 40, 41, 20, 21, 50, 51]);
});

test.each([false, true])('Normalize, across_spatial: %s', async (across) => {
  const [N, C, P] = [2, 3, 4];
  const { x, y, values } = await topOf(
    oneLayer('Normalize', [[N, C, 2, 2]], `norm_param { across_spatial: ${across} channel_shared: false eps: 0.1 }`),
  );
  const factors = values.get('param/op/0') ?? [];
  const at = (n: number, c: number, p: number): number => x[(n * C + c) * P + p] ?? NaN;
  const expected: number[] = [];
  for (let n = 0; n < N; n++)
    for (let c = 0; c < C; c++)
      for (let p = 0; p < P; p++) {
        let total = 0.1;
        for (let k = 0; k < C; k++) for (let q = 0; q < P; q++) if (across || q === p) total += at(n, k, q) ** 2;
        expected.push(((factors[c] ?? NaN) * at(n, c, p)) / Math.sqrt(total));
      }
  close(y, expected);
});

/** Bilinear, corners on corners, as a function of one image. */
function interpolated(x: readonly number[], [H, W]: readonly [number, number], [h2, w2]: readonly [number, number]) {
  const out: number[] = [];
  for (let i = 0; i < h2; i++)
    for (let j = 0; j < w2; j++) {
      const [r, q] = [h2 > 1 ? (i * (H - 1)) / (h2 - 1) : 0, w2 > 1 ? (j * (W - 1)) / (w2 - 1) : 0];
      let total = 0;
      for (let a = 0; a < H; a++)
        for (let b = 0; b < W; b++)
          total += Math.max(0, 1 - Math.abs(r - a)) * Math.max(0, 1 - Math.abs(q - b)) * (x[a * W + b] ?? NaN);
      out.push(total);
    }
  return out;
}

test.each<[string, [number, number], [number, number]]>([
  ['height: 7 width: 8', [3, 5], [7, 8]],
  ['height: 4 width: 3', [9, 7], [4, 3]],
  ['zoom_factor: 2', [5, 4], [9, 7]],
  ['height: 3 width: 1', [1, 5], [3, 1]],
  ['height: 5 width: 4', [5, 4], [5, 4]],
])('Interp with %s', async (settings, from, to) => {
  const { x, y } = await topOf(oneLayer('Interp', [[1, 1, ...from]], `interp_param { ${settings} }`));
  close(y, interpolated(x, from, to));
});

test('Interp cuts before it resizes', async () => {
  const image = Array.from({ length: 20 }, (_, i) => i ** 2);
  const { y } = await topOf(
    oneLayer('Interp', [[1, 1, 4, 5]], 'interp_param { height: 3 width: 5 pad_beg: -1 pad_end: -1 }'),
    {
      'bottom/a': image,
    },
  );
  close(y, interpolated([36, 49, 64, 121, 144, 169], [2, 3], [3, 5]));
});

test('ROIPooling takes the largest of each cell, and 0 where a cell holds nothing', async () => {
  const image = Array.from({ length: 24 }, (_, i) => (i * 7) % 24);
  const regions = [0, 0, 0, 5, 3, 0, 1, 1, 3, 2, 0, 9, 9, 12, 12, 0, 3, 2, 1, 1];
  const { y } = await topOf(
    oneLayer(
      'ROIPooling',
      [
        [1, 1, 4, 6],
        [4, 5],
      ],
      'roi_pooling_param { pooled_h: 2 pooled_w: 3 }',
    ),
    { 'bottom/a': image, 'bottom/b': regions },
  );
  const largest = (rows: readonly number[], columns: readonly number[]): number =>
    Math.max(...rows.flatMap((r) => columns.map((c) => image[r * 6 + c] ?? NaN)));
  close(y, [
    ...[
      [0, 1],
      [2, 3],
    ].flatMap((rows) =>
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ].map((columns) => largest(rows, columns)),
    ),
    // Rows 1 and 2, columns 1 to 3: a cell for each.
    ...[1, 2].flatMap((row) => [1, 2, 3].map((column) => largest([row], [column]))),
    // Beyond the image.
    ...[0, 0, 0, 0, 0, 0],
    // Corners the wrong way round count as one place, in every cell.
    ...Array.from({ length: 6 }, () => largest([2], [3])),
  ]);
});
