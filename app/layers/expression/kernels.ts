/**
 * Kernels of a formula. Forward: one for each reduction and one for the result. Backward, from the result down: each
 * reduction's gradient, then each bottom's and weight's, all in gather form: a value sums what the points that it was
 * broadcast to bring. Local derivatives are symbolic (`differentiate`).
 */
import type { Shape } from '../../caffe/net/layer-table.ts';
import * as b from '../../engine/ir/build.ts';
import { differentiate, plus, times } from '../../engine/ir/differentiate.ts';
import type { Axis, Expr } from '../../engine/ir/expr.ts';
import { substitute } from '../../engine/ir/rewrite.ts';
import {
  countOf,
  flat,
  type BackwardContext,
  type ForwardContext,
  type KernelContext,
  type Target,
  type Tensor,
} from '../definition.ts';
import { adding, nth, view } from '../views.ts';
import { readBy, type Formula, type Leaf, type Reduction, type Value } from './formula.ts';
import { asNumber, elementFunction } from './functions.ts';

/** Where in its domain an expression stands: gives the flat index of a value of some shape that is broadcast to it. */
export type Place = (shape: Shape) => Expr;

/** A value as an expression at a place; `read` gives leaves and reductions. */
export function lower(value: Value, read: (v: Leaf | Reduction) => Expr): Expr {
  const done = new Map<number, Expr>();
  const walk = (v: Value): Expr => {
    let known = done.get(v.id);
    if (known === undefined) {
      known = form(v);
      done.set(v.id, known);
    }
    return known;
  };
  const form = (v: Value): Expr => {
    if (v.kind === 'constant') return b.f32(v.value);
    if (v.kind !== 'call') return read(v);
    const known = elementFunction(v.name);
    if (known === undefined) throw new Error(`No function ${v.name} in a formula that was accepted.`);
    return known.build(v.args.map(walk));
  };
  return asNumber(walk(value));
}

/** The place of coordinates, one for each axis of the domain. */
const placeAt =
  (coordinates: readonly Expr[]): Place =>
  (shape) => {
    const own = coordinates.slice(coordinates.length - shape.length);
    return b.flatten(
      shape,
      own.map((at, d) => (shape[d] === 1 ? 0 : at)),
    );
  };

/** The place of a flat index, for values that are as large as the domain, or single. */
const placeFlat =
  (i: Expr): Place =>
  (shape) =>
    countOf(shape) === 1 ? b.i32(0) : i;

/** Whether a domain can be run through by one flat index. */
const isFlat = (domain: Shape, shapes: readonly Shape[]): boolean =>
  shapes.every((s) => countOf(s) === 1 || countOf(s) === countOf(domain));

/** A domain of points: what is computed at each of them, a result or the body of a reduction. */
interface Stage {
  readonly body: Value;
  /** Undefined for the result. */
  readonly reduction: Reduction | undefined;
}

/** The kernels of one layer: where its values are, and what they are made of. */
class Kernels<C extends KernelContext> {
  readonly c: C;
  readonly formula: Formula;
  private readonly top: Tensor;

  constructor(c: C, formula: Formula, top: Tensor) {
    this.c = c;
    this.formula = formula;
    this.top = top;
  }

  /** The values of a leaf or a reduction. */
  tensorOf(v: Leaf | Reduction): Tensor {
    if (v.kind === 'leaf') return nth(v.of === 'bottom' ? this.c.bottoms : this.c.params, v.index);
    return v === this.formula.root ? this.top : this.c.saved(this.nameOf(v), v.kept);
  }

  nameOf = (r: Reduction): string => `r${this.formula.stages.indexOf(r)}`;

  /** Where in the reduced elements the largest (or smallest) stood. */
  bestOf = (r: Reduction): Tensor => this.c.saved(`${this.nameOf(r)}-at`, r.kept, 'i32');

  at(value: Value, place: Place): Expr {
    return lower(value, (v) => flat(this.tensorOf(v), place(v.shape)));
  }

  /** Stages in the order in which they are computed. */
  stages(): Stage[] {
    const { root, stages } = this.formula;
    const reductions = stages.map((reduction): Stage => ({ body: reduction.body, reduction }));
    return root.kind === 'reduction' ? reductions : [...reductions, { body: root, reduction: undefined }];
  }
}

