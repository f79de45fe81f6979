/**
 * What a formula means for bottoms of certain shapes: a graph of values with shapes (NumPy's broadcasting), in which equal
 * values are one node, constants are folded, and sums of exponentials are kept from overflowing. Reductions cut the graph
 * into stages: each stage, and the result, is elementwise over its own domain.
 */
import type { Shape } from '../../caffe/net/layer-table.ts';
import { nearest } from '../../caffe/text/suggest.ts';
import { f32 } from '../../engine/ir/build.ts';
import { asNumber, elementFunction, elementNames } from './functions.ts';
import { FormulaError, parseFormula, type Argument, type Span, type Syntax } from './syntax.ts';
import { countOf } from '../definition.ts';

export type Value = Constant | Leaf | Call | Reduction;

interface Constant {
  readonly kind: 'constant';
  readonly id: number;
  readonly shape: Shape;
  readonly value: number;
}

/** A bottom or a weight. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly id: number;
  readonly shape: Shape;
  readonly name: string;
  readonly of: 'bottom' | 'weight';
  readonly index: number;
}

/** A function of each element by itself; arguments broadcast. */
export interface Call {
  readonly kind: 'call';
  readonly id: number;
  readonly shape: Shape;
  readonly name: string;
  readonly args: readonly Value[];
}

/** One value for all elements along some axes of a body. */
export interface Reduction {
  readonly kind: 'reduction';
  readonly id: number;
  readonly shape: Shape;
  readonly reducer: 'sum' | 'mean' | 'max' | 'min';
  readonly body: Value;
  /** Axes of the body that go, ascending. */
  readonly axes: readonly number[];
  /** The body's shape with 1 at these axes: `shape` may lack them. */
  readonly kept: Shape;
  /** No gradient passes: what is subtracted against overflow changes no result. */
  readonly constant: boolean;
}

/** A weight as the settings declare it. */
export interface WeightShape {
  readonly name: string;
  readonly shape: Shape;
}

export interface Formula {
  readonly root: Value;
  /** Reductions in an order in which each comes behind those it reads. */
  readonly stages: readonly Reduction[];
  /** What a stage is called: the part of the formula that it is, or r1, r2 … */
  readonly stageNames: ReadonlyMap<Reduction, string>;
}

/** Values that a stage may read: what eight buffers leave room for, beside its gradient and the result. */
const MOST_READ = 6;
const REDUCERS = ['sum', 'mean', 'max', 'min', 'var', 'std', 'logsumexp', 'softmax'];

/** The name of a bottom: x, y, z for the first three. */
export const bottomName = (index: number): string => 'xyz'[index] ?? `b${index}`;

/** Reads a formula for given shapes. Throws a FormulaError. */
export function readFormula(text: string, bottoms: readonly Shape[], weights: readonly WeightShape[]): Formula {
  const reader = new Reader(text, bottoms, weights);
  const { parts, value } = parseFormula(text);
  const partOf = new Map<Value, string>();
  for (const part of parts) {
    reader.free(part.name, part.span);
    const read = reader.value(part.value);
    reader.name(part.name, read);
    if (!partOf.has(read)) partOf.set(read, part.name);
  }
  const root = reader.value(value);
  const stages = stagesOf(root);
  let count = 0;
  const stageNames = new Map(stages.map((s) => [s, partOf.get(s) ?? `r${++count}`]));
  const whole: Span = { from: 0, to: text.length };
  for (const stage of [root, ...stages]) {
    const picks = stage.kind === 'reduction' && (stage.reducer === 'max' || stage.reducer === 'min');
    const most = picks ? MOST_READ - 1 : MOST_READ;
    const read = readBy(stage.kind === 'reduction' ? stage.body : stage).length;
    if (read > most)
      throw new FormulaError(
        `It reads ${read} blobs, weights and reductions at once, and ${most} at most can be: split it into two layers.`,
        whole,
      );
  }
  return { root, stages, stageNames };
}

