/**
 * Holds a layer's gradients against differences of its forward pass. The objective is the losses by their weights plus
 * every other output by random weights, so all outputs take part. Values are spread so that no two are equal and none is
 * near 0, where rectifiers and maxima have kinks.
 */
import { expect } from 'vitest';
import { interpretNet } from './interpreted-net.ts';

/** Half the distance between the two points of a difference. */
const STEP = 1e-5;
/** Largest difference allowed, relative to the largest gradient. In double precision the difference itself is good to 1e-7 or so. */
const TOLERANCE = 1e-6;

export interface GradientCheck {
  /** Values for inputs and parameters, in place of the spread ones: labels above all. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  /** Inputs that have no gradient, by blob name: labels. All others must have one. */
  readonly without?: readonly string[];
  /** How many items pass each Filter, by the layers' names. */
  readonly passing?: ReadonlyMap<string, number>;
  /** Spread values lie within ±range; default 1. */
  readonly range?: number;
  /** All spread values are above 0. */
  readonly positive?: boolean;
}

/** `count` different numbers in ±range, none near 0, in a scrambled but fixed order. */
export function spreadValues(count: number, range: number, salt: number, positive = false): Float64Array {
  const order = Array.from({ length: count }, (_, i) => ({
    i,
    rank: Math.imul(i + 1 + salt * 7919, 0x9e3779b1) >>> 0,
  }));
  order.sort((a, b) => a.rank - b.rank);
  const out = new Float64Array(count);
  order.forEach(({ i }, place) => {
    const size = ((place + 0.5) / count) * 2 - 1;
    const value = positive ? (size + 1) / 2 : size;
    // Pushes what is near 0 away from it, without making two values equal.
    out[i] = range * ((value < 0 ? -0.1 : 0.1) + value * 0.9);
  });
  return out;
}

/** A net with values for all that it is given, and the objective of a run. */
async function objectiveOf(text: string, check: GradientCheck) {
  const { passing } = check;
  const net = await interpretNet(`force_backward: true\n${text}`, passing === undefined ? {} : { passing });
  const values = new Map<string, Float64Array>();
  net.given.forEach(({ name, shape }, salt) => {
    const given = check.values?.[name.slice(name.indexOf('/') + 1)];
    const count = shape.reduce((n, d) => n * d, 1);
    values.set(name, given ? Float64Array.from(given) : spreadValues(count, check.range ?? 1, salt, check.positive));
  });
  const weights = net.outputs.map(({ shape, lossWeight }, salt) =>
    lossWeight === 0
      ? spreadValues(
          shape.reduce((n, d) => n * d, 1),
          1,
          100 + salt,
        )
      : undefined,
  );
  net.outputs.forEach(({ name }, i) => {
    const w = weights[i];
    if (w !== undefined) values.set(name.replace('top/', 'top_diff/'), w);
  });
  const objective = (): number => {
    const results = net.run(values);
    return net.outputs.reduce((total, { name, lossWeight }, i) => {
      const top = results.get(name) ?? new Float64Array();
      const w = weights[i];
      return total + top.reduce((sum, v, j) => sum + v * (w === undefined ? lossWeight : (w[j] ?? 0)), 0);
    }, 0);
  };
  return { net, values, objective };
}

/** The name of the gradient of something that is given. */
const gradientName = (name: string): string => name.replace('bottom/', 'bottom_diff/').replace('param/', 'param_diff/');

/**
 * Checks the gradient along one direction of all inputs and parameters together: three runs, whatever the size, which find
 * any error that does not happen to stand at right angles to it.
 */
export async function checkDirection(text: string, check: GradientCheck = {}): Promise<void> {
  const { net, values, objective } = await objectiveOf(text, check);
  const gradients = net.run(values);
  const start = new Map(net.given.map(({ name }) => [name, Float64Array.from(values.get(name) ?? [])]));
  const along = new Map<string, Float64Array>();
  let expected = 0;
  let size = 0;
  net.given.forEach(({ name }, salt) => {
    const gradient = gradients.get(gradientName(name));
    if (gradient === undefined) return;
    const direction = spreadValues(gradient.length, 1, 1000 + salt);
    along.set(name, direction);
    gradient.forEach((g, i) => {
      expected += g * (direction[i] ?? NaN);
      size += Math.abs(g * (direction[i] ?? NaN));
    });
  });
  expect(along.size, 'gradients').toBeGreaterThan(0);
  const at = (step: number): number => {
    for (const [name, direction] of along)
      values.set(
        name,
        direction.map((d, i) => (start.get(name)?.[i] ?? NaN) + step * d),
      );
    return objective();
  };
  const numeric = (at(STEP / 10) - at(-STEP / 10)) / (STEP / 5);
  expect(Math.abs(numeric - expected) / Math.max(size, 1e-3), `${numeric} for ${expected}`).toBeLessThan(TOLERANCE);
}

/** Checks every gradient of the net's inputs and parameters, in the phase TRAIN. Gives how many elements were checked. */
export async function checkGradients(text: string, check: GradientCheck = {}): Promise<number> {
  const { net, values, objective } = await objectiveOf(text, check);
  const analytic = net.run(values);
  let checked = 0;
  for (const { name } of net.given) {
    const gradient = analytic.get(gradientName(name));
    const expected = check.without?.includes(name.slice(name.indexOf('/') + 1)) !== true;
    expect(gradient !== undefined, `has ${name} a gradient?`).toBe(expected);
    if (gradient === undefined) continue;
    const at = values.get(name) ?? new Float64Array();
    const numeric = Float64Array.from(at, (kept, i) => {
      at[i] = kept + STEP;
      const above = objective();
      at[i] = kept - STEP;
      const below = objective();
      at[i] = kept;
      return (above - below) / (2 * STEP);
    });
    const largest = numeric.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
    const worst = numeric.reduce((m, v, i) => Math.max(m, Math.abs(v - (gradient[i] ?? NaN))), 0);
    expect(worst / largest, `gradient of ${name}`).toBeLessThan(TOLERANCE);
    expect(
      gradient.some((v) => Number.isNaN(v)),
      `NaN in the gradient of ${name}`,
    ).toBe(false);
    checked += gradient.length;
  }
  return checked;
}
