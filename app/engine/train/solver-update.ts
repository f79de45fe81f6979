/**
 * A solver's update as kernels: clip, normalise, regularise, then the rule's own step, in the order of Caffe's
 * `SGDSolver::ApplyUpdate`, which all its solvers share. What changes from one iteration to the next (the learning rate)
 * is a run-time scalar; the rest is constant.
 */
import * as b from '../ir/build.ts';
import type { Expr } from '../ir/expr.ts';
import type { BufferDeclaration, ComputeKernel, Kernel } from '../ir/kernel.ts';
import { decaysApart, historiesOf, LEARNING_RATE, stepOf, type Step, type UpdateRule } from './update-rules.ts';

/** One learnable blob: its buffers (f32, `size` elements each) and its multipliers. */
export interface UpdatedParameter {
  /** Buffer of the weights; also how labels name the parameter: `conv1/0`. */
  readonly id: string;
  /**
   * Buffer of the gradient, summed over `iterSize` passes. It is left as it is. Undefined where none is computed: with
   * `lrMult` 0, or where no loss depends on the parameter.
   */
  readonly diffId: string | undefined;
  /**
   * Buffers of the histories, as many as `historiesOf` the rule; declared by the update, persistent, zero at the start.
   */
  readonly historyIds: readonly string[];
  readonly size: number;
  readonly lrMult: number;
  readonly decayMult: number;
}

/** Fields of the solver that an update reads, named as in SolverParameter. */
export interface UpdateSettings {
  readonly rule: UpdateRule;
  readonly weightDecay: number;
  readonly regularization: 'L1' | 'L2';
  /** Largest global L2 norm of the gradients; undefined, or negative as in Caffe, for no limit. */
  readonly clipGradients?: number;
  readonly iterSize: number;
}

/** What goes along with an update, in buffers that somebody else declares. */
export interface UpdateExtras {
  /** Buffer of one value: where it is not 0, everything stays as it is. */
  readonly guard?: string | undefined;
  /** Buffer for the mean absolute weight and the mean absolute step of each learned parameter, before the update. */
  readonly probes?: string | undefined;
}

/** Kernels that update parameters, with the buffers that they bring along. Their scalars are `updateScalars`. */
export interface Update {
  readonly kernels: readonly Kernel[];
  readonly buffers: readonly BufferDeclaration[];
}

const SQUARES = 'solver/squared_norms';
const CLIP_SCALE = 'solver/clip_scale';

/** A parameter with a gradient. */
type Learned = UpdatedParameter & { readonly diffId: string };

const isLearned = (p: UpdatedParameter): p is Learned => p.lrMult !== 0 && p.diffId !== undefined;

/**
 * Whether something changes for a parameter without a gradient. Caffe updates all parameters, so weight decay alone moves
 * those on which no loss depends, and enters the means that some rules keep of those with `lr_mult` 0.
 */
function isPulled(p: UpdatedParameter, { rule, weightDecay }: UpdateSettings): boolean {
  if (isLearned(p) || weightDecay * p.decayMult === 0) return false;
  const keepsMeans = rule.type !== 'SGD' && rule.type !== 'Nesterov' && !decaysApart(rule);
  return p.lrMult !== 0 || keepsMeans;
}

/**
 * The update of all parameters. One with `lrMult` 0 keeps its values: Caffe computes no gradient for it, so it counts in
 * no norm either; see `isPulled` for its histories.
 */
export function solverUpdate(
  parameters: readonly UpdatedParameter[],
  settings: UpdateSettings,
  extras: UpdateExtras = {},
): Update {
  const learned = parameters.filter(isLearned);
  const pulled = parameters.filter((p) => isPulled(p, settings));
  const clip = settings.clipGradients !== undefined && settings.clipGradients >= 0 && learned.length > 0;
  const clipping = clip ? clipScale(learned, settings.clipGradients) : { kernels: [], buffers: [] };
  return {
    kernels: [
      ...clipping.kernels,
      ...learned.flatMap((p, i) => [
        ...(extras.probes === undefined ? [] : probesOf(p, settings, clip, extras.probes, 2 * i)),
        updateParameter(p, settings, clip, extras.guard),
      ]),
      ...pulled.map((p) => updateParameter({ ...p, diffId: undefined }, settings, clip, extras.guard)),
    ],
    buffers: [
      ...[...learned, ...pulled].flatMap((p) =>
        p.historyIds.map((id): BufferDeclaration => ({ id, dtype: 'f32', size: p.size, lifetime: 'persistent' })),
      ),
      ...clipping.buffers,
    ],
  };
}

