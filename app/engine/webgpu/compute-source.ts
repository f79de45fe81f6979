/** What every kernel's WGSL has in common, and the WGSL of compute kernels. */
import type { Expr } from '../ir/expr.ts';
import type { ComputeKernel, Store } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import type { Emitter } from './wgsl-emitter.ts';
import type { Bindings, BoundBuffer } from './wgsl-bindings.ts';

export interface KernelSource {
  readonly label: string;
  readonly wgsl: string;
  /** Buffers in the order of their binding numbers. */
  readonly buffers: readonly BoundBuffer[];
  /** Whether the block of run-time scalars is bound, after the buffers. */
  readonly usesScalars: boolean;
  /** Whether a block with the number of the first workgroup is bound last, so that pieces can be dispatched. */
  readonly inPieces: boolean;
  /** Workgroups in all; they may be spread over two dimensions. */
  readonly workgroups: number;
}

/** Puts a module together. The body sees `group`, the workgroup's number, and `lane`, the invocation's in it. */
export function assemble(
  label: string,
  emitter: Emitter,
  bindings: Bindings,
  layout: {
    readonly workgroup: number;
    readonly workgroups: number;
    readonly declarations?: readonly string[];
    /** An extension of the language that the text needs. */
    readonly enable?: string;
  },
): KernelSource {
  const body = emitter.body();
  const wgsl = [
    layout.enable === undefined ? '' : `enable ${layout.enable};`,
    bindings.text(),
    ...(layout.declarations ?? []),
    emitter.preamble(),
    `@compute @workgroup_size(${layout.workgroup})`,
    'fn main(@builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane_index: u32) {',
    `  let group = i32(group_id.y * groups.x + group_id.x${bindings.inPieces ? ' + first_group.x' : ''});`,
    '  let lane = i32(lane_index);',
    ...body.split('\n').map((line) => `  ${line}`),
    '}',
    '',
  ]
    .filter((part, i) => part !== '' || i > 3)
    .join('\n');
  const { buffers, usesScalars, inPieces } = bindings;
  return { label, wgsl, buffers, usesScalars, inPieces, workgroups: layout.workgroups };
}

/** Writes the stores of one point: all values before any is stored, since a kernel may work in place. */
export function emitStores(
  emitter: Emitter,
  bindings: Bindings,
  stores: readonly Store[],
  place: (e: Expr) => Expr,
): void {
  const ready = stores.map((s) => ({
    buffer: bindings.target(s.buffer),
    index: emitter.value(place(s.index)).text,
    value: emitter.value(place(s.value)).text,
    add: s.mode === 'add',
  }));
  for (const { buffer, index, value, add } of ready) {
    const element = `${buffer.name}[${index}]`;
    emitter.statement(`${element} = ${add ? `${element} + ` : ''}${value};`);
  }
}

/** One invocation for each output point. */
export function computeSource(
  kernel: ComputeKernel,
  emitter: Emitter,
  bindings: Bindings,
  workgroup: number,
): KernelSource {
  const count = extentOf(kernel.axes);
  emitter.statement(`let flat = group * ${workgroup} + lane;`);
  emitter.statement(`if (flat >= ${count}) { return; }`);
  emitter.bindFlat(kernel.axes, 'flat');
  emitStores(emitter, bindings, kernel.stores, (e) => e);
  return assemble(kernel.label, emitter, bindings, { workgroup, workgroups: Math.ceil(count / workgroup) });
}
