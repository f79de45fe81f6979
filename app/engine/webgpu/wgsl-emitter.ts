/**
 * Writes tensor expressions as WGSL statements. Every value gets a name once, in the outermost block where all it
 * depends on is known: that alone hoists what a loop does not change, shares common subexpressions and keeps shared
 * nodes from being written twice. Integer sums are taken apart into terms and put together again block by block, so
 * that an address inside a loop costs an addition.
 */
import type { Axis, DType, Expr, Reducer } from '../ir/expr.ts';
import { flatten, at } from '../ir/build.ts';
import { rangeOf } from '../ir/range.ts';
import { freeAxes, visit } from '../ir/rewrite.ts';
import { boundOf } from './bounds.ts';
import { FlatIndex } from './flat-index.ts';
import type { Linear } from './linear.ts';
import { combine, scale } from './linear.ts';
import type { Bindings } from './wgsl-bindings.ts';
import { HELPERS, initial, limited, literal, operation, type HelperName } from './wgsl-text.ts';

/** A value's text (a name or a literal) and the block it was made in. */
export interface Value {
  readonly text: string;
  readonly depth: number;
}

interface Block {
  readonly head: string;
  readonly lines: string[];
  readonly byText: Map<string, string>;
  readonly byExpr: Map<Expr, Value>;
  readonly linear: Map<Expr, Linear>;
}

export interface EmitterOptions {
  /**
   * How a guarded load is written: `branch` skips the load where the guard fails; `select` loads a clamped index and
   * throws the value away, which a software adapter runs faster.
   */
  readonly guardedLoads: 'branch' | 'select';
  /** Adds the part of an address that no loop changes last: tile rows then share what the loops contribute. */
  readonly outerTermsLast: boolean;
}

const ACC = -1;
/** Elements that one accumulator sums when a sum is long. */
const SUM_BLOCK = 128;

export class Emitter {
  private readonly blocks: Block[] = [block('')];
  private readonly axes = new Map<number, Value>();
  private readonly bindings: Bindings;
  private readonly options: EmitterOptions;
  private readonly helpers = new Set<HelperName>();
  private flat: FlatIndex | undefined;
  private names = 0;

  constructor(bindings: Bindings, options: EmitterOptions) {
    this.bindings = bindings;
    this.options = options;
  }

  /** Text of the outermost block; every other block must be closed. */
  body(): string {
    if (this.blocks.length !== 1) throw new Error('A block was left open.');
    return this.top().lines.join('\n');
  }

  /** The helper functions that the text calls. */
  preamble(): string {
    return [...this.helpers]
      .sort()
      .map((name) => HELPERS[name])
      .join('\n');
  }

  /** Says that an axis has this text from the current block inwards. */
  bind(axis: Axis, text: string): void {
    this.axes.set(axis.id, { text, depth: this.blocks.length - 1 });
  }

  /** Says what the accumulator is called in the current block. */
  bindAccumulator(text: string): void {
    this.axes.set(ACC, { text, depth: this.blocks.length - 1 });
  }

  /** Binds axes to the coordinates of a row-major flat index; a coordinate is written only where it is used. */
  bindFlat(axes: readonly Axis[], name: string): void {
    this.flat = new FlatIndex(axes, name);
  }

  /** Starts a block: a loop, a condition or plain braces. */
  open(head: string): void {
    this.blocks.push(block(head));
  }

  /** Starts a loop over an axis, or over a part of it, whose ends are texts. */
  openLoop(
    axis: Axis,
    part: { readonly from: string; readonly to: string } = { from: '0', to: `${axis.extent}` },
  ): void {
    const name = this.fresh('i');
    this.open(`for (var ${name} = ${part.from}; ${name} < ${part.to}; ${name}++)`);
    this.bind(axis, name);
  }

  close(): void {
    const done = this.blocks.pop();
    if (done === undefined || this.blocks.length === 0) throw new Error('No block to close.');
    this.top().lines.push(`${done.head} {`, ...done.lines.map((line) => `  ${line}`), '}');
  }

  /** A statement in the current block. */
  statement(text: string): void {
    this.top().lines.push(text);
  }

