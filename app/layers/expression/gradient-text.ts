/** The derived gradient of a formula as lines to be read: what backward computes, in the words of the formula. */
import type { Shape } from '../../caffe/net/layer-table.ts';
import type { LayerParameter } from '../../caffe/schema/net-messages.ts';
import * as b from '../../engine/ir/build.ts';
import { differentiate } from '../../engine/ir/differentiate.ts';
import type { Expr } from '../../engine/ir/expr.ts';
import { key } from '../../engine/ir/key.ts';
import { namedOf } from '../../engine/ir/named.ts';
import { print, type PrintStyle } from '../../engine/ir/print.ts';
import { children } from '../../engine/ir/rewrite.ts';
import { formulaOf } from '../expression.ts';
import { readBy, type Formula, type Leaf, type Reduction, type Value } from './formula.ts';
import { lower, weighed } from './kernels.ts';

/**
 * The gradient of an Expression, one line for each step: `dx = dtop * (s + x * s * (1 - s))`. `dtop` is the gradient that
 * comes from above, `dx` that of x; a reduction and its gradient have a line each, as if
 * it kept its axes. Throws a FormulaError where the formula
 * or the shapes are wrong.
 */
export const gradientText = (layer: LayerParameter, bottoms: readonly Shape[]): string =>
  new GradientText(formulaOf(layer, bottoms)).lines().join('\n');

interface Stage {
  readonly body: Value;
  readonly reduction: Reduction | undefined;
}

/** A line: a name and the sum of its terms. */
interface Line {
  readonly name: string;
  readonly terms: readonly Term[];
}

/** A value, and over which axes of its domain it is reduced. */
interface Term {
  readonly reducer: string;
  readonly axes: readonly number[];
  readonly value: Expr;
}

class GradientText {
  private readonly formula: Formula;
  /** Names of expressions that are written once and used often. */
  private readonly shared = new Map<number, string>();

  constructor(formula: Formula) {
    this.formula = formula;
  }

  lines(): string[] {
    const { root, stages } = this.formula;
    const computed: Stage[] = stages.map((reduction) => ({ body: reduction.body, reduction }));
    if (root.kind !== 'reduction') computed.push({ body: root, reduction: undefined });
    const wanted: (Leaf | Reduction)[] = stages.filter((s) => s !== root && !s.constant).reverse();
    const leaves = new Set(computed.flatMap(({ body }) => readBy(body)).filter((v) => v.kind === 'leaf'));
    const order = (l: Leaf): number => l.index + (l.of === 'weight' ? 1000 : 0);
    wanted.push(...[...leaves].sort((p, q) => order(p) - order(q)));
    const lines: Line[] = [
      ...stages.map((s) => ({
        name: this.nameOf(s),
        terms: [{ reducer: s.reducer, axes: s.axes, value: this.expr(s.body) }],
      })),
      ...wanted.map((wrt) => ({ name: `d${this.nameOf(wrt)}`, terms: this.termsOf(wrt, computed) })),
    ];
    const often = usedOften(lines.flatMap(({ terms }) => terms.map((t) => t.value)));
    return lines.flatMap(({ name, terms }) => {
      const first = terms.flatMap((t) => this.define(t.value, often));
      const sum = terms.map(({ reducer, axes, value }) =>
        axes.length === 0 ? this.text(value) : `${reducer}(${this.text(value)}, [${axes.join(', ')}])`,
      );
      return [...first, `${name} = ${sum.length === 0 ? '0' : sum.join(' + ')}`];
    });
  }

  private nameOf(v: Leaf | Reduction): string {
    return v.kind === 'leaf' ? v.name : (this.formula.stageNames.get(v) ?? '');
  }

  private expr(value: Value): Expr {
    return lower(value, (v) => b.load(this.nameOf(v), 0));
  }

  private termsOf(wrt: Leaf | Reduction, stages: readonly Stage[]): Term[] {
    return stages.flatMap(({ body, reduction }) => {
      if (reduction?.constant === true || !readBy(body).includes(wrt)) return [];
      const result = reduction === undefined || reduction === this.formula.root;
      const own = b.load(result ? 'dtop' : `d${this.nameOf(reduction)}`, 0);
      const slope = differentiate(this.expr(body), b.load(this.nameOf(wrt), 0));
      const value = weighed(slope, own, reduction, () =>
        b.eq(this.expr(body), b.load(reduction === undefined ? '' : this.nameOf(reduction), 0)),
      );
      if (value.op === 'const' && value.value === 0) return [];
      const axes = body.shape.flatMap((extent, d) => {
        const seen = wrt.shape[d - body.shape.length + wrt.shape.length] ?? 1;
        return extent > 1 && seen === 1 ? [d] : [];
      });
      return [{ reducer: 'sum', axes, value }];
    });
  }

  /** Lines for what an expression has in common with others, the first time that it stands: `t1 = sigmoid(x)`. */
  private define(root: Expr, often: ReadonlySet<number>): string[] {
    const lines: string[] = [];
    const walk = (e: Expr): void => {
      if (this.shared.has(key(e))) return;
      partsOf(e).forEach(walk);
      if (!often.has(key(e)) || this.shared.has(key(e))) return;
      const text = this.text(e);
      const name = `t${this.shared.size + 1}`;
      this.shared.set(key(e), name);
      lines.push(`${name} = ${text}`);
    };
    walk(root);
    return lines;
  }

  private readonly style: PrintStyle = {
    word: (e) => {
      const shared = this.shared.get(key(e));
      if (shared !== undefined) return shared;
      if (e.op === 'load') return e.buffer;
      const known = namedOf(e);
      if (known !== undefined) return known;
      if (e.op === 'select') return { name: 'where', args: [e.cond, e.a, e.b] };
      // A truth as a number reads as it is.
      if (e.op === 'cast') return { name: 'number', args: [e.a] };
      if (e.op === 'const' && e.dtype === 'f32') return short(e.value);
      return undefined;
    },
  };

  private text(e: Expr): string {
    return print(e, undefined, undefined, this.style);
  }
}

/** Numbers, by key, that stand more than once and are more than one operation on names. */
function usedOften(roots: readonly Expr[]): ReadonlySet<number> {
  const uses = new Map<number, number>();
  const found = new Set<number>();
  const walk = (e: Expr): void => {
    const count = (uses.get(key(e)) ?? 0) + 1;
    uses.set(key(e), count);
    if (count === 2 && e.dtype === 'f32' && !isShort(e)) found.add(key(e));
    if (count === 1) partsOf(e).forEach(walk);
  };
  roots.forEach(walk);
  return found;
}

const isShort = (e: Expr): boolean =>
  partsOf(e).length === 0 ||
  (e.op === 'binary' && namedOf(e) === undefined && partsOf(e).every((p) => partsOf(p).length === 0));

const partsOf = (e: Expr): readonly Expr[] => (e.op === 'load' ? [] : (namedOf(e)?.args ?? children(e)));

/** A number with the digits that single precision has. */
const short = (value: number): string => String(Number(value.toPrecision(7)));
