/** The memory that a training is said to take on a GPU, held against the buffers that are made when it is loaded. */
import { afterAll, describe, expect, it } from 'vitest';
import { openNodeGpu } from '../engine/webgpu/node-device.ts';
import { createWebGpuEngine } from '../engine/webgpu/webgpu-engine.ts';
import { trainingProgram, trainings } from './testing/training-programs.ts';

/** The machine's GPU, with a sum over the buffers that its device has made. */
async function countingGpu(): Promise<{ readonly gpu: GPU; readonly made: () => number }> {
  const gpu = await openNodeGpu();
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  let made = 0;
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    if (adapter === null) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      const createBuffer = device.createBuffer.bind(device);
      device.createBuffer = (buffer) => {
        made += buffer.size;
        return createBuffer(buffer);
      };
      return device;
    };
    return adapter;
  };
  return { gpu, made: () => made };
}

describe('the memory planned for a GPU', () => {
  const opened = countingGpu().then(async ({ gpu, made }) => ({ engine: await createWebGpuEngine(gpu), made }));
  afterAll(async () => {
    (await opened).engine.dispose();
  });

  it.each(trainings.slice(0, 3))('is what is allocated for %s', async (file, record) => {
    const { engine, made } = await opened;
    const program = trainingProgram(file, record);
    const planned = engine.plan(program).total;
    const before = made();
    const executable = await engine.load(program);
    const allocated = made() - before;
    expect(Math.abs(planned / allocated - 1), `${planned} planned, ${allocated} allocated`).toBeLessThan(0.05);
    expect(Math.abs(executable.bytes / allocated - 1)).toBeLessThan(0.05);
    executable.dispose();
  });
});