/** Emits the forward pass. */
export function forwardKernels(c: ForwardContext, formula: Formula): void {
  const top = nth(c.tops, 0);
  const k = new Kernels(c, formula, top);
  for (const { body, reduction } of k.stages())
    if (reduction === undefined) emitResult(k, body, top);
    else emitReduction(k, reduction);
}

function emitResult(k: Kernels<ForwardContext>, body: Value, top: Tensor): void {
  const shapes = readBy(body).map((v) => v.shape);
  if (isFlat(body.shape, shapes)) k.c.computeFlat(top, (i) => k.at(body, placeFlat(i)));
  else k.c.compute(top, (...at) => k.at(body, placeAt(at)));
}

function emitReduction(k: Kernels<ForwardContext>, r: Reduction): void {
  const reducer = r.reducer === 'mean' ? 'sum' : r.reducer;
  const divisor = r.reducer === 'mean' ? countOf(r.body.shape) / countOf(r.kept) : 1;
  const over = (at: readonly Expr[]): { axes: Axis[]; body: Expr } => {
    const whole =
      countOf(r.kept) === 1 &&
      isFlat(
        r.body.shape,
        readBy(r.body).map((v) => v.shape),
      );
    if (whole) {
      const i = b.axis(countOf(r.body.shape));
      return { axes: [i], body: k.at(r.body, placeFlat(b.at(i))) };
    }
    const axes = r.axes.map((d) => b.axis(nth(r.body.shape, d)));
    const where = at.map((own, d) => {
      const gone = axes[r.axes.indexOf(d)];
      return gone === undefined ? own : b.at(gone);
    });
    return { axes, body: k.at(r.body, placeAt(where)) };
  };
  k.c.compute(
    view(k.tensorOf(r), r.kept),
    (...at) => {
      const { axes, body } = over(at);
      const value = b.reduce(reducer, axes, body);
      return divisor === 1 ? value : b.div(value, divisor);
    },
    k.nameOf(r),
  );
  if (r.constant || (r.reducer !== 'max' && r.reducer !== 'min')) return;
  k.c.compute(
    k.bestOf(r),
    (...at) => {
      const { axes, body } = over(at);
      return b.reduce('argmax', axes, r.reducer === 'max' ? body : b.neg(body));
    },
    `${k.nameOf(r)}-at`,
  );
}

/** Emits the gradients of bottoms and weights. */
export function backwardKernels(c: BackwardContext, formula: Formula): void {
  const k = new Kernels(c, formula, nth(c.tops, 0));
  const stages = k.stages();
  const gradientOf = (stage: Stage): Tensor =>
    stage.reduction === undefined || stage.reduction === formula.root
      ? nth(c.topDiffs, 0)
      : c.scratch(`${k.nameOf(stage.reduction)}-diff`, stage.reduction.kept);
  for (const r of formula.stages.toReversed()) {
    if (r === formula.root || r.constant) continue;
    const diff = c.scratch(`${k.nameOf(r)}-diff`, r.kept);
    emitGradient(k, r, { ...diff, mode: 'set' }, stages, gradientOf);
  }
  const leaves = new Map<string, Leaf>();
  for (const { body } of stages)
    for (const v of readBy(body)) if (v.kind === 'leaf') leaves.set(`${v.of} ${v.index}`, v);
  const each = (targets: readonly (Target | undefined)[], of: Leaf['of']): void => {
    targets.forEach((target, i) => {
      if (target === undefined) return;
      const leaf = leaves.get(`${of} ${i}`);
      if (leaf !== undefined) emitGradient(k, leaf, target, stages, gradientOf);
      else if (target.mode === 'set') c.computeFlat(target, () => b.f32(0), `${of}${i}`);
    });
  };
  each(c.bottomDiffs, 'bottom');
  each(c.paramDiffs, 'weight');
}

/** What a stage brings to the gradient of a value that it reads, at a point of the stage's domain. */
function contribution(
  k: Kernels<BackwardContext>,
  wrt: Leaf | Reduction,
  { body, reduction }: Stage,
  place: Place,
  gradient: Tensor,
  /** Where among the reduced elements the point stands. */
  position: () => Expr,
): Expr {
  // By a name of its own: two bottoms may be the same blob, and two weights may share their values.
  const [variable, known] = [b.load('', place(wrt.shape)), flat(k.tensorOf(wrt), place(wrt.shape))];
  const value = lower(body, (v) => (v === wrt ? variable : flat(k.tensorOf(v), place(v.shape))));
  const slope = substitute(differentiate(value, variable), (e) =>
    e.op === 'load' && e.buffer === '' ? known : undefined,
  );
  const own = flat(gradient, place(reduction?.kept ?? body.shape));
  return weighed(slope, own, reduction, () =>
    b.eq(flat(k.bestOf(reduction as Reduction), place(reduction?.kept ?? [])), position()),
  );
}

