/**
 * Code as a stack of open blocks. Every value gets a local once, in the outermost block where all that it depends on is
 * known: that alone hoists what a loop does not change and shares common subexpressions. Code of an inner block joins
 * its parent when it is closed, so a value may still be put before a loop that is open.
 */
import { Code, type ValueType } from './code.ts';
import type { FunctionBuilder } from './module-builder.ts';

/** A local, or a constant (of i32 or f32). A bool is an i32 of 0 or 1; in a vector, lanes of all ones or none. */
export interface Value {
  readonly type: ValueType;
  /** The block that it was made in: 0 is the function itself. */
  readonly depth: number;
  readonly local: number | undefined;
  readonly constant: number;
}

interface Block {
  readonly code: Code;
  readonly byText: Map<string, Value>;
  readonly memory: Map<string, unknown>;
  /** Puts the body into the parent's code. */
  readonly finish: (parent: Code, body: Code) => void;
}

export const constantOf = (value: number, type: ValueType): Value => ({
  type,
  depth: 0,
  local: undefined,
  constant: value,
});

const idOf = (v: Value): string =>
  v.local === undefined ? `${v.type}:${Object.is(v.constant, -0) ? '-0' : v.constant}` : `${v.local}`;

export class Blocks {
  private readonly stack: Block[];
  private readonly builder: FunctionBuilder;

  constructor(builder: FunctionBuilder) {
    this.builder = builder;
    this.stack = [{ code: builder.code, byText: new Map(), memory: new Map(), finish: () => undefined }];
  }

  /** Number of blocks open inside the function. */
  get depth(): number {
    return this.stack.length - 1;
  }

  /** Code of the innermost block. */
  get code(): Code {
    return this.at(this.depth).code;
  }

  local(type: ValueType): number {
    return this.builder.local(type);
  }

  /** Puts a value on the stack of some code. */
  push(code: Code, v: Value): Code {
    if (v.local !== undefined) return code.get(v.local);
    return v.type === 'f32' ? code.f32(v.constant) : code.i32(v.constant);
  }

  /**
   * A value made by `emit` from its operands, in the innermost of their blocks (or deeper, where `least` says so),
   * unless the same has been made already. `name` and the operands tell what it is.
   */
  define(
    name: string,
    type: ValueType,
    operands: readonly Value[],
    emit: (code: Code, push: (v: Value) => void) => void,
    least = 0,
  ): Value {
    let depth = least;
    for (const v of operands) depth = Math.max(depth, v.depth);
    const text = `${name}(${operands.map(idOf).join()})`;
    const block = this.at(depth);
    const known = block.byText.get(text);
    if (known !== undefined) return known;
    const { code } = block;
    emit(code, (v) => this.push(code, v));
    const local = this.local(type);
    code.set(local);
    const made: Value = { type, depth, local, constant: 0 };
    block.byText.set(text, made);
    return made;
  }

  /** What was remembered under a name in any open block. */
  recall(name: string): unknown {
    for (const block of this.stack) {
      const known = block.memory.get(name);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  remember(name: string, depth: number, what: unknown): void {
    this.at(depth).memory.set(name, what);
  }

  open(finish: (parent: Code, body: Code) => void): void {
    this.stack.push({ code: new Code(), byText: new Map(), memory: new Map(), finish });
  }

  close(): void {
    const block = this.stack.pop();
    const parent = this.stack.at(-1);
    if (block === undefined || parent === undefined) throw new Error('No block to close.');
    block.finish(parent.code, block.code);
  }

  /**
   * A loop from `from` in steps while below `to`; gives the counter, of the depth inside. Where the bounds are not
   * constants, it may run not at all.
   */
  openLoop(from: Value, to: Value, step: number): Value {
    const counter = this.local('i32');
    const certain = from.local === undefined && to.local === undefined && from.constant < to.constant;
    this.open((parent, body) => {
      this.push(parent, from);
      parent.set(counter);
      if (!certain) {
        parent.block().get(counter);
        this.push(parent, to).op('i32.ge_s').branchIf(0);
      }
      parent.loop().append(body).get(counter).i32(step).op('i32.add').tee(counter);
      this.push(parent, to).op('i32.lt_s').branchIf(0).end();
      if (!certain) parent.end();
    });
    return { type: 'i32', depth: this.depth, local: counter, constant: 0 };
  }

  /** Runs the block where the condition is not zero. */
  openIf(condition: Value): void {
    this.open((parent, body) => {
      this.push(parent, condition).if().append(body).end();
    });
  }

  /** Closes a block opened by `openIf` and opens the other branch. */
  openElse(): void {
    const block = this.stack.pop();
    if (block === undefined || this.stack.length === 0) throw new Error('No branch to close.');
    const taken = block.code;
    this.open((parent, body) => {
      block.finish(parent, taken.else().append(body));
    });
  }

  /** Works at a shallower depth for a while: the blocks inside are put aside and brought back. */
  within<T>(depth: number, body: () => T): T {
    const aside = this.stack.splice(depth + 1);
    try {
      return body();
    } finally {
      this.stack.push(...aside);
    }
  }

  private at(depth: number): Block {
    const block = this.stack[depth];
    if (block === undefined) throw new Error(`No block is open at depth ${depth}.`);
    return block;
  }
}
