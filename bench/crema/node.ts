/** Crema in the comparison, in Node. */
import { openNodeWasmEngine } from '../../app/engine/wasm/node-wasm.ts';
import { openNodeEngine } from '../../app/engine/webgpu/node-device.ts';
export { openNodeGpu } from '../../app/engine/webgpu/node-device.ts';
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
  const engine = kind === 'webgpu' ? await openNodeEngine() : await openNodeWasmEngine({ threads });
  return openSession(engine, text, plan);
}

/** What WebGPU computes on here. @throws EngineError where there is no adapter */
export const adapter = async () => adapterOf(await openNodeEngine());
