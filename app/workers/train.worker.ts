/** The worker that trains: WebGPU and the browser's storage behind a TrainHost. */
import { openOpfsDirectory } from '../data/opfs-directory.ts';
import { EngineError, type Engine } from '../engine/engine.ts';
import { createWebGpuEngine } from '../engine/webgpu/webgpu-engine.ts';
import { RunStore } from '../trainer/run-store.ts';
import type { TrainEvent, TrainRequest } from './protocol.ts';
import { serve } from './serve.ts';
import { TrainHost } from './train-host.ts';

function openEngine(): Promise<Engine> {
  // The types promise `navigator.gpu`; browsers without WebGPU do not have it.
  const gpu = navigator.gpu as GPU | undefined;
  if (gpu === undefined)
    throw new EngineError(
      'no-adapter',
      'This browser has no WebGPU, which training needs. Chrome and Edge 113 or newer have it, as do Safari 26 and Firefox 141 on Windows. Everything but training works here.',
    );
  return createWebGpuEngine(gpu);
}

const host: TrainHost = new TrainHost({
  openEngine: async () => openEngine(),
  openStore: async () => new RunStore(await openOpfsDirectory('runs')),
  emit: (event, transfer) => send(event, transfer),
});
const send: (event: TrainEvent, transfer?: Transferable[]) => void = serve<TrainRequest, TrainEvent>((request) =>
  host.handle(request),
);
