import { describe, expect, test } from 'vitest';
import type { Program } from '../ir/kernel.ts';
import { verifyProgram } from '../ir/verify.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import type { UpdatedParameter, UpdateSettings } from './solver-update.ts';
import { solverUpdate } from './solver-update.ts';
import type { UpdateRule } from './update-rules.ts';
import { historiesOf, updateScalars } from './update-rules.ts';

const sgd = (momentum: number): UpdateRule => ({ type: 'SGD', momentum });
const plain: UpdateSettings = { rule: sgd(0), weightDecay: 0, regularization: 'L2', iterSize: 1 };
const parameter = (id: string, size: number, more: Partial<UpdatedParameter> = {}): UpdatedParameter => ({
  id,
  diffId: `${id}/diff`,
  historyIds: [`${id}/history`],
  size,
  lrMult: 1,
  decayMult: 1,
  ...more,
});

/** Weights and histories of every parameter after one update for each of the rates. */
async function train(
  start: readonly (UpdatedParameter & { weights: readonly number[]; gradients: readonly number[] })[],
  settings: UpdateSettings,
  rates: readonly number[],
): Promise<Record<string, readonly number[]>> {
  const update = solverUpdate(start, settings);
  const declared = new Set(update.buffers.map((b) => b.id));
  const program: Program = {
    buffers: [
      ...update.buffers,
      ...start.flatMap((p) =>
        [p.id, ...(p.diffId === undefined ? [] : [p.diffId]), ...p.historyIds]
          .filter((id) => !declared.has(id))
          .map((id) => ({ id, dtype: 'f32' as const, size: p.size, lifetime: 'persistent' as const })),
      ),
    ],
    scalars: Object.keys(updateScalars(settings.rule, 0, 0)).map((name) => ({ name, dtype: 'f32' as const })),
    sequences: { update: update.kernels },
  };
  verifyProgram(program);
  const executable = await createReferenceEngine({ checkRaces: true }).load(program);
  for (const p of start) {
    executable.write(p.id, Float32Array.from(p.weights));
    if (p.diffId !== undefined) executable.write(p.diffId, Float32Array.from(p.gradients));
  }
  rates.forEach((rate, t) => {
    executable.run('update', updateScalars(settings.rule, t, rate));
  });
  const out: Record<string, readonly number[]> = {};
  for (const p of start) for (const id of [p.id, ...p.historyIds]) out[id] = [...executable.storage(id)];
  return out;
}

const close = (got: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(got).toHaveLength(expected.length);
  expected.forEach((v, i) => {
    expect(got?.[i]).toBeCloseTo(v, 6);
  });
};

describe('one step, by hand', () => {
  test('momentum, decay and multipliers', async () => {
    const w = { ...parameter('w', 2, { lrMult: 2, decayMult: 0.5 }), weights: [1, -2], gradients: [0.5, 0.25] };
    const out = await train([w], { ...plain, rule: sgd(0.9), weightDecay: 0.1 }, [0.1, 0.01]);
    // First: g = (0.5 + 0.05·1, 0.25 − 0.05·2) = (0.55, 0.15); h = 0.2·g = (0.11, 0.03); w = (0.89, −2.03).
    // Second: g = (0.5 + 0.0445, 0.25 − 0.1015) = (0.5445, 0.1485); h = 0.9·h + 0.02·g = (0.10989, 0.02997).
    close(out['w/history'], [0.10989, 0.02997]);
    close(out['w'], [0.78011, -2.05997]);
  });
  test('L1 decay adds the sign of the weight, 0 for 0', async () => {
    const w = { ...parameter('w', 3), weights: [3, -3, 0], gradients: [0, 0, 0] };
    const out = await train([w], { ...plain, weightDecay: 0.5, regularization: 'L1' }, [0.1]);
    close(out['w'], [2.95, -2.95, 0]);
  });
  test('iter_size averages the gradient but not the decay', async () => {
    const w = { ...parameter('w', 1), weights: [1], gradients: [3] };
    close((await train([w], { ...plain, iterSize: 3, weightDecay: 0.5 }, [1]))['w'], [-0.5]);
  });
  test('a parameter with lr_mult 0 stays, and its momentum with it', async () => {
    const w = { ...parameter('w', 1, { lrMult: 0 }), weights: [1], gradients: [3] };
    const out = await train([w], { ...plain, rule: sgd(0.9), weightDecay: 0.5 }, [1, 1]);
    close(out['w'], [1]);
    close(out['w/history'], [0]);
  });
  test('weight decay enters the means of a parameter with lr_mult 0, as in Caffe', async () => {
    const frozen = parameter('w', 1, { lrMult: 0, diffId: undefined });
    const grad = await train(
      [{ ...frozen, weights: [2], gradients: [] }],
      { ...plain, rule: { type: 'AdaGrad', delta: 1e-8 }, weightDecay: 0.5 },
      [1, 1],
    );
    // Twice (0.5 · 2)².
    close(grad['w/history'], [2]);
    close(grad['w'], [2]);
    const adam = await train(
      [{ ...frozen, historyIds: ['w/mean', 'w/square'], weights: [2], gradients: [] }],
      { ...plain, rule: { type: 'Adam', momentum: 0.9, momentum2: 0.99, delta: 1e-8 }, weightDecay: 0.5 },
      [1],
    );
    close(adam['w/mean'], [0.1]);
    close(adam['w/square'], [0.01]);
    close(adam['w'], [2]);
  });
  test('weight decay moves a parameter on which no loss depends, as in Caffe', async () => {
    const w = { ...parameter('w', 1, { diffId: undefined }), weights: [2], gradients: [] };
    const out = await train([w], { ...plain, rule: sgd(0.5), weightDecay: 0.25 }, [0.1, 0.1]);
    // First: h = 0.1 · 0.5 = 0.05; w = 1.95. Second: h = 0.025 + 0.1 · 0.25 · 1.95 = 0.07375.
    close(out['w'], [1.87625]);
    close((await train([w], plain, [0.1]))['w'], [2]);
  });
});

