/** Times dispatches one by one, or one many times: by the GPU's own clock where it has one, else by waiting after each. */
import { encodeDispatch, type Dispatch } from './dispatch.ts';
import { BUFFER, MAP_READ } from './gpu-constants.ts';

/** Dispatches whose times one query set holds (4,096 queries at most, two a dispatch). */
const PER_SET = 2048;

/** Runs the dispatches in order and gives the milliseconds of each. */
export async function timeDispatches(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < dispatches.length; i += PER_SET) {
    const part = dispatches.slice(i, i + PER_SET);
    times.push(
      ...(device.features.has('timestamp-query') ? await byClock(device, part) : await byWaiting(device, part)),
    );
  }
  return times;
}

async function byClock(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<number[]> {
  const count = dispatches.length * 2;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({ size: count * 8, usage: BUFFER.queryResolve | BUFFER.copySource });
  const staging = device.createBuffer({ size: count * 8, usage: BUFFER.mapRead | BUFFER.copyTarget });
  // A submit each, so that no long command buffer meets a watchdog.
  dispatches.forEach((d, i) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
    });
    encodeDispatch(pass, d);
    pass.end();
    device.queue.submit([encoder.finish()]);
  });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_READ);
  const ticks = new BigUint64Array(staging.getMappedRange().slice(0));
  for (const thing of [querySet, resolved, staging]) thing.destroy();
  return dispatches.map((_, i) => Math.max(0, Number((ticks[2 * i + 1] as bigint) - (ticks[2 * i] as bigint)) / 1e6));
}

async function byWaiting(device: GPUDevice, dispatches: readonly Dispatch[]): Promise<number[]> {
  const times: number[] = [];
  for (const d of dispatches) {
    const began = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encodeDispatch(pass, d);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    times.push(performance.now() - began);
  }
  return times;
}

/** What one compute pass is made of: dispatched `repeats` times. */
export type Work = Pick<Dispatch, 'pipeline' | 'bindGroup' | 'x' | 'y'>;

/** Milliseconds of a pass that dispatches the same work `repeats` times. */
export async function timeRepeated(device: GPUDevice, work: Work, repeats: number): Promise<number> {
  const clock = device.features.has('timestamp-query') ? passClock(device) : undefined;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass(clock?.descriptor);
  for (let i = 0; i < repeats; i++) encodeDispatch(pass, work);
  pass.end();
  clock?.resolve(encoder);
  const commands = encoder.finish();
  const began = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  const waited = performance.now() - began;
  return clock === undefined ? waited : clock.read();
}

interface PassClock {
  readonly descriptor: GPUComputePassDescriptor;
  resolve(encoder: GPUCommandEncoder): void;
  read(): Promise<number>;
}

function passClock(device: GPUDevice): PassClock {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: BUFFER.queryResolve | BUFFER.copySource });
  const staging = device.createBuffer({ size: 16, usage: BUFFER.mapRead | BUFFER.copyTarget });
  return {
    descriptor: { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
    resolve(encoder) {
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    },
    async read() {
      await staging.mapAsync(MAP_READ);
      const [from, to] = new BigUint64Array(staging.getMappedRange().slice(0));
      for (const thing of [querySet, resolved, staging]) thing.destroy();
      return Math.max(0, Number((to as bigint) - (from as bigint)) / 1e6);
    },
  };
}
