/**
 * Which engine trains in this browser: a real GPU through WebGPU, else the processor through WebAssembly. The user may
 * choose otherwise; the reason is always told.
 */
import { EngineError, type Engine } from '../engine/engine.ts';
import { openBrowserWasmEngine } from '../engine/wasm/browser-wasm.ts';
import { browserSchedules } from '../engine/webgpu/browser-schedules.ts';
import { createWebGpuEngine } from '../engine/webgpu/webgpu-engine.ts';
import type { EngineChoice } from './protocol.ts';

export interface OpenedEngine {
  readonly engine: Engine;
  /** Why this one, as a sentence. */
  readonly reason: string;
}

/** Opens the engine of a choice. Throws EngineError where it cannot be had. */
export async function openEngine(choice: EngineChoice): Promise<OpenedEngine> {
  switch (choice) {
    case 'webgpu':
      return { engine: await openWebGpu(), reason: 'You chose WebGPU.' };
    case 'wasm':
      return { engine: await openBrowserWasmEngine(), reason: 'You chose the processor.' };
    case 'auto':
      return openBest();
  }
}

async function openBest(): Promise<OpenedEngine> {
  const gpu = await openWebGpu().catch((error: unknown) => {
    if (error instanceof EngineError) return error;
    throw error;
  });
  if (gpu instanceof EngineError)
    return { engine: await openBrowserWasmEngine(), reason: `There is no GPU to train on. ${gpu.message}` };
  if (!gpu.info.software) return { engine: gpu, reason: 'This browser offers the graphics processor through WebGPU.' };
  const { device } = gpu.info;
  gpu.dispose();
  return {
    engine: await openBrowserWasmEngine(),
    reason: `The only adapter that this browser offers, ${device}, computes in software, which is many times slower than the processor itself. If this machine has a graphics processor, check that hardware acceleration is on in the browser's settings.`,
  };
}

function openWebGpu(): Promise<Engine> {
  // The types promise `navigator.gpu`; browsers without WebGPU do not have it.
  const gpu = navigator.gpu as GPU | undefined;
  return gpu === undefined
    ? Promise.reject(
        new EngineError(
          'no-adapter',
          'This browser has no WebGPU: Chrome and Edge have it from version 113, Safari from 26, Firefox from 141 (Windows) or 145 (Macs with Apple silicon).',
        ),
      )
    : createWebGpuEngine(gpu, browserSchedules());
}
