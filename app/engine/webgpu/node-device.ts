/**
 * The WebGPU engine in Node, through the `webgpu` package. Only code that runs in Node may import this file. Where the
 * machine has no GPU driver, SwiftShader from a Chromium installation stands in.
 */
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../engine.ts';
import type { ScheduleStore } from './schedule-book.ts';
import type { WebGpuEngine } from './webgpu-engine.ts';
import { createWebGpuEngine } from './webgpu-engine.ts';

/** Where Linux distributions put Chromium's own Vulkan loader and SwiftShader. */
const CHROMIUM_FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib64/chromium',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
];
const LOADER_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib'];
const DRIVER_FOLDERS = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
const LOADER = 'libvulkan.so.1';
const SOFTWARE_DRIVER = 'vk_swiftshader_icd.json';
/** glibc's flag for a library that stays loaded: `process.dlopen` unloads what is not a Node addon. */
const RTLD_NODELETE = 0x1000;

/**
 * Opens the engine on the machine's GPU, or on SwiftShader where there is none. Throws an EngineError('no-adapter')
 * that says what to install. Dispose of the engine, or the process does not end. What tuning finds is kept in `store`.
 */
export async function openNodeEngine(store?: ScheduleStore): Promise<WebGpuEngine> {
  return createWebGpuEngine(await openNodeGpu(), store);
}

/** What a browser has as `navigator.gpu`, with an adapter to be had. Throws as `openNodeEngine` does. */
export async function openNodeGpu(): Promise<GPU> {
  const { create } = await import('webgpu');
  const chromium = CHROMIUM_FOLDERS.find((folder) => existsSync(join(folder, SOFTWARE_DRIVER)));
  if (process.platform === 'linux') ensureVulkanLoader(chromium);
  // The Vulkan loader looks at this variable when a WebGPU instance is made; without any driver it would complain.
  if (process.platform === 'linux' && chromium !== undefined && !hasDriver()) selectSoftwareDriver(chromium);
  let gpu = create([]);
  if ((await gpu.requestAdapter()) === null) {
    if (chromium === undefined)
      throw new EngineError(
        'no-adapter',
        'No GPU driver was found, and no Chromium whose software driver could stand in. Install the package "chromium", or a Vulkan driver.',
      );
    selectSoftwareDriver(chromium);
    gpu = create([]);
  }
  return gpu;
}

const hasDriver = (): boolean =>
  process.env.VK_ICD_FILENAMES !== undefined ||
  process.env.VK_DRIVER_FILES !== undefined ||
  DRIVER_FOLDERS.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);

function selectSoftwareDriver(chromium: string): void {
  process.env.VK_ICD_FILENAMES = join(chromium, SOFTWARE_DRIVER);
}

/** Loads Chromium's Vulkan loader where the system has none: Dawn then finds it by its name. */
function ensureVulkanLoader(chromium: string | undefined): void {
  if (chromium === undefined || LOADER_FOLDERS.some((folder) => existsSync(join(folder, LOADER)))) return;
  const file = join(chromium, LOADER);
  if (!existsSync(file)) return;
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    // The loader is not an addon, and Node says so after loading it; anything else is a real failure.
    if (!(error instanceof Error) || !error.message.includes('did not self-register')) throw error;
  }
}