describe('clipping by the global norm', () => {
  const w = { ...parameter('w', 2), weights: [0, 0], gradients: [3, 0] };
  const v = { ...parameter('v', 1), weights: [0], gradients: [4] };

  test('scales all gradients together, before averaging', async () => {
    const out = await train([w, v], { ...plain, clipGradients: 2.5, iterSize: 2 }, [1]);
    close(out['w'], [-0.75, 0]);
    close(out['v'], [-1]);
  });
  test('leaves smaller gradients alone', async () => {
    const out = await train([w, v], { ...plain, clipGradients: 5.5 }, [1]);
    close(out['w'], [-3, 0]);
    close(out['v'], [-4]);
  });
  test('reads more parameters than fit one kernel', async () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...parameter(`p${i}`, 1), weights: [0], gradients: [1] }));
    const out = await train(many, { ...plain, clipGradients: Math.sqrt(20) / 2 }, [1]);
    close(out['p7'], [-0.5]);
  });
  test('a negative limit is none, as in Caffe', async () => {
    close((await train([v], { ...plain, clipGradients: -1 }, [1]))['v'], [-4]);
  });
});

describe('the rule of each solver, over three steps by hand', () => {
  const gradients = [0.5, -2, 1e-4];
  const rate = 0.1;
  const delta = 1e-3;

  /** Weights and histories by plain arithmetic: `rule` returns the step and changes its histories in place. */
  function expected(
    count: number,
    rule: (g: number, history: number[], t: number) => number,
  ): { weights: number[]; histories: number[][] } {
    const histories = Array.from({ length: count }, () => gradients.map(() => 0));
    const weights = gradients.map((g, i) => {
      const own = histories.map((h) => h[i] ?? 0);
      let weight = 1;
      for (let t = 1; t <= 3; t++) weight -= rule(g, own, t);
      own.forEach((value, k) => histories[k]?.splice(i, 1, value));
      return weight;
    });
    return { weights, histories };
  }

  async function check(rule: UpdateRule, by: Parameters<typeof expected>[1]): Promise<void> {
    const historyIds = ['first', 'second'].slice(0, historiesOf(rule));
    const w = { ...parameter('w', 3), historyIds, weights: [1, 1, 1], gradients };
    const out = await train([w], { ...plain, rule }, [rate, rate, rate]);
    const wanted = expected(historyIds.length, by);
    close(out['w'], wanted.weights);
    historyIds.forEach((id, k) => {
      close(out[id], wanted.histories[k] ?? []);
    });
  }

  test('Nesterov looks one step of momentum ahead', () =>
    check({ type: 'Nesterov', momentum: 0.9 }, (g, h) => {
      const old = h[0] ?? 0;
      const moved = 0.9 * old + rate * g;
      h[0] = moved;
      return 1.9 * moved - 0.9 * old;
    }));

  test('AdaGrad divides by the root of all squares', () =>
    check({ type: 'AdaGrad', delta }, (g, h) => {
      h[0] = (h[0] ?? 0) + g * g;
      return (rate * g) / (Math.sqrt(h[0]) + delta);
    }));

  test('RMSProp divides by the root of their running mean', () =>
    check({ type: 'RMSProp', rmsDecay: 0.8, delta }, (g, h) => {
      h[0] = 0.8 * (h[0] ?? 0) + 0.2 * g * g;
      return (rate * g) / (Math.sqrt(h[0]) + delta);
    }));

  test('AdaDelta scales by the size of the steps before, which the rate does not enter', () =>
    check({ type: 'AdaDelta', momentum: 0.95, delta }, (g, h) => {
      h[0] = 0.95 * (h[0] ?? 0) + 0.05 * g * g;
      const step = g * Math.sqrt(((h[1] ?? 0) + delta) / (h[0] + delta));
      h[1] = 0.95 * (h[1] ?? 0) + 0.05 * step * step;
      return rate * step;
    }));

  test('Adam corrects both means for having started from zero', () =>
    check({ type: 'Adam', momentum: 0.9, momentum2: 0.99, delta }, (g, h, t) => {
      h[0] = 0.9 * (h[0] ?? 0) + 0.1 * g;
      h[1] = 0.99 * (h[1] ?? 0) + 0.01 * g * g;
      const correction = Math.sqrt(1 - 0.99 ** t) / (1 - 0.9 ** t);
      return (rate * correction * h[0]) / (Math.sqrt(h[1]) + delta);
    }));
});
