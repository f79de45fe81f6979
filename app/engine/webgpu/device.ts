/** Opens a GPU device with all that the adapter allows and says what kind of device it is. */
import type { EngineInfo } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { quadsAreNeighbours } from './quads.ts';

/** What schedules depend on. */
export interface AdapterProfile {
  readonly software: boolean;
  /** Invocations in a workgroup, at most. */
  readonly maxInvocations: number;
  /** Whether neighbours in a workgroup can pass each other values in fours. */
  readonly quads: boolean;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly info: EngineInfo;
  readonly profile: AdapterProfile;
}

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Features that are used where the adapter has them. */
const WANTED: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/** Requests an adapter and its device. Throws an EngineError('no-adapter') where there is none. */
export async function openDevice(gpu: GPU): Promise<OpenDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new EngineError(
      'no-adapter',
      'WebGPU found no graphics adapter here. Update the graphics driver, or use another engine.',
    );
  const requiredLimits: Record<string, number> = {};
  for (const name of LIMITS) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = WANTED.filter((name) => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  } catch (cause) {
    throw new EngineError('no-adapter', `The graphics adapter gave no device: ${messageOf(cause)}`, { cause });
  }
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = description !== '' ? description : [vendor, architecture].filter((part) => part !== '').join(' ');
  const software =
    isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(`${architecture} ${name}`);
  return {
    device,
    info: { kind: 'webgpu', device: name === '' ? 'GPU' : name, software },
    profile: {
      software,
      maxInvocations: Math.min(device.limits.maxComputeInvocationsPerWorkgroup, device.limits.maxComputeWorkgroupSizeX),
      quads: device.features.has('subgroups') && (await quadsAreNeighbours(device)),
    },
  };
}

/** An error's message, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
