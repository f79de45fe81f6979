/**
 * From a typed net to kernels: walks the layers forward, then backward as Caffe's `Net::ForwardBackward` does, gives
 * every blob version, gradient and parameter its buffer, and decides who writes a gradient first and who adds to it
 * (which replaces Caffe's Split layers). The result is joined into a Program by `compile-training.ts` or `singleProgram`.
 */
import type { Blob, NetLayer, TypedNet } from '../caffe/net/typed-net.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { add, at, axis, f32, flatten, i32, load, lt, mul, scalar } from '../engine/ir/build.ts';
import type { StorageType } from '../engine/ir/expr.ts';
import type { BufferDeclaration, Kernel, ScalarDeclaration, Store } from '../engine/ir/kernel.ts';
import { buffersRead, expressionsOf, visit } from '../engine/ir/rewrite.ts';
import {
  countOf,
  type BackwardContext,
  type ForwardContext,
  type LayerDefinition,
  type Target,
  type Tensor,
} from '../layers/definition.ts';
import {
  CompileError,
  type CompiledNet,
  type CompiledOutput,
  type CompiledParam,
  type CompileOptions,
  type HostInput,
} from './compiled-net.ts';
import { netPassing } from './filtered-net.ts';
import { kernelContext } from './kernel-context.ts';
import { Probes, raised, type CompiledProbes, type Probe } from './probes.ts';

/** Run-time scalar: which slot of the ring a pass writes. */
export const SLOT = 'slot';
/** Outputs up to this many values go into the ring: losses and accuracies, not scores of a whole batch. */
const RING_OUTPUT_LIMIT = 256;

export function compileNet(
  net: TypedNet,
  definitions: (type: string) => LayerDefinition | undefined,
  options: CompileOptions,
): CompiledNet {
  if (!net.complete) {
    const bad = net.layers.find((l) => l.problem !== undefined || l.info === undefined);
    throw new CompileError(
      bad?.problem ?? 'The network has mistakes: see the list of problems.',
      bad === undefined ? undefined : bad.name,
    );
  }
  return new NetCompiler(net, definitions, options).compile();
}

class NetCompiler {
  private readonly declared = new Map<string, BufferDeclaration>();
  private readonly kernels: Kernel[] = [];
  private readonly inputs: HostInput[] = [];
  /** Gradient buffers that hold something already. */
  private readonly written = new Set<string>();
  private readonly paramNames: string[];
  private readonly net: TypedNet;
  /** The net as it was given, before any filter. */
  private readonly shown: TypedNet;
  private readonly home: string;
  private readonly definitions: (type: string) => LayerDefinition | undefined;
  private readonly options: CompileOptions;
  private readonly probes: Probes | undefined;
  /** Tensors that go along with blobs, by the blob's id and their own name, and which of them were read. */
  private readonly attachments = new Map<string, Map<string, Tensor>>();
  private readonly attachmentsRead = new Set<Tensor>();

  constructor(net: TypedNet, definitions: (type: string) => LayerDefinition | undefined, options: CompileOptions) {
    this.shown = net;
    const { passing = new Map(), until } = options;
    const sized = netPassing(net, passing);
    this.net = until === undefined ? sized : { ...sized, outputs: [until] };
    this.home = options.home ?? options.prefix;
    this.definitions = definitions;
    this.options = options;
    this.paramNames = ownerNames(net);
    this.probes =
      options.probes === undefined
        ? undefined
        : new Probes(`${this.home}/probes`, options.probes, (kernel) => this.kernels.push(kernel));
  }