  fresh(prefix: string): string {
    // The underscore keeps names apart from WGSL's own: `i32` is a type.
    return `${prefix}_${this.names++}`;
  }

  /** Writes what an expression needs that is not there yet, and gives its value. */
  value(e: Expr): Value {
    if (e.op === 'const') return { text: this.constant(e), depth: 0 };
    for (const b of this.blocks) {
      const known = b.byExpr.get(e);
      if (known !== undefined) return known;
    }
    const made = this.make(e);
    (this.blocks[made.depth] as Block).byExpr.set(e, made);
    return made;
  }

  /** A function of a value, named once in the block where the value is. */
  through(fn: string, type: DType, value: Value): Value {
    return this.define(value.depth, type, `${fn}(${value.text})`);
  }

  private make(e: Exclude<Expr, { op: 'const' }>): Value {
    switch (e.op) {
      case 'axis':
        return this.materialise(this.linear(e));
      case 'scalar':
        return this.define(0, e.dtype, this.bindings.scalar(e.name, e.dtype));
      case 'acc':
        return this.bound(ACC);
      case 'load':
        return this.load(e);
      case 'unary':
        return e.dtype === 'i32' && e.fn === 'neg' ? this.materialise(this.linear(e)) : this.unary(e);
      case 'binary':
        if (e.dtype === 'i32' && (e.fn === 'add' || e.fn === 'sub' || (e.fn === 'mul' && e.b.op === 'const')))
          return this.materialise(this.linear(e));
        return e.dtype === 'bool' && e.fn === 'and' ? this.conjunction(e) : this.binary(e);
      case 'select': {
        const cond = this.value(e.cond);
        const a = this.value(e.a);
        const b = this.value(e.b);
        return this.define(
          Math.max(cond.depth, a.depth, b.depth),
          e.dtype,
          `select(${b.text}, ${a.text}, ${cond.text})`,
        );
      }
      case 'cast': {
        const a = this.value(e.a);
        return this.define(a.depth, e.dtype, `${e.dtype}(${a.text})`);
      }
      case 'reduce':
        return this.reduce(e);
    }
  }

  private top(): Block {
    return this.blocks[this.blocks.length - 1] as Block;
  }

  /** Names a value in the block of that depth, unless the same text has a name already. */
  private define(depth: number, type: DType, text: string): Value {
    return { text: this.defineText(depth, type, text), depth };
  }

  private defineText(depth: number, type: string, text: string): string {
    const target = this.blocks[depth] as Block;
    let name = target.byText.get(text);
    if (name === undefined) {
      name = this.fresh('v');
      target.lines.push(`let ${name}: ${type} = ${text};`);
      target.byText.set(text, name);
    }
    return name;
  }

  private helper(name: HelperName): string {
    this.helpers.add(name);
    return name;
  }

  private constant(e: { readonly dtype: DType; readonly value: number }): string {
    if (e.dtype === 'f32' && !Number.isFinite(Math.fround(e.value))) {
      this.helpers.add('special');
      return Number.isNaN(e.value) ? 'special(0x7fc00000u)' : `special(${e.value < 0 ? '0xff800000u' : '0x7f800000u'})`;
    }
    return literal(e.value, e.dtype);
  }

  private bound(id: number): Value {
    const v = this.axes.get(id);
    if (v === undefined)
      throw new Error(id === ACC ? 'The accumulator is used outside a store.' : `Axis ${id} is used outside its loop.`);
    return v;
  }

  private linear(e: Expr): Linear {
    for (const b of this.blocks) {
      const known = b.linear.get(e);
      if (known !== undefined) return known;
    }
    const made = this.takeApart(e);
    let depth = 0;
    for (const t of made.terms.values()) depth = Math.max(depth, t.depth);
    this.blocks[depth]?.linear.set(e, made);
    return made;
  }

