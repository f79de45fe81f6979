/**
 * What the page asks about single layers: how long each takes, and the kernels behind one. For the latter the net is compiled
 * as `timeLayers` compiles it, so that kernels and times have the same labels; nothing is loaded or run, so that a run that
 * is going is left as it is.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import type { Engine } from '../engine/engine.ts';
import type { Kernel, Program } from '../engine/ir/kernel.ts';
import { TILE_COLUMNS, TILE_ROWS } from '../engine/wasm/micro-kernel.ts';
import { scheduleProgram } from '../engine/webgpu/schedule-program.ts';
import type { AdapterProfile } from '../engine/webgpu/device.ts';
import { reportKernels } from '../engine/webgpu/kernel-report.ts';
import type { WebGpuEngine } from '../engine/webgpu/webgpu-engine.ts';
import { definitionOf } from '../layers/index.ts';
import { timeLayers, type NetTimes } from '../trainer/layer-times.ts';
import type { KernelQuestion, KernelView, LayerKernels } from './protocol.ts';
import { typedNet } from './run-nets.ts';

/** A graphics processor like most, for the WGSL that is shown where there is none. */
const USUAL: AdapterProfile = { software: false, maxInvocations: 256, quads: false };

/** Measures layer after layer for about this many milliseconds. */
const MEASURING = 2000;

/** How long each layer takes, on a net of its own. @throws WorkerError with the net's first mistake */
export function timesOf(engine: Engine, netText: string, record: Shape | undefined): Promise<NetTimes> {
  const net = typedNet(netText, 'TRAIN', undefined, record);
  const began = performance.now();
  const cancelled = () => performance.now() - began > MEASURING;
  return timeLayers(engine, net, { backward: true, passes: 20, cancelled });
}

/** The program last asked about: the next question is mostly about another layer of the same text. */
let kept: { readonly key: string; readonly engine: Engine; readonly program: Program } | undefined;

/**
 * The kernels that serve a layer.
 *
 * @throws WorkerError with the net's first mistake, CompileError for a net that cannot compute
 */
export function kernelsOf(
  engine: Engine,
  { netText, phase, layer }: KernelQuestion,
  record: Shape | undefined,
): LayerKernels {
  const key = JSON.stringify([netText, phase, record]);
  if (kept?.key !== key || kept.engine !== engine) kept = { key, engine, program: compiled(netText, phase, record) };
  const { sequences, ...program } = kept.program;
  const kernels = (sequences['run'] ?? []).filter(({ label }) => passOf(label, layer) !== undefined);
  const wanted = { ...program, sequences: { run: kernels } };
  const reports = reportKernels(isWebGpu(engine) ? engine.schedule(wanted) : scheduleProgram(wanted, USUAL));
  return {
    engine: engine.info.kind,
    device: engine.info.device,
    kernels: reports.map(({ label, expression, layout, wgsl, flops, bytes }, i) => ({
      label,
      pass: passOf(label, layer) ?? 'forward',
      expression,
      layout: engine.info.kind === 'webgpu' ? layout : processorLayout(kernels[i]),
      wgsl,
      flops,
      bytes,
    })),
  };
}

function compiled(netText: string, phase: Phase, record: Shape | undefined): Program {
  const net = typedNet(netText, phase, undefined, record);
  const prefix = phase.toLowerCase();
  return singleProgram(compileNet(net, definitionOf, { prefix, backward: phase === 'TRAIN' }));
}

const isWebGpu = (engine: Engine): engine is WebGpuEngine => engine.info.kind === 'webgpu';

/** In which pass a kernel does the work of a layer; undefined where it does none of it. */
export function passOf(label: string, layer: string): KernelView['pass'] | undefined {
  const parts = label.split(' + ');
  return (['forward', 'backward'] as const).find((pass) => {
    const start = `${layer}/${pass}`;
    return parts.some((part) => part.startsWith(start) && ['', '/', ','].includes(part.charAt(start.length)));
  });
}

/** How the processor engine computes a kernel. */
const processorLayout = (kernel: Kernel | undefined): string =>
  kernel?.kind === 'contract'
    ? `WebAssembly SIMD: blocks of ${TILE_ROWS}×${TILE_COLUMNS} in registers, operands packed in panels`
    : 'WebAssembly SIMD: loops, four numbers at a time where they lie side by side';