  compile(): CompiledNet {
    const { net, options } = this;
    const layers = options.until === undefined ? net.layers : layersBehind(net, options.until);
    for (const layer of layers) {
      this.forward(layer);
      this.probeForward(layer);
    }
    if (options.backward) this.requireAttachmentsRead();
    if (options.backward)
      for (const layer of [...net.layers].reverse()) {
        this.backward(layer);
        this.probeBackward(layer);
      }
    const outputs: CompiledOutput[] = [];
    let stride = 0;
    for (const id of net.outputs) {
      const blob = this.blob(id);
      const tensor = this.data(id);
      // Nets that differ in how many items pass a Filter share the ring, so its places are those of the net as it is shown.
      const count = countOf(this.shown.blobs.get(id)?.shape ?? []);
      const inRing = options.ringSlots !== undefined && count <= RING_OUTPUT_LIMIT;
      outputs.push({ blob, buffer: tensor.buffer, shape: tensor.shape, ringOffset: inRing ? stride : undefined });
      if (inRing) stride += count;
    }
    const ring = this.emitRing(outputs, stride);
    const params = this.compiledParams();
    const probes = this.finishProbes(params);
    return {
      net,
      kernels: this.kernels,
      buffers: this.usedBuffers([...outputs.map((o) => o.buffer), ...this.inputs.map((i) => i.buffer)]),
      inputs: this.inputs,
      outputs,
      params,
      ring,
      guard: ring !== undefined && options.guard === true ? this.guardName() : undefined,
      probes,
      dataBuffer: (id) => this.dataName(id),
      gradientBuffer: (id) => this.gradientName(id),
    };
  }

  private forward(layer: NetLayer): void {
    const definition = this.definition(layer);
    const tops = layer.tops.map((id) => this.data(id));
    if (definition.hostTops === true) {
      tops.forEach((tensor, i) => {
        this.declare(tensor.buffer, tensor.shape, tensor.dtype, 'persistent');
        this.inputs.push({ layer, name: `top/${i}`, buffer: tensor.buffer, shape: tensor.shape, dtype: tensor.dtype });
      });
      return;
    }
    const params = layer.params.map((_, i) => this.param(layer, i));
    const context: ForwardContext = {
      ...this.common(layer, 'forward', params),
      tops,
      record: this.net.record,
      recordType: this.options.recordType ?? 'u8',
      carried: (name, shape) => {
        const buffer = `${this.home}/carried:${layer.id}/${name}`;
        this.declare(buffer, shape, 'f32', 'persistent');
        return { buffer, shape, dtype: 'f32', mode: 'set' };
      },
      attach: (top, name, shape) => {
        const buffer = `${this.options.prefix}/${layer.id}/attached/${name}`;
        this.declare(buffer, shape, 'f32', 'transient');
        const tensor: Tensor = { buffer, shape, dtype: 'f32' };
        const id = layer.tops[top] ?? '';
        this.attachments.set(id, (this.attachments.get(id) ?? new Map<string, Tensor>()).set(name, tensor));
        return tensor;
      },
      state: params.map((tensor, i) => ({ ...this.stateOf(layer, tensor, i), mode: 'set' })),
      input: (name, shape, dtype, file) => {
        const buffer = `${this.home}/input:${layer.id}/${name}`;
        this.declare(buffer, shape, dtype, 'persistent');
        this.inputs.push({ layer, name, buffer, shape, dtype, ...(file === undefined ? {} : { file }) });
        return { buffer, shape, dtype };
      },
    };
    if (definition.forward === undefined) throw new Error(`Layer type ${layer.type} has neither kernels nor a reason.`);
    definition.forward(context);
  }

  /** Mixed images without their second labels would teach the net what is wrong. */
  private requireAttachmentsRead(): void {
    for (const [id, tensors] of this.attachments)
      for (const tensor of tensors.values()) {
        if (this.attachmentsRead.has(tensor)) continue;
        const { name, producer } = this.blob(id);
        const layer = this.net.layers[producer]?.name;
        throw new CompileError(
          `Layer "${layer ?? ''}" mixes images (mixup), but no loss takes both of their labels: let a SoftmaxWithLoss read "${name}" directly, or take mixup out.`,
          layer,
        );
      }
  }

