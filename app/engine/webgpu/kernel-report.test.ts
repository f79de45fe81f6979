/** The account of a program for views and benchmarks: names, layers, operations and bytes. */
import { describe, expect, it } from 'vitest';
import { product } from '../kernel-cases/contract-cases.ts';
import { programOf } from '../kernel-cases/compare.ts';
import { at, axis, load, mul, select, lt, sum } from '../ir/build.ts';
import type { Kernel } from '../ir/kernel.ts';
import { scheduleProgram } from './schedule-program.ts';
import { layerOf, reportKernels } from './kernel-report.ts';
import { flopsOf, trafficOf } from './work-estimate.ts';

describe('the report of a program', () => {
  it('names what each kernel computes, how, and how much', () => {
    const program = programOf(product(24, 16, 40, false));
    const [report] = reportKernels(scheduleProgram(program, { software: true, maxInvocations: 256, quads: false }));
    expect(report).toMatchObject({
      sequence: 'main',
      label: 'test',
      layer: undefined,
      flops: 2 * 24 * 16 * 40,
      bytes: 4 * (24 * 40 + 40 * 16 + 24 * 16),
    });
    expect(report?.expression).toContain('acc = sum(k < 40: (a[i * 40 + k]) * (b[k * 16 + j]))');
    expect(report?.wgsl).toContain('@compute');
    expect(report?.layout).toContain('8×8 registers');
  });

  it('counts floats only, and what a buffer has only once', () => {
    const [i, j] = [axis(10), axis(50)];
    const x = load('x', at(j));
    const kernel: Kernel = {
      kind: 'compute',
      label: 'test',
      axes: [i],
      stores: [
        {
          buffer: 'y',
          index: at(i),
          value: sum([j], select(lt(at(j), at(i)), mul(x, 2), 0)),
          mode: 'add',
        },
      ],
    };
    expect(flopsOf(kernel)).toBe(10 * (50 * 2 + 1));
    const program = programOf({ kernels: [kernel], buffers: { x: 50, y: 10 } });
    expect(trafficOf(kernel, program)).toBe(4 * (50 + 10 + 10));
  });

  it('finds the layer by the label', () => {
    const of = (label: string): string | undefined => layerOf({ label });
    expect(of('conv1/forward + relu1/forward')).toBe('conv1');
    expect(of('conv1/dw/backward/weights, parts')).toBe('conv1/dw');
    expect(of('loss/forward/sum + loss/forward/log-sum')).toBe('loss');
    expect(of('a/forwarded/backward')).toBe('a/forwarded');
    expect(of('param:conv1/0/update')).toBe('conv1');
    expect(of('solver/clip_scale')).toBeUndefined();
  });
});
