/** Expressions and kernels as text a person can read: for error messages, tests and the inspector. */
import type { Axis, BinaryOp, Expr } from './expr.ts';
import type { Kernel } from './kernel.ts';
import { outputAxes } from './kernel.ts';

/** How tightly a form binds; a child that binds less tightly than its place asks for is put in parentheses. */
const BINDING: Readonly<Record<BinaryOp, readonly [symbol: string, binding: number] | undefined>> = {
  or: ['|', 2],
  and: ['&', 3],
  xor: ['^', 3],
  eq: ['==', 4],
  ne: ['!=', 4],
  lt: ['<', 4],
  le: ['<=', 4],
  shl: ['<<', 5],
  shr: ['>>', 5],
  add: ['+', 6],
  sub: ['-', 6],
  mul: ['*', 7],
  div: ['/', 7],
  floordiv: ['//', 7],
  mod: ['%', 7],
  min: undefined,
  max: undefined,
  pow: undefined,
};
const SELECT = 1;
const UNARY = 8;
const ATOM = 9;
const NAMES = 'ijklpqrstuvw';

/** Names of axes, given out in the order in which they are first met. */
export class AxisNames {
  private readonly names = new Map<number, string>();

  of(a: Axis): string {
    let name = this.names.get(a.id);
    if (name === undefined) {
      const n = this.names.size;
      name = NAMES.charAt(n % NAMES.length);
      if (n >= NAMES.length) name += Math.floor(n / NAMES.length);
      this.names.set(a.id, name);
    }
    return name;
  }
}

/** How a reader wants to see some nodes: by a word of their own, or as a call of a function. */
export interface PrintStyle {
  word?(node: Expr): string | { readonly name: string; readonly args: readonly Expr[] } | undefined;
}

/**
 * An expression as text: `max(x[i*4 + j], 0)`, `sum(k < 5: a[k])`, `x[i - 1] if 1 <= i else 0`. An expression of more
 * than `limit` nodes, counting shared ones each time they stand, is cut short with `…`.
 */
export function print(e: Expr, names: AxisNames = new AxisNames(), limit = 1000, style: PrintStyle = {}): string {
  let left = limit;
  const show = (node: Expr, binding: number): string => {
    if (left-- <= 0) return '…';
    const [text, own] = form(node);
    return own < binding ? `(${text})` : text;
  };
  const form = (node: Expr): [string, number] => {
    const own = style.word?.(node);
    if (typeof own === 'string') return [own, ATOM];
    if (own !== undefined) return [`${own.name}(${own.args.map((a) => show(a, 0)).join(', ')})`, ATOM];
    switch (node.op) {
      case 'const':
        if (node.dtype === 'bool') return [node.value === 1 ? 'true' : 'false', ATOM];
        return [String(node.value), node.value < 0 ? UNARY : ATOM];
      case 'axis':
        return [names.of(node.axis), ATOM];
      case 'scalar':
        return [node.name, ATOM];
      case 'acc':
        return ['acc', ATOM];
      case 'load': {
        const element = `${node.buffer}[${show(node.index, 0)}]`;
        return node.guard === undefined
          ? [element, ATOM]
          : [`${element} if ${show(node.guard, SELECT + 1)} else ${node.otherwise}`, SELECT];
      }
      case 'unary':
        if (node.fn === 'neg') return [`-${show(node.a, UNARY)}`, UNARY];
        if (node.fn === 'not') return [`!${show(node.a, UNARY)}`, UNARY];
        return [`${node.fn}(${show(node.a, 0)})`, ATOM];
      case 'binary': {
        const infix = BINDING[node.fn];
        if (infix === undefined) return [`${node.fn}(${show(node.a, 0)}, ${show(node.b, 0)})`, ATOM];
        const [symbol, binding] = infix;
        if (node.fn === 'add' && node.b.op === 'const' && node.b.value < 0)
          return [`${show(node.a, binding)} - ${-node.b.value}`, binding];
        return [`${show(node.a, binding)} ${symbol} ${show(node.b, binding + 1)}`, binding];
      }
      case 'select':
        return [`${show(node.cond, SELECT + 1)} ? ${show(node.a, SELECT + 1)} : ${show(node.b, SELECT)}`, SELECT];
      case 'cast':
        return [`${node.dtype}(${show(node.a, 0)})`, ATOM];
      case 'reduce': {
        const over = node.axes.map((a) => `${names.of(a)} < ${a.extent}`).join(', ');
        return [`${node.reducer}(${over}: ${show(node.body, 0)})`, ATOM];
      }
    }
  };
  return show(e, 0);
}

/** A kernel as lines of text: its axes, its product if it has one, and its stores. */
export function printKernel(kernel: Kernel): string {
  const names = new AxisNames();
  const range = (axes: readonly Axis[]): string => axes.map((a) => `${names.of(a)} < ${a.extent}`).join(', ');
  const lines = [`${kernel.label}: ${kernel.kind} ${range(outputAxes(kernel))}`.trimEnd()];
  if (kernel.kind === 'contract')
    lines.push(`  acc = sum(${range(kernel.k)}: (${print(kernel.a, names)}) * (${print(kernel.b, names)}))`);
  for (const s of kernel.stores)
    lines.push(`  ${s.buffer}[${print(s.index, names)}] ${s.mode === 'add' ? '+=' : '='} ${print(s.value, names)}`);
  return lines.join('\n');
}
