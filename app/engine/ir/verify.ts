/**
 * What is legal, as a program: every rule a kernel must obey so that each back end may lower it without thinking. Tests
 * run it over all that layers, solvers and rewrites make; a failure is a bug of ours, told precisely.
 */
import type { Axis, DType, Expr, StorageType } from './expr.ts';
import { key } from './key.ts';
import type { BufferDeclaration, Kernel, Program, Store } from './kernel.ts';
import { outputAxes } from './kernel.ts';
import { print } from './print.ts';
import { rangeOf } from './range.ts';
import {
  buffersNamed,
  buffersRead,
  buffersWritten,
  children,
  expressionsOf,
  freeAxes,
  loadsOf,
  visit,
} from './rewrite.ts';

/** Storage buffers that one kernel may name: what WebGPU promises on every device. */
export const MAX_BUFFERS = 8;

/**
 * Throws an Error that says what is wrong when a kernel is not legal:
 * - every node has the types that its operation takes, and constants are finite (WGSL can write no others);
 * - axes are distinct, and used only in scope: those of the outputs or of an enclosing reduction; a contract's `a` uses
 *   batch, m and k, its `b` batch, n and k; `acc` stands only in a contract's store values;
 * - buffers are declared, loads and stores fit their storage type, at most `MAX_BUFFERS` are named, and no u8 is stored
 *   (bytes share words, so that two points would write one word);
 * - no index is always out of range, and every store's index depends on every output axis (or two points would write
 *   the same element);
 * - a buffer that is written is read only at an index at which it is written, and never by a contract's operands.
 */
export function verify(kernel: Kernel, buffers: ReadonlyMap<string, BufferDeclaration>): void {
  const fail = (message: string): never => {
    throw new Error(`${kernel.label}: ${message}`);
  };
  const outputs = outputAxes(kernel);
  if (kernel.stores.length === 0) fail('a kernel must store something.');
  distinct(kernel.kind === 'contract' ? [...outputs, ...kernel.k] : outputs, fail);

  const check = (what: string, e: Expr, dtypes: readonly DType[], axes: readonly Axis[], acc: boolean): void => {
    if (!dtypes.includes(e.dtype)) fail(`${what} must be ${dtypes.join(' or ')}, not ${e.dtype}: ${print(e)}.`);
    visit(e, (node) => {
      checkTypes(node, fail);
      if (node.op === 'acc' && !acc) fail(`${what} uses acc, which only the values of a contract's stores may.`);
      if (node.op === 'load') checkLoad(node, buffers, fail);
    });
    checkScope(what, e, axes, fail);
  };

  if (kernel.kind === 'contract') {
    check('operand a', kernel.a, ['f32'], [...kernel.batch, ...kernel.m, ...kernel.k], false);
    check('operand b', kernel.b, ['f32'], [...kernel.batch, ...kernel.n, ...kernel.k], false);
  }
  for (const store of kernel.stores) {
    const what = `the store to "${store.buffer}"`;
    check(`the index of ${what}`, store.index, ['i32'], outputs, false);
    check(`the value of ${what}`, store.value, ['f32', 'i32', 'u32'], outputs, kernel.kind === 'contract');
    checkStore(store, outputs, buffers, fail);
  }
  const inPlace = inPlaceProblem(kernel);
  if (inPlace !== undefined) fail(inPlace);

  const named = buffersNamed(kernel);
  if (named.size > MAX_BUFFERS)
    fail(`names ${named.size} buffers (${[...named].join(', ')}); at most ${MAX_BUFFERS} can be bound at once.`);
}

/**
 * Throws an Error when a program is not legal: a kernel is not (see `verify`), a buffer or scalar is declared twice or
 * used undeclared, or a sequence reads a transient buffer before it writes it.
 */
export function verifyProgram(program: Program): void {
  const buffers = new Map<string, BufferDeclaration>();
  for (const b of program.buffers) {
    if (buffers.has(b.id)) throw new Error(`Buffer "${b.id}" is declared twice.`);
    if (!Number.isInteger(b.size) || b.size < 1)
      throw new Error(`Buffer "${b.id}" needs a positive whole number of elements, not ${b.size}.`);
    buffers.set(b.id, b);
  }
  const scalars = new Map<string, DType>();
  for (const s of program.scalars) {
    if (scalars.has(s.name)) throw new Error(`Scalar "${s.name}" is declared twice.`);
    scalars.set(s.name, s.dtype);
  }
  for (const [name, kernels] of Object.entries(program.sequences)) {
    const written = new Set<string>();
    for (const kernel of kernels) {
      verify(kernel, buffers);
      visit(expressionsOf(kernel), (e) => {
        if (e.op === 'scalar' && scalars.get(e.name) !== e.dtype)
          throw new Error(`${kernel.label}: the scalar "${e.name}" is not declared as ${e.dtype}.`);
      });
      for (const id of buffersRead(kernel))
        if (buffers.get(id)?.lifetime === 'transient' && !written.has(id))
          throw new Error(`${kernel.label} reads "${id}" before "${name}" has written it.`);
      for (const id of buffersWritten(kernel)) written.add(id);
    }
  }
}