  private backward(layer: NetLayer): void {
    const definition = this.definition(layer);
    if (!layer.needsBackward || definition.backward === undefined) return;
    const topDiffs = layer.tops.map((id) => this.topGradient(id, definition, `${layer.name}/backward/seed`));
    const bottomDiffs = layer.bottoms.map((id, i) =>
      layer.propagateDown[i] === true ? this.target(this.gradient(id), false) : undefined,
    );
    const paramDiffs = layer.params.map((p, i) =>
      p.learnable !== false && p.lrMult !== 0
        ? this.target(this.paramDiff(layer, i), this.options.accumulate === true)
        : undefined,
    );
    const params = layer.params.map((_, i) => this.param(layer, i));
    const context: BackwardContext = {
      ...this.common(layer, 'backward', params),
      tops: layer.tops.map((id) => this.data(id)),
      topDiffs,
      lossWeights: layer.tops.map((id) => this.blob(id).lossWeight),
      bottomDiffs,
      paramDiffs,
    };
    definition.backward(context);
  }

  /** In Caffe's order: the tops, then the parameters. */
  private probeForward(layer: NetLayer): void {
    for (const id of layer.tops) this.look(layer, 'forward', 'top', this.blob(id).name, this.data(id));
    layer.params.forEach((p, i) => {
      const shared = this.net.params[p.owner]?.declaration;
      this.look(
        layer,
        'forward',
        'param',
        (shared && layer.parameter.param[i]?.name) || String(i),
        this.param(layer, i),
      );
    });
  }

  /** The bottoms that get a gradient, then the parameters that do. */
  private probeBackward(layer: NetLayer): void {
    if (!layer.needsBackward || this.definition(layer).backward === undefined) return;
    layer.bottoms.forEach((id, i) => {
      if (layer.propagateDown[i] === true)
        this.look(layer, 'backward', 'bottom', this.blob(id).name, this.gradient(id));
    });
    layer.params.forEach((p, i) => {
      if (p.learnable !== false && p.lrMult !== 0)
        this.look(layer, 'backward', 'param', String(i), this.paramDiff(layer, i));
    });
  }

  private look(layer: NetLayer, pass: Probe['pass'], what: Probe['what'], name: string, tensor: Tensor): void {
    const count = countOf(tensor.shape);
    this.probes?.look(tensor.buffer, { pass, layer: layer.name, layerType: layer.type, what, name, count });
  }

  private finishProbes(params: readonly CompiledParam[]): CompiledProbes | undefined {
    if (this.probes === undefined) return undefined;
    if (this.options.probes === 'mean')
      for (const { buffer, diff, owned } of params)
        if (diff !== undefined) this.probes.total(buffer, diff, countOf(owned.declaration.shape));
    const probes = this.probes.finish();
    this.declare(probes.buffer, [probes.size], 'f32', 'persistent');
    return probes;
  }

  private guardName = (): string => `${this.home}/guard`;

  private common(layer: NetLayer, pass: 'forward' | 'backward', params: readonly Tensor[]) {
    return kernelContext({
      layer: layer.parameter,
      phase: this.net.phase,
      bottoms: layer.bottoms.map((id) => this.data(id)),
      params,
      label: `${layer.name}/${pass}`,
      stream: layer.index * 2 + (this.net.phase === 'TEST' ? 1 : 0),
      tensor: (name, shape, dtype) => {
        const buffer = `${this.options.prefix}/${layer.id}/${name}`;
        this.declare(buffer, shape, dtype, 'transient');
        return { buffer, shape, dtype };
      },
      attached: (bottom, name) => {
        const tensor = this.attachments.get(layer.bottoms[bottom] ?? '')?.get(name);
        if (tensor !== undefined) this.attachmentsRead.add(tensor);
        return tensor;
      },
      emit: (kernel) => this.kernels.push(kernel),
    });
  }

  /**
   * The gradient of a top as its consumers left it. Where nobody wrote one it starts from the loss weight (0 for most
   * blobs); a loss layer reads its loss weights itself.
   */
  private topGradient(id: string, definition: LayerDefinition, label: string): Tensor {
    const tensor = this.gradient(id);
    const weight = this.blob(id).lossWeight;
    if (definition.loss === true || (this.written.has(tensor.buffer) && weight === 0)) return tensor;
    const i = axis(countOf(tensor.shape));
    const mode = this.written.has(tensor.buffer) ? 'add' : 'set';
    this.kernels.push({
      kind: 'compute',
      label,
      axes: [i],
      stores: [{ buffer: tensor.buffer, index: at(i), value: f32(weight), mode }],
    });
    this.written.add(tensor.buffer);
    return tensor;
  }

