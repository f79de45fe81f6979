/**
 * One Program for a whole run: the training net with its gradients, the test net on the same weights, and the solver's
 * update. Sequences: `begin` (clears gradients, when they are accumulated), `train` (one micro-batch forward and
 * backward), `update` (one solver step), and for each test net `test`, `test1`, … (one test batch).
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { at, axis, f32 } from '../engine/ir/build.ts';
import type { BufferDeclaration, Kernel, Program } from '../engine/ir/kernel.ts';
import { optimise } from '../engine/program/optimise.ts';
import { solverUpdate, type UpdateSettings } from '../engine/train/solver-update.ts';
import { historiesOf } from '../engine/train/update-rules.ts';
import type { LayerDefinition } from '../layers/definition.ts';
import { scalarsUsed } from './compile-net.ts';
import { CompileError, type CompiledNet, type CompiledParam, type CompileOptions } from './compiled-net.ts';
import { allPassing, filtersOf } from './filtered-net.ts';
import { passSequence, selectorSequence, type NamedSequence, type NetInTraining } from './filtered-sequences.ts';

/** Passes whose losses wait on the device before they must be read. */
export const RING_SLOTS = 256;

export interface TrainingProgram {
  readonly program: Program;
  readonly train: CompiledNet;
  /** Test nets in order, each with its sequence. */
  readonly tests: readonly { readonly net: CompiledNet; readonly sequence: string }[];
  /** The nets by the names of their sequences, and, where they have Filter layers, what finds out their selectors. */
  readonly nets: ReadonlyMap<string, NetInTraining>;
  readonly selectors: readonly NamedSequence[];
  /** The history blobs in the order in which Caffe stores them. */
  readonly histories: readonly History[];
  /** With probes: for each learned parameter its name and the place of its mean absolute weight; its step's comes next. */
  readonly updateProbes: { readonly buffer: string; readonly params: readonly CompiledParam[] } | undefined;
}

export interface TrainingCompileOptions {
  /** Measure blobs, gradients and updates on the way, for `debug_info`. */
  readonly probes?: boolean;
  /** See `CompileOptions`. */
  readonly recordType?: 'u8' | 'f32' | undefined;
}

/** A blob that the solver keeps of a parameter: momentum, or a mean of squares. */
export interface History {
  readonly shape: Shape;
  /** Undefined where the solver leaves the parameter alone: the blob is zero. */
  readonly buffer: string | undefined;
}