type Fail = (message: string) => never;

function distinct(axes: readonly Axis[], fail: Fail): void {
  const ids = new Set<number>();
  for (const a of axes) {
    if (ids.has(a.id)) fail(`axis ${a.id} is used twice.`);
    ids.add(a.id);
    if (!Number.isInteger(a.extent) || a.extent < 1) fail(`axis ${a.id} has extent ${a.extent}.`);
  }
}

/** Axes are in scope, with the extent that they were declared with, and no reduction runs over an axis in scope. */
function checkScope(what: string, e: Expr, scope: readonly Axis[], fail: Fail): void {
  const declared = new Map(scope.map((a) => [a.id, a.extent]));
  for (const [id, a] of freeAxes(e)) {
    if (!declared.has(id)) fail(`${what} uses an axis (${id}, of ${a.extent}) that is not in its scope: ${print(e)}.`);
    if (declared.get(id) !== a.extent) fail(`${what} uses axis ${id} as ${a.extent} long; it is ${declared.get(id)}.`);
  }
  // A reduction inside another may use an axis that an unrelated one uses too, but none that encloses it.
  const seen = new Map<number, Set<string>>();
  const walk = (node: Expr, enclosing: readonly number[]): void => {
    const context = enclosing.join(',');
    const id = key(node);
    const contexts = seen.get(id) ?? new Set();
    if (contexts.has(context)) return;
    seen.set(id, contexts.add(context));
    let inner = enclosing;
    if (node.op === 'reduce') {
      distinct(node.axes, fail);
      for (const a of node.axes)
        if (enclosing.includes(a.id)) fail(`${what} reduces over axis ${a.id}, which is already running there.`);
      inner = [...enclosing, ...node.axes.map((a) => a.id)];
    }
    for (const child of children(node)) walk(child, inner);
  };
  walk(
    e,
    scope.map((a) => a.id),
  );
}

const NUMBERS: readonly DType[] = ['f32', 'i32', 'u32'];

function checkTypes(e: Expr, fail: Fail): void {
  const must = (holds: boolean, rule: string): void => {
    if (!holds) fail(`${rule}: ${print(e)}.`);
  };
  switch (e.op) {
    case 'const':
      must(
        e.dtype === 'f32'
          ? Number.isFinite(Math.fround(e.value))
          : Number.isInteger(e.value) &&
              e.value >= (e.dtype === 'i32' ? -(2 ** 31) : 0) &&
              e.value < (e.dtype === 'bool' ? 2 : e.dtype === 'i32' ? 2 ** 31 : 2 ** 32),
        `${e.value} is not a constant of type ${e.dtype}`,
      );
      break;
    case 'axis':
    case 'scalar':
    case 'acc':
      break;
    case 'load':
      must(e.index.dtype === 'i32', `the index of a load must be i32, not ${e.index.dtype}`);
      must(e.guard === undefined || e.guard.dtype === 'bool', 'the guard of a load must be bool');
      break;
    case 'unary':
      if (e.fn === 'not') must(e.a.dtype === 'bool', `not takes bool, not ${e.a.dtype}`);
      else if (e.fn === 'neg' || e.fn === 'abs') must(NUMBERS.includes(e.a.dtype), `${e.fn} takes a number`);
      else must(e.a.dtype === 'f32', `${e.fn} takes f32, not ${e.a.dtype}`);
      must(e.dtype === (e.fn === 'bits' ? 'u32' : e.a.dtype), `${e.fn} does not give ${e.dtype}`);
      break;
    case 'binary':
      checkBinary(e, must);
      break;
    case 'select':
      must(e.cond.dtype === 'bool', `the condition of a select must be bool, not ${e.cond.dtype}`);
      must(e.a.dtype === e.dtype && e.b.dtype === e.dtype, 'both sides of a select must have its type');
      break;
    case 'cast':
      must(e.dtype !== 'bool', 'nothing is cast to bool: compare instead');
      break;
    case 'reduce':
      must(e.axes.length > 0, 'a reduction needs an axis');
      must(NUMBERS.includes(e.body.dtype), 'a reduction takes numbers');
      must(e.dtype === (e.reducer === 'argmax' ? 'i32' : e.body.dtype), `${e.reducer} does not give ${e.dtype}`);
      break;
  }
}

