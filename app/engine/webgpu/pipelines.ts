/** Compute pipelines, compiled once for each text and layout. */
import { EngineError } from '../engine.ts';
import type { KernelSource } from './compute-source.ts';
import { messageOf } from './device.ts';
import { STAGE_COMPUTE } from './gpu-constants.ts';

export interface CompiledPipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export class PipelineCache {
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<CompiledPipeline>>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** The pipeline of a kernel. Rejects with an EngineError that names the kernel when it does not compile. */
  get(source: KernelSource): Promise<CompiledPipeline> {
    const kinds =
      source.buffers.map((b) => (b.written ? 'w' : 'r')).join('') +
      (source.usesScalars ? 'u' : '') +
      (source.inPieces ? 'u' : '');
    const cacheKey = `${kinds}\n${source.wgsl}`;
    const known = this.pipelines.get(cacheKey);
    if (known !== undefined) return known;
    const compiling = this.compile(source, this.layoutOf(kinds)).catch((error: unknown) => {
      // Another attempt (after the driver has recovered) must not be given this failure.
      this.pipelines.delete(cacheKey);
      throw error;
    });
    this.pipelines.set(cacheKey, compiling);
    return compiling;
  }

  private layoutOf(kinds: string): GPUBindGroupLayout {
    const known = this.layouts.get(kinds);
    if (known !== undefined) return known;
    const types = { r: 'read-only-storage', w: 'storage', u: 'uniform' } as const;
    const layout = this.device.createBindGroupLayout({
      entries: [...kinds].map((kind, binding) => ({
        binding,
        visibility: STAGE_COMPUTE,
        buffer: { type: types[kind as keyof typeof types] },
      })),
    });
    this.layouts.set(kinds, layout);
    return layout;
  }

  private async compile(source: KernelSource, layout: GPUBindGroupLayout): Promise<CompiledPipeline> {
    const { device } = this;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: source.label, code: source.wgsl });
    const scope = device.popErrorScope();
    const pipeline = device.createComputePipelineAsync({
      label: source.label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    const [problem, made] = await Promise.allSettled([scope, pipeline]);
    if (made.status === 'fulfilled' && problem.status === 'fulfilled' && problem.value === null)
      return { pipeline: made.value, layout };
    const info = await module.getCompilationInfo();
    const details = info.messages
      .filter((m) => m.type === 'error')
      .map((m) => `line ${m.lineNum}: ${m.message}`)
      .join('; ');
    const reason =
      details !== ''
        ? details
        : made.status === 'rejected'
          ? messageOf(made.reason)
          : problem.status === 'fulfilled' && problem.value !== null
            ? problem.value.message
            : 'no reason given';
    throw new EngineError('validation', `The driver could not compile ${source.label}: ${reason}`);
  }
}
