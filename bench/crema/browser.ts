/** Crema in the comparison, in a browser. */
import { openBrowserWasmEngine } from '../../app/engine/wasm/browser-wasm.ts';
import { createWebGpuEngine } from '../../app/engine/webgpu/webgpu-engine.ts';
import type { Plan } from './plan.ts';
import { adapterOf, openSession, type CremaSession } from './session.ts';

/** Opens a net on the engine of a kind. */
export async function open(options: {
  readonly kind: 'webgpu' | 'wasm';
  readonly threads: number;
  readonly text: string;
  readonly plan: Plan;
}): Promise<CremaSession> {
  const { kind, threads, text, plan } = options;
  const engine = kind === 'webgpu' ? await createWebGpuEngine(navigator.gpu) : await openBrowserWasmEngine({ threads });
  return openSession(engine, text, plan);
}

/** What WebGPU computes on here. @throws EngineError where there is no adapter */
export const adapter = async () => adapterOf(await createWebGpuEngine(navigator.gpu));
