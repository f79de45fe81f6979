import { describe, expect, test } from 'vitest';
import type { Program } from '../ir/kernel.ts';
import { verifyProgram } from '../ir/verify.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import type { SgdSettings, UpdatedParameter } from './sgd.ts';
import { LEARNING_RATE, sgdUpdate } from './sgd.ts';

const plain: SgdSettings = { momentum: 0, weightDecay: 0, regularization: 'L2', iterSize: 1 };
const parameter = (id: string, size: number, more: Partial<UpdatedParameter> = {}): UpdatedParameter => ({
  id,
  diffId: `${id}/diff`,
  historyId: `${id}/history`,
  size,
  lrMult: 1,
  decayMult: 1,
  ...more,
});

/** Weights and histories of every parameter after one update for each of the rates. */
async function train(
  start: readonly (UpdatedParameter & { weights: readonly number[]; gradients: readonly number[] })[],
  settings: SgdSettings,
  rates: readonly number[],
): Promise<Record<string, readonly number[]>> {
  const update = sgdUpdate(start, settings);
  const declared = new Set(update.buffers.map((b) => b.id));
  const program: Program = {
    buffers: [
      ...update.buffers,
      ...start.flatMap((p) =>
        [p.id, p.diffId, p.historyId]
          .filter((id) => !declared.has(id))
          .map((id) => ({ id, dtype: 'f32' as const, size: p.size, lifetime: 'persistent' as const })),
      ),
    ],
    scalars: update.scalars,
    sequences: { update: update.kernels },
  };
  verifyProgram(program);
  const executable = await createReferenceEngine({ checkRaces: true }).load(program);
  for (const p of start) {
    executable.write(p.id, Float32Array.from(p.weights));
    executable.write(p.diffId, Float32Array.from(p.gradients));
  }
  for (const rate of rates) executable.run('update', { [LEARNING_RATE]: rate });
  const out: Record<string, readonly number[]> = {};
  for (const p of start) for (const id of [p.id, p.historyId]) out[id] = [...executable.storage(id)];
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
    const out = await train([w], { ...plain, momentum: 0.9, weightDecay: 0.1 }, [0.1, 0.01]);
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
  test('a parameter with lr_mult 0 stays, and has no history', async () => {
    const w = { ...parameter('w', 1, { lrMult: 0 }), weights: [1], gradients: [3] };
    close((await train([w], { ...plain, weightDecay: 0.5 }, [1]))['w'], [1]);
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
