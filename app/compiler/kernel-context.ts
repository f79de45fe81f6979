/**
 * What a layer sees while it emits kernels: tensors for its blobs and parameters, and the few forms a kernel has. One
 * object serves one layer in one pass.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { LayerParameter, Phase } from '../caffe/schema/net-messages.ts';
import { acc, at, axis, flatten, scalar } from '../engine/ir/build.ts';
import type { Expr, StorageType } from '../engine/ir/expr.ts';
import type { Kernel, Store } from '../engine/ir/kernel.ts';
import { uniform } from '../engine/ir/random.ts';
import { countOf, type ContractSpec, type KernelContext, type Target, type Tensor } from '../layers/definition.ts';

/** Names of the run-time scalars that every compiled net may use. */
export const SEED = 'seed';
/** Counts passes (micro-batches) through the net; see `KernelContext.random`. */
export const PASS = 'pass';

export interface ContextParts {
  readonly layer: LayerParameter;
  readonly phase: Phase;
  readonly bottoms: readonly Tensor[];
  readonly params: readonly Tensor[];
  /** `conv1/forward`. */
  readonly label: string;
  /** Separates the random numbers of this layer from all others'. */
  readonly stream: number;
  tensor(name: string, shape: Shape, dtype: StorageType): Tensor;
  attached(bottom: number, name: string): Tensor | undefined;
  emit(kernel: Kernel): void;
}

/** The mode of a place to store to: plain tensors are overwritten. */
export const modeOf = (target: Tensor | Target): 'set' | 'add' => ('mode' in target ? target.mode : 'set');

/** Builds the shared part of the forward and backward contexts. */
export function kernelContext(parts: ContextParts): KernelContext {
  const labelled = (label?: string): string => (label === undefined ? parts.label : `${parts.label}/${label}`);
  return {
    layer: parts.layer,
    phase: parts.phase,
    bottoms: parts.bottoms,
    params: parts.params,
    saved: (name, shape, dtype = 'f32') => parts.tensor(`saved/${name}`, shape, dtype),
    scratch: (name, shape, dtype = 'f32') => parts.tensor(`${parts.label.split('/').at(-1)}/${name}`, shape, dtype),
    random: (index) => uniform(scalar(SEED, 'u32'), scalar(PASS, 'u32'), parts.stream, index),
    compute(target, value, label) {
      const axes = target.shape.map((extent) => axis(extent));
      const coordinates = axes.map(at);
      parts.emit({
        kind: 'compute',
        label: labelled(label),
        axes,
        stores: [storeAt(target, coordinates, value(...coordinates))],
      });
    },
    computeFlat(target, value, label) {
      const i = axis(countOf(target.shape));
      parts.emit({
        kind: 'compute',
        label: labelled(label),
        axes: [i],
        stores: [{ buffer: target.buffer, index: at(i), value: value(at(i)), mode: modeOf(target) }],
      });
    },
    computeStores(shape, stores, label) {
      const axes = shape.map((extent) => axis(extent));
      parts.emit({
        kind: 'compute',
        label: labelled(label),
        axes,
        stores: stores(...axes.map(at)).map((s) => storeAt(s.target, s.at, s.value)),
      });
    },
    contract(spec: ContractSpec, label) {
      parts.emit({
        kind: 'contract',
        label: labelled(label),
        batch: spec.batch ?? [],
        m: spec.m,
        n: spec.n,
        k: spec.k,
        a: spec.a,
        b: spec.b,
        stores: [storeAt(spec.target, spec.at, spec.value ?? acc)],
      });
    },
    attached: (bottom, name) => parts.attached(bottom, name),
    emit: (kernel) => parts.emit(kernel),
  };
}

function storeAt(target: Tensor | Target, coordinates: readonly (Expr | number)[], value: Expr): Store {
  return { buffer: target.buffer, index: flatten(target.shape, coordinates), value, mode: modeOf(target) };
}
