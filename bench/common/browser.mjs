// Chromium as every benchmark starts it: headless, quiet on the network, with WebGPU where a benchmark asks for it.
import { chromium } from '@playwright/test';
import { CHROMIUM, ensureChromium } from '../../tools/setup.mjs';

const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/**
 * Without a graphics processor Chromium's WebGPU falls back to SwiftShader, a software adapter, by itself. There a kernel may
 * well take longer than the watchdog would wait.
 */
const WEBGPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--disable-gpu-watchdog'];

/** Starts the browser; `CREMA_CHROMIUM` names another one than Debian's. */
export function openBrowser({ webgpu = false } = {}) {
  ensureChromium();
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...(webgpu ? WEBGPU : [])] });
}