  private takeApart(e: Expr): Linear {
    if (e.op === 'const') return { constant: e.value, terms: new Map() };
    if (e.op === 'axis') {
      const placeholder = this.axes.has(e.axis.id) ? undefined : this.flat?.placeholder(e.axis);
      if (placeholder !== undefined)
        return { constant: 0, terms: new Map([[placeholder, { coefficient: 1, depth: 0 }]]) };
      const v = this.bound(e.axis.id);
      return { constant: 0, terms: new Map([[v.text, { coefficient: 1, depth: v.depth }]]) };
    }
    if (e.op === 'binary' && e.fn === 'add') return combine(this.linear(e.a), this.linear(e.b), 1);
    if (e.op === 'binary' && e.fn === 'sub') return combine(this.linear(e.a), this.linear(e.b), -1);
    if (e.op === 'binary' && e.fn === 'mul' && e.b.op === 'const') return scale(this.linear(e.a), e.b.value);
    if (e.op === 'unary' && e.fn === 'neg') return scale(this.linear(e.a), -1);
    const v = this.value(e);
    return { constant: 0, terms: new Map([[v.text, { coefficient: 1, depth: v.depth }]]) };
  }

  private materialise(unresolved: Linear): Value {
    const linear = this.flat?.resolve(unresolved, (text) => this.define(0, 'i32', text).text) ?? unresolved;
    const groups = new Map<number, string[]>();
    for (const [name, { coefficient, depth }] of [...linear.terms].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (coefficient === 0) continue;
      const text = coefficient === 1 ? name : `${name} * ${literal(coefficient, 'i32')}`;
      const there = groups.get(depth);
      if (there === undefined) groups.set(depth, [text]);
      else there.push(text);
    }
    const depths = [...groups.keys()].sort((a, b) => a - b);
    const outermost = depths[0];
    if (outermost === undefined) return { text: literal(linear.constant, 'i32'), depth: 0 };
    if (linear.constant !== 0) groups.get(outermost)?.push(literal(linear.constant, 'i32'));
    if (this.options.outerTermsLast) depths.push(depths.shift() as number);
    let sum: Value | undefined;
    for (const depth of depths) {
      const texts = groups.get(depth) ?? [];
      const own = this.sumOf(texts, depth);
      sum = sum === undefined ? own : this.define(Math.max(sum.depth, depth), 'i32', `${own.text} + ${sum.text}`);
    }
    return sum as Value;
  }

  private sumOf(texts: readonly string[], depth: number): Value {
    const only = texts[0] as string;
    if (texts.length === 1 && !only.includes(' ')) return { text: only, depth };
    return this.define(depth, 'i32', texts.join(' + '));
  }

  private load(e: Expr & { op: 'load' }): Value {
    const buffer = this.bindings.buffer(e.buffer);
    if (buffer.valueType !== e.dtype)
      throw new Error(`A load of ${e.dtype} from buffer ${e.buffer}, which holds ${buffer.dtype}.`);
    if (buffer.vector) {
      const component = e.guard === undefined ? this.component(e, buffer.name) : undefined;
      if (component !== undefined) return component;
      // The text will be written again without vectors of this buffer.
      this.bindings.notVectors.add(e.buffer);
    }
    const index = this.value(e.index);
    const element = (i: string): string =>
      buffer.dtype === 'u8'
        ? `(${buffer.name}[${i} >> 2u] >> ((u32(${i}) & 3u) * 8u)) & 0xffu`
        : `${buffer.name}[${i}]`;
    if (e.guard === undefined) return this.define(index.depth, e.dtype, element(index.text));
    const guard = this.value(e.guard);
    const depth = Math.max(index.depth, guard.depth);
    const otherwise = this.constant({ dtype: e.dtype, value: e.otherwise });
    if (this.options.guardedLoads === 'select') {
      const clamped = this.define(depth, 'i32', `select(0, ${index.text}, ${guard.text})`);
      return this.define(depth, e.dtype, `select(${otherwise}, ${element(clamped.text)}, ${guard.text})`);
    }
    const target = this.blocks[depth] as Block;
    const text = `${guard.text} ? ${element(index.text)} : ${otherwise}`;
    let name = target.byText.get(text);
    if (name === undefined) {
      name = this.fresh('v');
      target.lines.push(
        `var ${name}: ${e.dtype} = ${otherwise};`,
        `if (${guard.text}) { ${name} = ${element(index.text)}; }`,
      );
      target.byText.set(text, name);
    }
    return { text: name, depth };
  }

