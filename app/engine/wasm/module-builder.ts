/** Puts functions together into the bytes of a WebAssembly module. */
import { Code, TYPE_BYTE, pushUnsigned, type ValueType } from './code.ts';

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function in the making: its body, and locals given out one by one. */
export class FunctionBuilder {
  readonly code = new Code();
  readonly signature: Signature;
  private readonly locals: ValueType[] = [];

  constructor(signature: Signature) {
    this.signature = signature;
  }

  /** A fresh local; parameters come first. */
  local(type: ValueType): number {
    this.locals.push(type);
    return this.signature.params.length + this.locals.length - 1;
  }

  /** The function as it stands in the code section. */
  encode(): number[] {
    const body: number[] = [];
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    pushUnsigned(body, runs.length);
    for (const { type, count } of runs) {
      pushUnsigned(body, count);
      body.push(TYPE_BYTE[type]);
    }
    append(body, this.code.bytes);
    body.push(END);
    const out: number[] = [];
    pushUnsigned(out, body.length);
    append(out, body);
    return out;
  }
}

const END = 0x0b;
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const EXTERNAL = { function: 0, memory: 2 } as const;

/** A module that imports one memory, `env.memory`. */
export class ModuleBuilder {
  private readonly functions: FunctionBuilder[] = [];
  private readonly exports: { name: string; index: number }[] = [];

  /** Declares a function: its index may be called before its body is written. */
  declare(signature: Signature): { readonly index: number; readonly builder: FunctionBuilder } {
    const builder = new FunctionBuilder(signature);
    return { index: this.functions.push(builder) - 1, builder };
  }

  export(name: string, index: number): void {
    this.exports.push({ name, index });
  }

  /** The module's bytes. Pages are of 64 KiB; a shared memory has as many pages as it will ever have. */
  encode(memory: { readonly pages: number; readonly shared: boolean }): Uint8Array<ArrayBuffer> {
    const types = new Map<string, number>();
    const typeBytes: number[] = [];
    const typeOf = (s: Signature): number => {
      const name = `${s.params.join()}>${s.results.join()}`;
      let index = types.get(name);
      if (index === undefined) {
        index = types.size;
        types.set(name, index);
        typeBytes.push(0x60);
        for (const list of [s.params, s.results]) {
          pushUnsigned(typeBytes, list.length);
          for (const t of list) typeBytes.push(TYPE_BYTE[t]);
        }
      }
      return index;
    };
    const functionTypes = this.functions.map((f) => typeOf(f.signature));

    const out: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    section(out, SECTION.type, (bytes) => {
      pushUnsigned(bytes, types.size);
      append(bytes, typeBytes);
    });
    section(out, SECTION.import, (bytes) => {
      pushUnsigned(bytes, 1);
      pushName(bytes, 'env');
      pushName(bytes, 'memory');
      bytes.push(EXTERNAL.memory, memory.shared ? 3 : 1);
      pushUnsigned(bytes, memory.pages);
      pushUnsigned(bytes, memory.pages);
    });
    section(out, SECTION.function, (bytes) => {
      pushUnsigned(bytes, functionTypes.length);
      for (const t of functionTypes) pushUnsigned(bytes, t);
    });
    section(out, SECTION.export, (bytes) => {
      pushUnsigned(bytes, this.exports.length);
      for (const { name, index } of this.exports) {
        pushName(bytes, name);
        bytes.push(EXTERNAL.function);
        pushUnsigned(bytes, index);
      }
    });
    section(out, SECTION.code, (bytes) => {
      pushUnsigned(bytes, this.functions.length);
      for (const f of this.functions) append(bytes, f.encode());
    });
    return Uint8Array.from(out);
  }
}

function section(out: number[], id: number, fill: (bytes: number[]) => void): void {
  const bytes: number[] = [];
  fill(bytes);
  out.push(id);
  pushUnsigned(out, bytes.length);
  append(out, bytes);
}

function pushName(bytes: number[], name: string): void {
  const encoded = new TextEncoder().encode(name);
  pushUnsigned(bytes, encoded.length);
  for (const byte of encoded) bytes.push(byte);
}

function append(to: number[], from: readonly number[]): void {
  for (const byte of from) to.push(byte);
}

/** Whether this machine's WebAssembly has relaxed SIMD: a fused multiply-add of four lanes. */
export function supportsRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  const { index, builder } = module.declare({ params: ['v128', 'v128', 'v128'], results: ['v128'] });
  builder.code.get(0).get(1).get(2).op('f32x4.relaxed_madd');
  module.export('f', index);
  return WebAssembly.validate(module.encode({ pages: 1, shared: false }));
}