/** The leaves and reductions that a value reads, not looking into reductions. */
export function readBy(value: Value): (Leaf | Reduction)[] {
  const found = new Map<number, Leaf | Reduction>();
  const seen = new Set<number>();
  const walk = (v: Value, top: boolean): void => {
    if (v.kind === 'leaf' || (v.kind === 'reduction' && !top)) found.set(v.id, v);
    if (v.kind !== 'call' || seen.has(v.id)) return;
    seen.add(v.id);
    for (const arg of v.args) walk(arg, false);
  };
  walk(value, false);
  return [...found.values()];
}

function stagesOf(root: Value): Reduction[] {
  const stages: Reduction[] = [];
  const seen = new Set<number>();
  const walk = (v: Value): void => {
    if (seen.has(v.id)) return;
    seen.add(v.id);
    if (v.kind === 'call') v.args.forEach(walk);
    if (v.kind !== 'reduction') return;
    walk(v.body);
    stages.push(v);
  };
  walk(root);
  return stages;
}

const shapeText = (shape: Shape): string => (shape.length === 0 ? 'a single number' : shape.join('×'));

class Reader {
  private readonly text: string;
  private readonly names = new Map<string, Value>();
  private readonly nodes = new Map<string, Value>();

  constructor(text: string, bottoms: readonly Shape[], weights: readonly WeightShape[]) {
    this.text = text;
    const start: Span = { from: 0, to: 0 };
    bottoms.forEach((shape, index) => {
      const name = bottomName(index);
      const leaf = this.node(`bottom ${index}`, (id) => ({ kind: 'leaf', id, shape, name, of: 'bottom', index }));
      this.names.set(name, leaf);
      this.names.set(`b${index}`, leaf);
    });
    weights.forEach(({ name, shape }, index) => {
      this.free(name, start);
      this.names.set(
        name,
        this.node(`weight ${index}`, (id) => ({ kind: 'leaf', id, shape, name, of: 'weight', index })),
      );
    });
  }

  /** Refuses a name that means something already. */
  free(name: string, span: Span): void {
    const taken = this.names.has(name) || name === 'pi' || name === 'top';
    if (taken) throw new FormulaError(`The name "${name}" is taken already: choose another.`, span);
  }

  name(name: string, value: Value): void {
    this.names.set(name, value);
  }

  value(s: Syntax): Value {
    switch (s.kind) {
      case 'number':
        return this.constant(s.value, s.span);
      case 'name':
        return this.named(s);
      case 'list':
        throw new FormulaError('A list names axes: it can only stand in a reduction, as in sum(x, [1, 2]).', s.span);
      case 'call':
        return this.call(s);
    }
  }

  private named(s: Syntax & { kind: 'name' }): Value {
    const known = this.names.get(s.name);
    if (known !== undefined) return known;
    if (s.name === 'pi') return this.constant(Math.PI, s.span);
    if (elementFunction(s.name) !== undefined || REDUCERS.includes(s.name))
      throw new FormulaError(`${s.name} is a function: write ${s.name}(…).`, s.span);
    throw new FormulaError(
      `There is nothing called "${s.name}": there are ${[...this.names.keys()].join(', ')}. A learned value is declared by weight { name: "${s.name}" }.`,
      s.span,
    );
  }

  private call(s: Syntax & { kind: 'call' }): Value {
    const byAxes = s.args.some(({ name, value }) => name !== undefined || value.kind === 'list');
    const reduces =
      REDUCERS.includes(s.name) && (elementFunction(s.name) === undefined || byAxes || s.args.length === 1);
    if (reduces) return this.reduction(s);
    const known = elementFunction(s.name);
    if (known === undefined) {
      const near = nearest(s.name, [...elementNames, ...REDUCERS]);
      throw new FormulaError(
        `There is no function "${s.name}": ${near === undefined ? `there are ${[...elementNames, ...REDUCERS].join(', ')}` : `did you mean ${near}?`}`,
        s.span,
      );
    }
    const extra = s.args.find((a) => a.name !== undefined);
    if (extra !== undefined)
      throw new FormulaError(`${s.name} has no argument "${extra.name ?? ''}": leave the name out.`, extra.value.span);
    if (s.args.length < known.min || s.args.length > known.max)
      throw new FormulaError(
        `${s.name} takes ${known.min === known.max ? known.min : `${known.min} to ${known.max}`} ${known.max === 1 ? 'value' : 'values'}, not ${s.args.length}.`,
        s.span,
      );
    return this.apply(
      s.name,
      s.args.map(({ value }) => this.value(value)),
      s.span,
    );
  }