  /** One of the four values of a vector, loaded once for all of them; undefined where which one depends on the point. */
  private component(e: Expr & { op: 'load' }, name: string): Value | undefined {
    const { constant, terms } = this.linear(e.index);
    if ([...terms.values()].some(({ coefficient }) => coefficient % 4 !== 0)) return undefined;
    const whole = Math.floor(constant / 4);
    const index = this.materialise({
      constant: whole,
      terms: new Map([...terms].map(([text, t]) => [text, { ...t, coefficient: t.coefficient / 4 }])),
    });
    const vector = this.defineText(index.depth, `vec4<${e.dtype}>`, `${name}[${index.text}]`);
    return { text: `${vector}.${'xyzw'.charAt(constant - 4 * whole)}`, depth: index.depth };
  }

  private unary(e: Expr & { op: 'unary' }): Value {
    const a = this.value(e.a);
    const text = (): string => {
      switch (e.fn) {
        case 'neg':
          return e.dtype === 'u32' ? `0u - ${a.text}` : `-(${a.text})`;
        case 'not':
          return `!${a.text}`;
        case 'bits':
          return `bitcast<u32>(${a.text})`;
        case 'tanh':
          return `${this.helper('tanh_')}(${a.text})`;
        case 'exp':
        case 'log':
        case 'sqrt':
        case 'abs':
        case 'floor':
          return `${e.fn}(${a.text})`;
      }
    };
    return this.define(a.depth, e.dtype, text());
  }

  private binary(e: Expr & { op: 'binary' }): Value {
    const a = this.value(e.a);
    const depthWith = (b: Value): number => Math.max(a.depth, b.depth);
    if (e.fn === 'floordiv' || e.fn === 'mod') {
      if (e.b.op !== 'const') throw new Error(`${e.fn} by something that is not constant.`);
      return this.define(a.depth, e.dtype, this.quotient(e.fn, e.a, a.text, e.b.value));
    }
    const b = this.value(e.b);
    if ((e.fn === 'min' || e.fn === 'max') && e.dtype === 'f32' && (e.a.op === 'const' || e.b.op === 'const')) {
      const [x, limit] = e.b.op === 'const' ? [a, b] : [b, a];
      return this.define(depthWith(b), e.dtype, limited(e.fn, x.text, limit.text));
    }
    return this.define(depthWith(b), e.dtype, operation(e.fn, a.text, b.text));
  }

  /** Division rounded down: plain where the dividend cannot be negative, shifts for powers of two. */
  private quotient(fn: 'floordiv' | 'mod', a: Expr, text: string, d: number): string {
    const plain = a.dtype === 'u32' || (rangeOf(a)?.min ?? -1) >= 0;
    if (a.dtype === 'i32' && (d & (d - 1)) === 0)
      return fn === 'floordiv' ? `${text} >> ${Math.log2(d)}u` : `${text} & ${d - 1}`;
    if (plain) return `${text} ${fn === 'floordiv' ? '/' : '%'} ${literal(d, a.dtype)}`;
    return `${this.helper(fn === 'floordiv' ? 'floor_div' : 'floor_mod')}(${text}, ${d})`;
  }

  /** A chain of `and`: a pair 0 ≤ x, x < n becomes one unsigned comparison, and terms meet in the order of their blocks. */
  private conjunction(e: Expr): Value {
    const terms: Expr[] = [];
    const seen = new Set<Expr>();
    const collect = (x: Expr): void => {
      if (seen.has(x)) return;
      seen.add(x);
      if (x.op === 'binary' && x.fn === 'and') {
        collect(x.a);
        collect(x.b);
      } else terms.push(x);
    };
    collect(e);
    const values: Value[] = [];
    const bounds = new Map<string, { subject: Value; low: boolean; high: number | undefined }>();
    for (const term of terms) {
      const bound = boundOf(term);
      if (bound === undefined) {
        values.push(this.value(term));
        continue;
      }
      const subject = this.value(bound.subject);
      const entry = bounds.get(subject.text) ?? { subject, low: false, high: undefined };
      if (bound.high === undefined) entry.low = true;
      else entry.high = Math.min(entry.high ?? bound.high, bound.high);
      bounds.set(subject.text, entry);
    }
    for (const { subject, low, high } of bounds.values()) {
      const text =
        high === undefined
          ? `${subject.text} >= 0`
          : low
            ? `u32(${subject.text}) < ${high}u`
            : `${subject.text} < ${literal(high, 'i32')}`;
      values.push(this.define(subject.depth, 'bool', text));
    }
    values.sort((x, y) => x.depth - y.depth || (x.text < y.text ? -1 : 1));
    return values.reduce((x, y) =>
      x.text === y.text ? x : this.define(Math.max(x.depth, y.depth), 'bool', `${x.text} & ${y.text}`),
    );
  }