  private target(tensor: Tensor, accumulate: boolean): Target {
    const mode = accumulate || this.written.has(tensor.buffer) ? 'add' : 'set';
    this.written.add(tensor.buffer);
    return { ...tensor, mode };
  }

  private definition(layer: NetLayer): LayerDefinition {
    const definition = this.definitions(layer.type);
    if (definition === undefined)
      throw new CompileError(`Layer "${layer.name}" is of type ${layer.type}, which Crema does not know.`, layer.name);
    if (layer.type === 'Filter' && this.options.passing?.has(layer.name) !== true)
      throw new CompileError(
        `Layer "${layer.name}": how many items pass a Filter depends on the data. Training, its tests and crema run count them as they go; here the net is compiled once, so take the layer out.`,
        layer.name,
      );
    const reason = definition.supports?.(layer.parameter, this.net.phase);
    if (reason !== undefined) throw new CompileError(`Layer "${layer.name}": ${reason}`, layer.name);
    return definition;
  }

  private blob(id: string): Blob {
    const blob = this.net.blobs.get(id);
    if (blob === undefined) throw new Error(`No blob ${id} in the typed net.`);
    return blob;
  }

  private dataName = (id: string): string => `${this.options.prefix}/data:${id}`;
  private gradientName = (id: string): string => `${this.options.prefix}/diff:${id}`;

  private data(id: string): Tensor {
    const kept = this.options.keepBlobs?.includes(id) === true || this.net.outputs.includes(id);
    return this.blobTensor(id, this.dataName(id), kept);
  }

  private gradient(id: string): Tensor {
    const host = this.options.hostGradients?.includes(id) === true;
    const kept = host || this.options.keepGradients?.includes(id) === true;
    const tensor = this.blobTensor(id, this.gradientName(id), kept);
    if (host) this.written.add(tensor.buffer);
    return tensor;
  }

  private blobTensor(id: string, buffer: string, persistent: boolean): Tensor {
    const shape = this.blob(id).shape;
    if (shape === undefined) throw new Error(`Blob ${id} has no shape in a complete net.`);
    this.declare(buffer, shape, 'f32', persistent ? 'persistent' : 'transient');
    return { buffer, shape, dtype: 'f32' };
  }

  private paramName(layer: NetLayer, position: number): string {
    const owner = layer.params[position]?.owner;
    return this.paramNames[owner ?? -1] ?? fail(`Parameter ${position} of ${layer.name} has no owner.`);
  }

  private param(layer: NetLayer, position: number): Tensor {
    const shape = layer.params[position]?.shape ?? fail(`Layer ${layer.name} has no parameter ${position}.`);
    const buffer = `param:${this.paramName(layer, position)}`;
    this.declare(buffer, shape, 'f32', 'persistent');
    return { buffer, shape, dtype: 'f32' };
  }

  private paramDiff(layer: NetLayer, position: number): Tensor {
    const shape = layer.params[position]?.shape ?? fail(`Layer ${layer.name} has no parameter ${position}.`);
    const buffer = `diff:${this.paramName(layer, position)}`;
    this.declare(buffer, shape, 'f32', 'persistent');
    return { buffer, shape, dtype: 'f32' };
  }

  private compiledParams(): CompiledParam[] {
    return this.net.params.map((owned, i) => {
      const layer = this.net.layers[owned.layer] ?? fail(`Parameter ${i} has no layer.`);
      const name = this.paramNames[i] ?? fail(`Parameter ${i} has no name.`);
      const diff = `diff:${name}`;
      return {
        layerName: layer.name,
        layerType: layer.type,
        position: owned.position,
        buffer: `param:${name}`,
        diff: this.declared.has(diff) ? diff : undefined,
        owned,
      };
    });
  }

