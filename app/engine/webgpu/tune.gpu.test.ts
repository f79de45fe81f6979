/** Tuning on a device: what it finds is kept, used, and used again by a run that goes on; and it keeps to its time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Executable, Schedules } from '../engine.ts';
import { noise, programOf } from '../kernel-cases/compare.ts';
import { product } from '../kernel-cases/contract-cases.ts';
import type { ContractKernel } from '../ir/kernel.ts';
import { candidateSchedules } from './choose-schedule.ts';
import { openNodeEngine } from './node-device.ts';
import type { ScheduleStore } from './schedule-book.ts';
import type { WebGpuEngine } from './webgpu-engine.ts';

const kept = new Map<string, Schedules>();
const store: ScheduleStore = {
  load: (adapter) => Promise.resolve(kept.get(adapter)),
  save: (adapter, schedules) => {
    kept.set(adapter, schedules);
    return Promise.resolve();
  },
};

let engine: WebGpuEngine;
beforeAll(async () => {
  engine = await openNodeEngine(store);
});
afterAll(() => {
  engine.dispose();
});

const program = programOf(product(48, 40, 96, false));
const [kernel] = program.sequences['main'] as readonly [ContractKernel];

async function result(executable: Executable): Promise<unknown> {
  executable.write('a', noise(48 * 96));
  executable.write('b', noise(96 * 40, 2));
  executable.run('main', {});
  const y = await executable.read('y');
  executable.dispose();
  return y;
}

describe('tuning', () => {
  it('enters what it finds, keeps it, and does not look for it again', async () => {
    const progress: string[] = [];
    const first = await engine.tune(program, { onProgress: (done, total) => progress.push(`${done}/${total}`) });
    expect(first).toMatchObject({ tuned: 1, known: 0, left: 0 });
    expect(progress).toEqual(['1/1']);
    expect(await engine.tune(program)).toMatchObject({ tuned: 0, known: 1, left: 0 });
    const [[name, text] = ['', '']] = Object.entries(kept.get(engine.info.device) ?? {});
    expect(name).toMatch(/^[0-9a-f]{16}$/);
    const scheduled = engine.schedule(program);
    expect(scheduled.schedules.get(kernel)).toEqual(JSON.parse(text));
    expect(scheduled.tuned).toEqual({ [name]: text });
  });

  it('computes the same bits with the schedules of a run, and those alone where they are given', async () => {
    const tuned = await engine.load(program);
    const schedules = tuned.schedules ?? {};
    expect(Object.keys(schedules)).toHaveLength(1);
    const wanted = await result(tuned);
    expect(await result(await engine.load(program, { schedules }))).toEqual(wanted);
    const untuned = await engine.load(program, { schedules: {} });
    expect(untuned.schedules).toEqual({});
    untuned.dispose();
    const odd = { ...schedules };
    for (const name of Object.keys(odd)) odd[name] = '{"kind":"registers","tileM":9000}';
    const refused = await engine.load(program, { schedules: odd });
    expect(refused.schedules).toEqual({});
    refused.dispose();
  });

  it('stops when its time is up or it is told to, with nothing begun that is not finished', async () => {
    const other = programOf(product(33, 65, 64, true));
    const report = await engine.tune(other, { budget: 0 });
    expect(report).toMatchObject({ tuned: 0, left: 1 });
    expect(await engine.tune(other, { cancelled: () => true })).toMatchObject({ tuned: 0, left: 1 });
    expect(engine.schedule(other).tuned).toEqual({});
  });

  it('has the untuned choice among the candidates, and no two alike', () => {
    for (const software of [true, false])
      for (const quads of [true, false]) {
        const candidates = candidateSchedules(kernel, { software, maxInvocations: 256, quads });
        expect(candidates.length).toBeGreaterThan(3);
        expect(new Set(candidates.map((c) => JSON.stringify(c))).size).toBe(candidates.length);
        if (!quads) expect(JSON.stringify(candidates)).not.toContain('"quads"');
      }
  });
});

it('measures what a plain product reaches', async () => {
  const { gflops, schedule, tried } = await engine.productSpeed(64, 64, 64);
  expect(gflops).toBeGreaterThan(0);
  expect(tried[0]).toEqual({ schedule, gflops });
  expect(tried.length).toBeGreaterThan(3);
});