function updateParameter(
  p: UpdatedParameter,
  settings: UpdateSettings,
  clip: boolean,
  guard: string | undefined,
): ComputeKernel {
  const i = b.axis(p.size);
  const index = b.at(i);
  const { step, histories } = stepAt(p, settings, clip, index);
  const weight = b.load(p.id, index);
  const kept = (value: Expr, old: Expr): Expr =>
    guard === undefined ? value : b.select(b.ne(b.load(guard, 0), 0), old, value);
  return {
    kind: 'compute',
    label: `${p.id}/update`,
    axes: [i],
    stores: [
      ...histories.map((value, k) => {
        const buffer = p.historyIds[k] ?? '';
        return { buffer, index, value: kept(value, b.load(buffer, index)), mode: 'set' as const };
      }),
      ...(p.lrMult === 0
        ? []
        : [{ buffer: p.id, index, value: kept(b.sub(weight, step), weight), mode: 'set' as const }]),
    ],
  };
}

/** The mean absolute weight and step, from what the update is about to read. */
function probesOf(p: Learned, settings: UpdateSettings, clip: boolean, buffer: string, place: number): ComputeKernel[] {
  const mean = (at: number, value: (index: Expr) => Expr): ComputeKernel => {
    const i = b.axis(p.size);
    const total = b.sum([i], b.abs(value(b.at(i))));
    return {
      kind: 'compute',
      label: `${p.id}/update probe`,
      axes: [],
      stores: [{ buffer, index: b.i32(at), value: b.div(total, p.size), mode: 'set' }],
    };
  };
  return [
    mean(place, (index) => b.load(p.id, index)),
    mean(place + 1, (index) => stepAt(p, settings, clip, index).step),
  ];
}

/** What is subtracted from the weight at an index, and its new histories. */
function stepAt(p: UpdatedParameter, settings: UpdateSettings, clip: boolean, index: Expr): Step {
  if (p.historyIds.length !== historiesOf(settings.rule))
    throw new Error(`${settings.rule.type} keeps ${historiesOf(settings.rule)} histories of ${p.id}.`);
  const weight = b.load(p.id, index);
  let gradient = p.diffId === undefined ? b.f32(0) : b.load(p.diffId, index);
  if (clip && p.diffId !== undefined) gradient = b.mul(gradient, b.load(CLIP_SCALE, 0));
  gradient = b.mul(gradient, 1 / settings.iterSize);
  const decay = settings.weightDecay * p.decayMult;
  const pull = b.mul(settings.regularization === 'L2' ? weight : sign(weight), decay);
  const apart = decaysApart(settings.rule);
  if (!apart) gradient = b.add(gradient, pull);
  const [first = '', second = first] = p.historyIds;
  const rate = b.mul(b.scalar(LEARNING_RATE), p.lrMult);
  const own = stepOf(settings.rule, gradient, rate, { first: b.load(first, index), second: b.load(second, index) });
  return apart ? { ...own, step: b.add(own.step, b.mul(rate, pull)) } : own;
}

/** As Caffe's `caffe_sign`: −1, 0 or 1. */
const sign = (x: Expr): Expr => b.sub(b.select(b.lt(0, x), 1, 0), b.select(b.lt(x, 0), 1, 0));

/** min(1, limit / ‖all gradients‖₂) into a buffer of one element. */
function clipScale(
  learned: readonly Learned[],
  limit: number,
): { kernels: ComputeKernel[]; buffers: BufferDeclaration[] } {
  const squares = learned.map((p, position): ComputeKernel => {
    const i = b.axis(p.size);
    const g = b.load(p.diffId, b.at(i));
    return {
      kind: 'compute',
      label: `${p.id}/squared_norm`,
      axes: [],
      stores: [{ buffer: SQUARES, index: b.i32(position), value: b.sum([i], b.mul(g, g)), mode: 'set' }],
    };
  });
  const which = b.axis(learned.length);
  const norm = b.sqrt(b.sum([which], b.load(SQUARES, b.at(which))));
  const scale: ComputeKernel = {
    kind: 'compute',
    label: 'solver/clip_scale',
    axes: [],
    stores: [
      { buffer: CLIP_SCALE, index: b.i32(0), value: b.select(b.lt(limit, norm), b.div(limit, norm), 1), mode: 'set' },
    ],
  };
  return {
    kernels: [...squares, scale],
    buffers: [
      { id: SQUARES, dtype: 'f32', size: learned.length, lifetime: 'transient' },
      { id: CLIP_SCALE, dtype: 'f32', size: 1, lifetime: 'transient' },
    ],
  };
}