export function compileTraining(
  nets: { readonly train: TypedNet; readonly tests: readonly TypedNet[] },
  definitions: (type: string) => LayerDefinition | undefined,
  solver: UpdateSettings,
  { probes = false, recordType = 'u8' }: TrainingCompileOptions = {},
): TrainingProgram {
  const accumulate = solver.iterSize > 1;
  const inTraining = new Map<string, NetInTraining>();
  const compile = (net: TypedNet, options: CompileOptions): CompiledNet => {
    const one: NetInTraining = { net, options };
    inTraining.set(options.prefix, one);
    return passSequence(one, allPassing(net), definitions).net;
  };
  const train = compile(nets.train, {
    prefix: 'train',
    backward: true,
    recordType,
    accumulate,
    ringSlots: RING_SLOTS,
    guard: true,
    ...(probes ? { probes: 'mean' as const } : {}),
  });
  const learned = train.params.flatMap((p) => (p.diff === undefined ? [] : [{ ...p, diff: p.diff }]));
  if (learned.length === 0)
    throw new CompileError(
      'Nothing in this network can learn: no layer with parameters stands below a loss. Add a loss layer such as SoftmaxWithLoss, or raise an lr_mult above 0.',
    );
  const tests = nets.tests.map((net, i) => {
    const sequence = i === 0 ? 'test' : `test${i}`;
    return { net: compile(net, { prefix: sequence, backward: false, recordType, ringSlots: RING_SLOTS }), sequence };
  });
  const selectors = [...inTraining.values()].flatMap((one) =>
    filtersOf(one.net).map((filter) => selectorSequence(one, filter, allPassing(one.net), definitions)),
  );
  const updateBuffer = 'solver/probes';
  const sets = Array.from({ length: historiesOf(solver.rule) }, (_, set) => set);
  const history = (buffer: string, set: number): string =>
    buffer.replace(/^param:/, set === 0 ? 'history:' : `history${set + 1}:`);
  const update = solverUpdate(
    train.params.map((p) => ({
      id: p.buffer,
      diffId: p.diff,
      historyIds: sets.map((set) => history(p.buffer, set)),
      size: p.owned.declaration.shape.reduce((n, d) => n * d, 1),
      lrMult: p.owned.lrMult,
      decayMult: p.owned.decayMult,
    })),
    solver,
    { guard: train.guard, probes: probes ? updateBuffer : undefined },
  );
  const sequences: Record<string, readonly Kernel[]> = {
    train: train.kernels,
    update: update.kernels,
    ...(accumulate ? { begin: learned.map((p) => clear(p.diff, train)) } : {}),
    ...Object.fromEntries([...tests, ...selectors].map(({ net, sequence }) => [sequence, net.kernels])),
  };
  const program = optimise({
    buffers: mergeBuffers([
      train.buffers,
      ...[...tests, ...selectors].map(({ net }) => net.buffers),
      update.buffers,
      probes ? [{ id: updateBuffer, dtype: 'f32', size: 2 * learned.length, lifetime: 'persistent' }] : [],
    ]),
    scalars: scalarsUsed(Object.values(sequences).flat()),
    sequences,
  });
  const kept = new Set(update.buffers.map(({ id }) => id));
  return {
    program,
    train,
    tests,
    nets: inTraining,
    selectors,
    updateProbes: probes ? { buffer: updateBuffer, params: learned } : undefined,
    histories: sets.flatMap((set) =>
      train.params.map((p) => {
        const buffer = history(p.buffer, set);
        return { shape: p.owned.declaration.shape, buffer: kept.has(buffer) ? buffer : undefined };
      }),
    ),
  };
}

/** A Program with one sequence of a net. */
export const sequenceProgram = ({ sequence, net }: NamedSequence): Program =>
  optimise({ buffers: net.buffers, scalars: scalarsUsed(net.kernels), sequences: { [sequence]: net.kernels } });

/** Both programs' sequences, over the same buffers where they have the same names. Throws CompileError. */
export function joinPrograms(a: Program, b: Program): Program {
  const scalars = new Map([...a.scalars, ...b.scalars].map((scalar) => [scalar.name, scalar]));
  return {
    buffers: mergeBuffers([a.buffers, b.buffers]),
    scalars: [...scalars.values()],
    sequences: { ...a.sequences, ...b.sequences },
  };
}

/** A Program with the one sequence `run`: forward, and backward where the net was compiled with it. */
export function singleProgram(net: CompiledNet): Program {
  return sequenceProgram({ sequence: 'run', net });
}

function clear(buffer: string, net: CompiledNet): Kernel {
  const size = net.buffers.find((b) => b.id === buffer)?.size ?? 1;
  const i = axis(size);
  return {
    kind: 'compute',
    label: `${buffer}/clear`,
    axes: [i],
    stores: [{ buffer, index: at(i), value: f32(0), mode: 'set' }],
  };
}

/** One declaration per id; nets share parameters. A disagreement in size is the nets'. */
function mergeBuffers(lists: readonly (readonly BufferDeclaration[])[]): BufferDeclaration[] {
  const merged = new Map<string, BufferDeclaration>();
  for (const b of lists.flat()) {
    const known = merged.get(b.id);
    if (known !== undefined && known.size !== b.size && b.id.includes('/carried:'))
      throw new CompileError(
        `Layer "${/carried:(.*)\//.exec(b.id)?.[1] ?? ''}" carries its state on from batch to batch, but behind a Filter batches differ in size: put it before the Filter.`,
      );
    if (known !== undefined && known.size !== b.size)
      throw new CompileError(
        `Parameter ${b.id.replace(/^param:/, '')} has ${known.size} values in the training net and ${b.size} in the test net. Layers of one name share their weights, so give them the same settings.`,
      );
    merged.set(b.id, known ?? b);
  }
  return [...merged.values()];
}