function checkBinary(e: Expr & { op: 'binary' }, must: (holds: boolean, rule: string) => void): void {
  const type = e.a.dtype;
  must(e.b.dtype === type, `${e.fn} of ${type} and ${e.b.dtype}`);
  const gives = (dtype: DType): void => {
    must(e.dtype === dtype, `${e.fn} of ${type} does not give ${e.dtype}`);
  };
  switch (e.fn) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'min':
    case 'max':
      must(NUMBERS.includes(type), `${e.fn} takes numbers`);
      gives(type);
      break;
    case 'div':
    case 'pow':
      must(type === 'f32', `${e.fn} takes f32, not ${type}`);
      gives('f32');
      break;
    case 'floordiv':
    case 'mod':
      must(type === 'i32' || type === 'u32', `${e.fn} takes integers, not ${type}`);
      must(e.b.op === 'const' && e.b.value > 0, `${e.fn} takes a positive constant divisor`);
      gives(type);
      break;
    case 'lt':
    case 'le':
      must(NUMBERS.includes(type), `${e.fn} takes numbers`);
      gives('bool');
      break;
    case 'eq':
    case 'ne':
      gives('bool');
      break;
    case 'and':
    case 'or':
      must(type === 'bool' || type === 'u32', `${e.fn} takes bool or u32, not ${type}`);
      gives(type);
      break;
    case 'xor':
    case 'shl':
    case 'shr':
      must(type === 'u32', `${e.fn} takes u32, not ${type}`);
      gives('u32');
      break;
  }
}

/** The type in which an element of a buffer is loaded. */
export const valueType = (storage: StorageType): 'f32' | 'i32' | 'u32' => (storage === 'u8' ? 'u32' : storage);

function checkLoad(e: Expr & { op: 'load' }, buffers: ReadonlyMap<string, BufferDeclaration>, fail: Fail): void {
  const buffer = buffers.get(e.buffer) ?? fail(`loads from "${e.buffer}", which is not declared.`);
  if (e.dtype !== valueType(buffer.dtype))
    fail(`loads "${e.buffer}" as ${e.dtype}; it holds ${buffer.dtype}, which loads as ${valueType(buffer.dtype)}.`);
  if (e.guard === undefined) checkIndex('loads', e.buffer, e.index, buffer.size, fail);
}

function checkStore(
  s: Store,
  outputs: readonly Axis[],
  buffers: ReadonlyMap<string, BufferDeclaration>,
  fail: Fail,
): void {
  const buffer = buffers.get(s.buffer) ?? fail(`stores to "${s.buffer}", which is not declared.`);
  if (buffer.dtype === 'u8') fail(`stores to "${s.buffer}", which holds bytes: kernels only read those.`);
  if (s.value.dtype !== buffer.dtype)
    fail(`stores ${s.value.dtype} to "${s.buffer}", which holds ${buffer.dtype}: ${print(s.value)}.`);
  checkIndex('stores to', s.buffer, s.index, buffer.size, fail);
  const used = freeAxes(s.index);
  for (const a of outputs)
    if (a.extent > 1 && !used.has(a.id))
      fail(
        `the index of the store to "${s.buffer}" does not depend on an output axis of ${a.extent}: ${print(s.index)}.`,
      );
}

function checkIndex(verb: string, buffer: string, index: Expr, size: number, fail: Fail): void {
  const range = rangeOf(index);
  if (range !== undefined && (range.max < 0 || range.min >= size))
    fail(`${verb} "${buffer}" (${size} elements) always out of range: ${print(index)}.`);
}

/** Why a kernel's reads of what it writes are not legal; undefined when they are. */
export function inPlaceProblem(kernel: Kernel): string | undefined {
  const indices = new Map<string, Set<number>>();
  for (const s of kernel.stores) {
    const known = indices.get(s.buffer) ?? new Set();
    indices.set(s.buffer, known.add(key(s.index)));
  }
  if (kernel.kind === 'contract')
    for (const l of loadsOf([kernel.a, kernel.b]))
      if (indices.has(l.buffer)) return `writes "${l.buffer}", which its product reads.`;
  for (const l of loadsOf(kernel.stores.flatMap((s) => [s.index, s.value]))) {
    const written = indices.get(l.buffer);
    if (written !== undefined && !written.has(key(l.index)))
      return `reads "${l.buffer}" at an index other than that at which it writes it: ${print(l.index)}.`;
  }
  return undefined;
}