  /** A function of values: folded where all are constants. */
  private apply(name: string, args: readonly Value[], span: Span): Value {
    const constants = args.flatMap((a) => (a.kind === 'constant' ? [f32(a.value)] : []));
    if (constants.length === args.length) {
      const result = elementFunction(name)?.build(constants);
      const number = result === undefined ? undefined : asNumber(result);
      if (number?.op === 'const') return this.constant(number.value, span);
    }
    const stable = this.withoutOverflow(name, args, span);
    if (stable !== undefined) return stable;
    const shape = args.map((a) => a.shape).reduce((a, b) => this.broadcast(a, b, span));
    return this.node(`${name}(${args.map((a) => a.id).join()})`, (id) => ({ kind: 'call', id, shape, name, args }));
  }

  /** log(sum(exp(a))) and exp(a) / sum(exp(a)), with the largest a taken off first. */
  private withoutOverflow(name: string, args: readonly Value[], span: Span): Value | undefined {
    const [first, second] = args;
    const total = name === 'log' ? first : name === '/' ? second : undefined;
    if (total?.kind !== 'reduction' || total.reducer !== 'sum') return undefined;
    const { body, axes } = total;
    const exponent = body.kind === 'call' && body.name === 'exp' ? body.args[0] : undefined;
    if (exponent === undefined || (name === '/' && first !== body)) return undefined;
    // What is written with its largest value taken off is stable as it stands.
    const off = exponent.kind === 'call' && exponent.name === '-' ? exponent.args[1] : undefined;
    if (off?.kind === 'reduction' && off.reducer === 'max') return undefined;
    const keeps = total.shape.length === total.kept.length;
    if (name === '/') return keeps ? this.softmax(exponent, axes, span) : undefined;
    return this.logSumExp(exponent, axes, keeps, span);
  }

  private logSumExp(x: Value, axes: readonly number[], keep: boolean, span: Span): Value {
    const largest = this.reduce('max', x, axes, true, true);
    const total = this.reduce('sum', this.apply('exp', [this.apply('-', [x, largest], span)], span), axes, keep);
    const shift = keep ? largest : this.reduce('max', x, axes, false, true);
    return this.apply('+', [this.apply('log', [total], span), shift], span);
  }

  private softmax(x: Value, axes: readonly number[], span: Span): Value {
    const largest = this.reduce('max', x, axes, true, true);
    const shifted = this.apply('exp', [this.apply('-', [x, largest], span)], span);
    const total = this.reduce('sum', shifted, axes, true);
    const shape = this.broadcast(shifted.shape, total.shape, span);
    const args = [shifted, total];
    return this.node(`/(${args.map((a) => a.id).join()})`, (id) => ({ kind: 'call', id, shape, name: '/', args }));
  }

  private reduction(s: Syntax & { kind: 'call' }): Value {
    const [body, ...rest] = s.args;
    if (body === undefined || body.name !== undefined)
      throw new FormulaError(`${s.name} takes a value first: ${s.name}(x, axis).`, s.span);
    const x = this.value(body.value);
    const keep = this.keepsAxes(s, rest);
    const given = rest.filter((a) => a.name !== 'keepdims');
    const wrong = given.find((a) => a.name !== undefined && a.name !== 'axis');
    if (wrong !== undefined)
      throw new FormulaError(
        `${s.name} has no argument "${wrong.name ?? ''}": it takes axis and keepdims.`,
        wrong.value.span,
      );
    // Without axes everything is one number; a softmax has to be told along what.
    const axes = this.axes(given, x.shape, s);
    const keeps = keep ?? given.length > 0;
    switch (s.name) {
      case 'sum':
      case 'mean':
      case 'max':
      case 'min':
        return this.reduce(s.name, x, axes, keeps);
      case 'var':
        return this.variance(x, axes, keeps, s.span);
      case 'std':
        return this.apply('sqrt', [this.variance(x, axes, keeps, s.span)], s.span);
      case 'logsumexp':
        return this.logSumExp(x, axes, keeps, s.span);
      default:
        return this.softmax(x, axes, s.span);
    }
  }