/** A slope times the gradient of what it is a slope of; `best` tells whether the point is the one that counts. */
export function weighed(slope: Expr, own: Expr, r: Reduction | undefined, best: () => Expr): Expr {
  if (slope.op === 'const' && slope.value === 0) return slope;
  switch (r?.reducer) {
    case undefined:
    case 'sum':
      return times(own, slope);
    case 'mean':
      return times(b.div(own, countOf(r.body.shape) / countOf(r.kept)), slope);
    case 'max':
    case 'min':
      return b.select(best(), times(own, slope), 0);
  }
}

function emitGradient(
  k: Kernels<BackwardContext>,
  wrt: Leaf | Reduction,
  target: Target,
  stages: readonly Stage[],
  gradientOf: (stage: Stage) => Tensor,
): void {
  const shape = wrt.kind === 'leaf' ? wrt.shape : wrt.kept;
  const label = wrt.kind === 'leaf' ? wrt.name : k.nameOf(wrt);
  const readers = stages.filter((s) => s.reduction?.constant !== true && readBy(s.body).includes(wrt));
  // A kernel may name eight buffers: what many readers bring is added by one kernel for each.
  const groups = buffersNear(readers) > 6 ? readers.map((r) => [r]) : [readers];
  groups.forEach((group, i) => {
    const into = i === 0 ? target : adding(target);
    if (group.every((stage) => runsFlat(shape, stage)))
      k.c.computeFlat(
        into,
        (at) =>
          group
            .map((stage) => contribution(k, wrt, stage, placeFlat(at), gradientOf(stage), () => positionAt(stage, at)))
            .reduce(plus, b.f32(0)),
        label,
      );
    else
      k.c.compute(
        view(into, shape),
        (...at) => group.map((stage) => gathered(k, wrt, stage, at, gradientOf(stage))).reduce(plus, b.f32(0)),
        label,
      );
  });
}

const buffersNear = (readers: readonly Stage[]): number =>
  new Set(readers.flatMap(({ body }) => readBy(body))).size +
  readers.reduce((n, { reduction }) => n + (reduction?.reducer === 'max' || reduction?.reducer === 'min' ? 2 : 1), 0);

/** Whether the points of a stage are the elements of a value, one for one and in order. */
function runsFlat(shape: Shape, { body, reduction }: Stage): boolean {
  const shapes = [...readBy(body).map((v) => v.shape), ...(reduction === undefined ? [] : [reduction.kept])];
  return countOf(shape) === countOf(body.shape) && isFlat(body.shape, shapes);
}

/** Where among the elements of one reduction a flat index stands: all are of one, or each has its own. */
const positionAt = ({ reduction }: Stage, at: Expr): Expr =>
  reduction !== undefined && countOf(reduction.kept) === 1 ? at : b.i32(0);

/** The sum of what all points bring that an element of a value was broadcast to. */
function gathered(
  k: Kernels<BackwardContext>,
  wrt: Leaf | Reduction,
  stage: Stage,
  at: readonly Expr[],
  gradient: Tensor,
): Expr {
  const domain = stage.body.shape;
  // A reduction that dropped its axes is read by a shape of fewer axes than it has itself.
  const seen =
    wrt.kind === 'leaf' ? at : at.filter((_, d) => wrt.shape.length === wrt.kept.length || !wrt.axes.includes(d));
  const axes: Axis[] = [];
  const where = domain.map((extent, d) => {
    const own = d - domain.length + wrt.shape.length;
    if (own >= 0 && (wrt.shape[own] ?? 1) > 1) return seen[own] as Expr;
    const free = b.axis(extent);
    axes.push(free);
    return b.at(free);
  });
  const position = (): Expr => {
    const gone = stage.reduction?.axes ?? [];
    return b.flatten(
      gone.map((d) => nth(domain, d)),
      gone.map((d) => where[d] as Expr),
    );
  };
  const body = contribution(k, wrt, stage, placeAt(where), gradient, position);
  return body.op === 'const'
    ? b.f32(body.value === 0 ? 0 : body.value * axes.reduce((n, a) => n * a.extent, 1))
    : b.sum(axes, body);
}
