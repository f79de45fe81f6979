/** Opens the engine a command computes with. Each is loaded only when it is asked for: drivers take time to start. */
import { availableParallelism } from 'node:os';
import type { Engine } from '../app/engine/engine.ts';
import type { Terminal } from './command.ts';

/** Engines of the command line. */
export const engineKinds = ['webgpu', 'wasm', 'reference'] as const;

/** Opens an engine. @throws EngineError where there is no adapter. */
export async function openEngine(kind: (typeof engineKinds)[number], terminal: Terminal): Promise<Engine> {
  if (kind === 'reference') {
    const { createReferenceEngine } = await import('../app/engine/reference/reference-engine.ts');
    return createReferenceEngine();
  }
  if (kind === 'wasm') {
    const { openNodeWasmEngine } = await import('../app/engine/wasm/node-wasm.ts');
    // Nothing here needs to stay responsive: all of the processor computes.
    return openNodeWasmEngine({ threads: availableParallelism() });
  }
  const { openNodeEngine } = await import('../app/engine/webgpu/node-device.ts');
  const { fileSchedules, schedulesPath } = await import('../app/engine/webgpu/file-schedules.ts');
  const engine = await openNodeEngine(fileSchedules(schedulesPath(), (message) => terminal.err(`Notice: ${message}`)));
  if (engine.info.software) {
    terminal.err(`Notice: no GPU driver was found; ${engine.info.device} computes in software, which is slow.`);
  }
  return engine;
}
