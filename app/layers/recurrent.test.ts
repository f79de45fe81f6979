/** What the golden cases leave open of LSTM and RNN: state carried from pass to pass, or taken from and given to blobs. */
import { describe, expect, test } from 'vitest';
import { interpretNet, type InterpretedNet } from './testing/interpreted-net.ts';
import { oneLayer } from './testing/one-layer.ts';

const settings = (more = ''): string => `recurrent_param { num_output: 2 ${more} }`;
const wave = (count: number, salt: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(1 + i * 1.7 + salt));

const [BATCH, INPUTS] = [2, 3];
const x = wave(4 * BATCH * INPUTS, 0);
/** Four times of two items; the second item starts anew at the third time. */
const goesOn = [0, 0, 1, 1, 1, 0, 1, 1];
const part = (values: readonly number[], times: readonly [number, number], width: number): number[] =>
  values.slice(times[0] * width, times[1] * width);

describe.each([
  ['LSTM', 2],
  ['RNN', 1],
] as const)('%s', (type, states) => {
  const net = (
    times: number,
    more?: string,
    inputs: readonly number[][] = [],
    tops?: string[],
  ): Promise<InterpretedNet> =>
    interpretNet(oneLayer(type, [[times, BATCH, INPUTS], [times, BATCH], ...inputs], settings(more), tops), {
      phase: 'TEST',
    });
  const parameters = (of: InterpretedNet): [string, number[]][] =>
    of.given
      .filter(({ name }) => name.startsWith('param/'))
      .map(({ name, shape }, salt) => [
        name,
        wave(
          shape.reduce((n, d) => n * d, 1),
          salt,
        ),
      ]);
  const inputs = (times: readonly [number, number]): [string, number[]][] => [
    ['bottom/a', part(x, times, BATCH * INPUTS)],
    ['bottom/b', part(goesOn, times, BATCH)],
  ];

  const whole = async (): Promise<readonly number[]> => {
    const of = await net(4);
    return [...(of.run(new Map([...parameters(of), ...inputs([0, 4])])).get('top/y') ?? [])];
  };

  test('goes on where the last pass ended', async () => {
    const half = await net(2);
    const first = half.run(new Map([...parameters(half), ...inputs([0, 2])])).get('top/y') ?? [];
    const second = half.run(new Map(inputs([2, 4]))).get('top/y') ?? [];
    expect([...first, ...second]).toEqual(await whole());
  });

  test('starts from nothing where a sequence starts, whatever the last pass left', async () => {
    const of = await net(2);
    const given = new Map([...parameters(of), ...inputs([0, 2])]);
    const [first, again] = [of.run(given).get('top/y'), of.run(given).get('top/y')];
    expect(again).toEqual(first);
  });

  test('takes its state from bottoms and gives it to tops with expose_hidden', async () => {
    const state = Array.from({ length: states }, () => [1, BATCH, 2]);
    const names = ['y', 'h', 'c'].slice(0, states + 1);
    const half = await net(2, 'expose_hidden: true', state, names);
    const zero: [string, number[]][] = ['c', 'd'].slice(0, states).map((name) => [`bottom/${name}`, [0, 0, 0, 0]]);
    const first = half.run(new Map([...parameters(half), ...inputs([0, 2]), ...zero]));
    const left: [string, Float64Array][] = names
      .slice(1)
      .map((name, i) => [`bottom/${['c', 'd'][i] ?? ''}`, Float64Array.from(first.get(`top/${name}`) ?? [])]);
    const second = half.run(new Map<string, ArrayLike<number>>([...inputs([2, 4]), ...left]));
    expect([...(first.get('top/y') ?? []), ...(second.get('top/y') ?? [])]).toEqual(await whole());
  });

  test('gives the same gradients whether its state was carried or comes from bottoms', async () => {
    const state = Array.from({ length: states }, () => [1, BATCH, 2]);
    const names = ['y', 'h', 'c'].slice(0, states + 1);
    const shapes = [
      [2, BATCH, INPUTS],
      [2, BATCH],
    ];
    const train = (text: string) => interpretNet(`force_backward: true\n${text}`);
    const half = await train(oneLayer(type, shapes, settings()));
    half.run(new Map([...parameters(half), ...inputs([0, 2])]));
    const carried = half.run(new Map([...inputs([2, 4]), ['top_diff/y', wave(8, 3)]]));

    const before = await net(2, 'expose_hidden: true', state, names);
    const zero: [string, number[]][] = ['c', 'd'].slice(0, states).map((name) => [`bottom/${name}`, [0, 0, 0, 0]]);
    const left = before.run(new Map([...parameters(before), ...inputs([0, 2]), ...zero]));
    const exposed = await train(oneLayer(type, [...shapes, ...state], settings('expose_hidden: true'), names));
    const given: [string, ArrayLike<number>][] = [...parameters(exposed), ...inputs([2, 4])];
    names.slice(1).forEach((name, i) => {
      given.push([`bottom/${['c', 'd'][i] ?? ''}`, left.get(`top/${name}`) ?? []]);
      given.push([`top_diff/${name}`, [0, 0, 0, 0]]);
    });
    const results = exposed.run(new Map([...given, ['top_diff/y', wave(8, 3)]]));
    const diffs = [...carried.keys()].filter((name) => /^(bottom_diff.a|param_diff)/.test(name));
    expect(diffs.length).toBeGreaterThan(3);
    for (const name of diffs)
      carried.get(name)?.forEach((v, i) => {
        expect(v, name).toBeCloseTo(results.get(name)?.[i] ?? NaN, 12);
      });
  });

  test('passes no gradient to an exposed state, as Caffe', async () => {
    const state = Array.from({ length: states }, () => [1, BATCH, 2]);
    const names = ['y', 'h', 'c'].slice(0, states + 1);
    const text = oneLayer(type, [[2, BATCH, INPUTS], [2, BATCH], ...state], settings('expose_hidden: true'), names);
    const of = await interpretNet(`force_backward: true\n${text}`);
    const results = of.run(new Map([...parameters(of), ...inputs([0, 2]), ['top_diff/y', wave(8, 3)]]));
    expect(results.get('bottom_diff/c')).toEqual(new Float64Array(4));
    expect(results.get('bottom_diff/a')?.every((v) => v !== 0)).toBe(true);
  });
});