  private reduce(e: Expr & { op: 'reduce' }): Value {
    let depth = 0;
    for (const id of freeAxes(e).keys()) depth = Math.max(depth, this.axes.get(id)?.depth ?? 0);
    visit(e, (node) => {
      if (node.op === 'acc') depth = Math.max(depth, this.bound(ACC).depth);
    });
    // What depends on no inner loop is computed before it, even when that loop is open.
    const inner = this.blocks.splice(depth + 1);
    const shadowed = e.axes.map((a) => this.axes.get(a.id));
    const text = e.reducer === 'argmax' ? this.argmax(e) : this.fold(e, 0);
    e.axes.forEach((a, i) => {
      const old = shadowed[i];
      if (old === undefined) this.axes.delete(a.id);
      else this.axes.set(a.id, old);
    });
    this.blocks.push(...inner);
    return { text, depth };
  }

  /** One accumulator for each loop: sums of sums round less than one long sum. */
  private fold(e: Expr & { op: 'reduce' }, i: number): string {
    const total = this.fresh('r');
    const axis = e.axes[i] as Axis;
    this.statement(`var ${total}: ${e.dtype} = ${this.start(e.reducer, e.dtype)};`);
    if (e.reducer === 'sum' && e.dtype === 'f32' && axis.extent > 2 * SUM_BLOCK) {
      this.blockedSum(e, i, total);
      return total;
    }
    this.openLoop(axis);
    const term = i + 1 < e.axes.length ? this.fold(e, i + 1) : this.value(e.body).text;
    this.statement(`${total} = ${operation(FOLD[e.reducer as keyof typeof FOLD], total, term)};`);
    this.close();
    return total;
  }

  /** A long sum in blocks, for the same reason. */
  private blockedSum(e: Expr & { op: 'reduce' }, i: number, total: string): void {
    const axis = e.axes[i] as Axis;
    const [from, at, part] = [this.fresh('i'), this.fresh('i'), this.fresh('r')];
    this.open(`for (var ${from} = 0; ${from} < ${axis.extent}; ${from} += ${SUM_BLOCK})`);
    this.statement(`var ${part} = 0f;`);
    this.open(`for (var ${at} = ${from}; ${at} < min(${from} + ${SUM_BLOCK}, ${axis.extent}); ${at}++)`);
    this.bind(axis, at);
    const term = i + 1 < e.axes.length ? this.fold(e, i + 1) : this.value(e.body).text;
    this.statement(`${part} = ${part} + ${term};`);
    this.close();
    this.statement(`${total} = ${total} + ${part};`);
    this.close();
  }

  private start(reducer: Reducer, dtype: DType): string {
    const text = initial(reducer, dtype);
    if (text.startsWith('special')) this.helpers.add('special');
    return text;
  }

  private argmax(e: Expr & { op: 'reduce' }): string {
    const best = this.fresh('r');
    const where = this.fresh('r');
    this.statement(`var ${best}: ${e.body.dtype} = ${this.start('max', e.body.dtype)};`);
    this.statement(`var ${where}: i32 = 0;`);
    for (const a of e.axes) this.openLoop(a);
    const v = this.value(e.body).text;
    const index = this.value(
      flatten(
        e.axes.map((a) => a.extent),
        e.axes.map(at),
      ),
    ).text;
    this.statement(`if (${v} > ${best}) { ${best} = ${v}; ${where} = ${index}; }`);
    for (let i = 0; i < e.axes.length; i++) this.close();
    return where;
  }
}

const FOLD = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

function block(head: string): Block {
  return { head, lines: [], byText: new Map(), byExpr: new Map(), linear: new Map() };
}