  private variance(x: Value, axes: readonly number[], keep: boolean, span: Span): Value {
    const centred = this.apply('-', [x, this.reduce('mean', x, axes, true)], span);
    return this.reduce('mean', this.apply('square', [centred], span), axes, keep);
  }

  private keepsAxes(s: Syntax & { kind: 'call' }, args: readonly Argument[]): boolean | undefined {
    const given = args.find((a) => a.name === 'keepdims')?.value;
    if (given === undefined) return undefined;
    const word = this.text.slice(given.span.from, given.span.to).toLowerCase();
    if (word === 'true' || word === '1') return true;
    if (word === 'false' || word === '0') return false;
    throw new FormulaError(`keepdims of ${s.name} is true or false, not "${word}".`, given.span);
  }

  private axes(args: readonly Argument[], shape: Shape, s: Syntax): number[] {
    const items = args.flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]));
    if (items.length === 0) return shape.map((_, axis) => axis);
    const axes = items.map((item) => {
      if (item.kind !== 'number' || !Number.isInteger(item.value))
        throw new FormulaError('An axis is a whole number, such as 1 or -1, or a list of them: [2, 3].', item.span);
      if (item.value < -shape.length || item.value >= shape.length)
        throw new FormulaError(
          shape.length === 0
            ? 'It is a single number, which has no axes.'
            : `There is no axis ${item.value}: this value has ${shape.length} axes (${shapeText(shape)}), 0 to ${shape.length - 1} or -1 to ${-shape.length}.`,
          item.span,
        );
      return item.value < 0 ? item.value + shape.length : item.value;
    });
    if (new Set(axes).size < axes.length) throw new FormulaError('An axis is named twice.', s.span);
    return axes.sort((a, b) => a - b);
  }

  private reduce(
    reducer: Reduction['reducer'],
    body: Value,
    axes: readonly number[],
    keep: boolean,
    constant = false,
  ): Value {
    const kept = body.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const shape = keep ? kept : body.shape.filter((_, axis) => !axes.includes(axis));
    if (body.kind === 'constant') return body;
    return this.node(`${reducer} ${body.id} ${axes.join()} ${keep} ${constant}`, (id) => ({
      kind: 'reduction',
      id,
      shape,
      reducer,
      body,
      axes,
      kept,
      constant,
    }));
  }

  private constant(value: number, span: Span): Value {
    if (!Number.isFinite(Math.fround(value)))
      throw new FormulaError(`"${this.text.slice(span.from, span.to)}" is not a finite number.`, span);
    return this.node(`constant ${Object.is(value, -0) ? '-0' : value}`, (id) => ({
      kind: 'constant',
      id,
      shape: [],
      value,
    }));
  }

  private broadcast(a: Shape, b: Shape, span: Span): Shape {
    const rank = Math.max(a.length, b.length);
    return Array.from({ length: rank }, (_, i) => {
      const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
      if (p !== q && p !== 1 && q !== 1)
        throw new FormulaError(
          `${shapeText(a)} and ${shapeText(b)} do not go together: counted from the last axis, extents must be equal or 1, and ${p} meets ${q}.`,
          span,
        );
      return p === 1 ? q : p;
    });
  }

  private node<V extends Value>(key: string, make: (id: number) => V): Value {
    let known = this.nodes.get(key);
    if (known === undefined) {
      known = make(this.nodes.size);
      this.nodes.set(key, known);
    }
    return known;
  }
}

/** Operations of each element, counted over all stages: what a forward pass costs. */
export function operationsOf({ root, stages }: Formula): number {
  const calls = (value: Value): number => {
    const seen = new Set<number>();
    const walk = (v: Value): void => {
      if (v.kind !== 'call' || seen.has(v.id)) return;
      seen.add(v.id);
      v.args.forEach(walk);
    };
    walk(value);
    return seen.size;
  };
  return stages.reduce(
    (n, s) => n + (calls(s.body) + 1) * countOf(s.body.shape),
    root.kind === 'reduction' ? 0 : calls(root) * countOf(root.shape),
  );
}
