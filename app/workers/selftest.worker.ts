/** The worker of the self-test page: the engines that this browser has, put to the test away from the page's thread. */
import { openBrowserWasmEngine } from '../engine/wasm/browser-wasm.ts';
import { quickCases, unpackGoldenSet } from '../selftest/golden-set.ts';
import type { SelfTestEvent, SelfTestRequest } from '../selftest/protocol.ts';
import type { MachineFacts, SelfTestChoice } from '../selftest/result.ts';
import { runSelfTest, settingOf, type Candidate } from '../selftest/run-self-test.ts';
import { openEngine } from './open-engine.ts';

const send = (event: SelfTestEvent): void => self.postMessage(event);

self.onmessage = (message: MessageEvent<SelfTestRequest>) => {
  void answer(message.data).catch((error: unknown) =>
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
};

async function answer({ choice, goldenSet }: SelfTestRequest): Promise<void> {
  const machine: MachineFacts = {
    browser: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isolated: crossOriginIsolated,
    adapter: await adapterFacts(),
  };
  send({ kind: 'machine', machine });
  const whole = unpackGoldenSet(goldenSet);
  const cases = choice.cases === 'whole' ? whole : new Map([...whole].filter(([name]) => quickCases.includes(name)));
  await runSelfTest(candidatesOf(choice.engines, machine), settingOf(cases), (result) =>
    send({ kind: 'engine', result }),
  );
  send({ kind: 'done' });
}

/** The surest first: a driver that takes the browser down with it has then cost nothing else. */
function candidatesOf(engines: SelfTestChoice['engines'], { cores, isolated }: MachineFacts): Candidate[] {
  const processor = (threads: number): Candidate => ({
    id: `wasm-${threads}`,
    title: `Processor, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    open: () => openBrowserWasmEngine({ threads }),
  });
  const webgpu: Candidate = {
    id: 'webgpu',
    title: 'WebGPU',
    open: async () => (await openEngine('webgpu')).engine,
  };
  const processors = isolated && cores > 1 ? [processor(cores), processor(1)] : [processor(1)];
  return [...(engines === 'webgpu' ? [] : processors), ...(engines === 'processor' ? [] : [webgpu])];
}

/** What WebGPU tells of the adapter that the engine takes. */
async function adapterFacts(): Promise<readonly string[]> {
  // The types promise `navigator.gpu`; browsers without WebGPU do not have it.
  const gpu = navigator.gpu as GPU | undefined;
  if (gpu === undefined) return ['none (this browser has no WebGPU)'];
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return ['none (WebGPU found no graphics adapter)'];
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const names = [vendor, architecture, device, description].filter((name) => name !== '');
  const { maxBufferSize, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  return [
    `${names.length === 0 ? 'unnamed' : names.join(' · ')}${isFallbackAdapter ? ' (fallback)' : ''}`,
    `features: ${[...adapter.features].sort().join(', ') || 'none'}`,
    `limits: buffers of ${maxBufferSize} bytes, workgroups of ${maxComputeInvocationsPerWorkgroup} with ${maxComputeWorkgroupStorageSize} bytes`,
  ];
}
