/**
 * Golden cases under every schedule that the tuner may choose for their products, on this adapter or on a GPU: each
 * variant must give what Caffe computed, not only the one that wins. Cases stand for the shapes that products come in;
 * every case runs untuned in `golden.gpu.test.ts`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import type { Kernel } from '../engine/ir/kernel.ts';
import { candidateSchedules } from '../engine/webgpu/choose-schedule.ts';
import { openNodeEngine } from '../engine/webgpu/node-device.ts';
import type { Schedule } from '../engine/webgpu/schedule.ts';
import type { WebGpuEngine } from '../engine/webgpu/webgpu-engine.ts';
import { goldenErrors, goldenNames } from './golden-cases.ts';

/** A padded and strided convolution, a depthwise one, a transposed one, and an inner product. */
const CASES = ['conv_k3_stride2_pad1', 'conv_depthwise', 'deconv_k4s2', 'ip'];

describe('golden cases under every variant', () => {
  const opened = openNodeEngine();
  afterAll(async () => (await opened).dispose());

  it('has the cases', () => {
    expect(goldenNames()).toEqual(expect.arrayContaining(CASES));
  });

  describe.each([
    ['a software adapter', true],
    ['a GPU', false],
  ])('%s', (_, software) => {
    it.each(CASES)(
      '%s',
      async (name) => {
        const engine = await opened;
        let variants = 1;
        for (let variant = 0; variant < variants; variant++) {
          const errors = await goldenErrors(
            underVariant(engine, software, variant, (count) => (variants = Math.max(variants, count))),
            name,
          );
          for (const [tensor, error] of errors) expect(error, `${tensor}, variant ${variant}`).toBeLessThan(1e-4);
        }
        expect(variants).toBeGreaterThan(3);
      },
      600_000,
    );
  });
});

/** An engine that gives each product its candidate of this number (the last, where it has fewer), and counts them. */
function underVariant(
  engine: WebGpuEngine,
  software: boolean,
  variant: number,
  counted: (variants: number) => void,
): Engine {
  const { quads, maxInvocations } = engine.profile;
  return {
    info: engine.info,
    limits: engine.limits,
    lost: engine.lost,
    plan: (program) => engine.plan(program),
    dispose: () => undefined,
    load(program) {
      const scheduled = engine.schedule(program);
      const schedules = new Map<Kernel, Schedule>(scheduled.schedules);
      for (const kernel of schedules.keys()) {
        if (kernel.kind !== 'contract') continue;
        const candidates = candidateSchedules(kernel, { software, quads, maxInvocations });
        counted(candidates.length);
        schedules.set(kernel, candidates[Math.min(variant, candidates.length - 1)] as Schedule);
      }
      return engine.loadScheduled({ ...scheduled, schedules });
    },
  };
}