  private emitRing(outputs: readonly CompiledOutput[], stride: number): CompiledNet['ring'] {
    const slots = this.options.ringSlots;
    if (slots === undefined || stride === 0) return undefined;
    const buffer = `${this.home}/ring`;
    this.declare(buffer, [slots, stride], 'f32', 'persistent');
    for (const output of outputs) {
      if (output.ringOffset === undefined) continue;
      const i = axis(countOf(this.shown.blobs.get(output.blob.id)?.shape ?? []));
      const count = countOf(output.shape);
      const guarded = this.options.guard === true && output.blob.lossWeight !== 0;
      const guard = guarded ? this.guardStore(output) : undefined;
      if (guard !== undefined && i.extent > 1)
        this.kernels.push({ kind: 'compute', label: `${output.blob.name}/guard`, axes: [], stores: [guard] });
      this.kernels.push({
        kind: 'compute',
        label: `${output.blob.name}/report`,
        axes: [i],
        stores: [
          {
            buffer,
            index: add(mul(scalar(SLOT, 'i32'), stride), add(at(i), output.ringOffset)),
            value: load(output.buffer, flatten([count], [at(i)]), { guard: lt(at(i), count) }),
            mode: 'set',
          },
          ...(guard !== undefined && i.extent === 1 ? [guard] : []),
        ],
      });
    }
    return { buffer, stride, slots };
  }

  /** Where forward leaves a layer's state: in a scratch tensor where the pass only finds out what a later one computes. */
  private stateOf(layer: NetLayer, param: Tensor, i: number): Tensor {
    if (this.options.until === undefined) return param;
    const tensor = { ...param, buffer: `${this.options.prefix}/${layer.id}/state/${i}` };
    this.declare(tensor.buffer, tensor.shape, tensor.dtype, 'transient');
    return tensor;
  }

  private guardStore({ buffer, shape }: CompiledOutput): Store {
    const guard = this.guardName();
    this.declare(guard, [1], 'f32', 'persistent');
    const value = raised(guard, countOf(shape), (i) => load(buffer, i));
    return { buffer: guard, index: i32(0), value, mode: 'set' };
  }

  private declare(id: string, shape: Shape, dtype: StorageType, lifetime: BufferDeclaration['lifetime']): void {
    const size = countOf(shape);
    const known = this.declared.get(id);
    if (known !== undefined && (known.size !== size || known.dtype !== dtype))
      throw new Error(`Buffer ${id} is declared as ${known.dtype}[${known.size}] and as ${dtype}[${size}].`);
    if (known === undefined || (known.lifetime === 'transient' && lifetime === 'persistent'))
      this.declared.set(id, { id, dtype, size, lifetime });
  }

  /** Buffers that a kernel touches or the host must find. */
  private usedBuffers(wanted: readonly string[]): BufferDeclaration[] {
    const used = new Set<string>(wanted);
    for (const kernel of this.kernels) {
      for (const id of buffersRead(kernel)) used.add(id);
      for (const store of kernel.stores) used.add(store.buffer);
    }
    return [...this.declared.values()].filter((b) => used.has(b.id) || b.id.startsWith('param:'));
  }
}

/** The layers that a blob depends on, in order. */
function layersBehind(net: TypedNet, id: string): NetLayer[] {
  const wanted = new Set([id]);
  const found: NetLayer[] = [];
  for (const layer of net.layers.toReversed()) {
    if (!layer.tops.some((top) => wanted.has(top))) continue;
    for (const bottom of layer.bottoms) wanted.add(bottom);
    found.push(layer);
  }
  return found.reverse();
}

/** `conv1/0`: the owner's layer name and position; a further layer of the same name with parameters gets `#k`. */
function ownerNames(net: TypedNet): string[] {
  const seen = new Map<string, number>();
  return net.params.map((p) => {
    const name = `${net.layers[p.layer]?.name ?? ''}/${p.position}`;
    const k = seen.get(name) ?? 0;
    seen.set(name, k + 1);
    return k === 0 ? name : `${name}#${k}`;
  });
}

/** The run-time scalars that kernels name. */
export function scalarsUsed(kernels: readonly Kernel[]): ScalarDeclaration[] {
  const found = new Map<string, ScalarDeclaration>();
  for (const kernel of kernels)
    visit(expressionsOf(kernel), (e) => {
      if (e.op === 'scalar') found.set(e.name, { name: e.name, dtype: e.dtype });
    });
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function fail(message: string): never {
  throw new Error(message);
}
