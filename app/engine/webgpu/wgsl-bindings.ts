/** Which buffers a kernel uses, under which names and binding numbers, and where its run-time scalars are. */
import type { StorageType } from '../ir/expr.ts';
import type { BufferDeclaration, Program } from '../ir/kernel.ts';

export interface BoundBuffer {
  readonly id: string;
  /** Name in the text: `b0`, `b1`, … in order of first use, so that equal kernels have equal text. */
  readonly name: string;
  readonly dtype: StorageType;
  /** Type that a load gives. */
  readonly valueType: 'f32' | 'i32' | 'u32';
  /** Elements. */
  readonly size: number;
  /** Whether the text sees it as vectors of four. */
  readonly vector: boolean;
  written: boolean;
}

export class Bindings {
  readonly buffers: BoundBuffer[] = [];
  usesScalars = false;
  /** Whether the number of the first workgroup is bound, because the kernel is dispatched in pieces. */
  readonly inPieces: boolean;
  /** Buffers declared as vectors that are used in a way in which they cannot be. */
  readonly notVectors = new Set<string>();
  private readonly vectors: ReadonlySet<string>;
  private readonly byId = new Map<string, BoundBuffer>();
  private readonly declarations: ReadonlyMap<string, BufferDeclaration>;
  private readonly scalars: Program['scalars'];

  constructor(
    declarations: ReadonlyMap<string, BufferDeclaration>,
    scalars: Program['scalars'],
    inPieces: boolean,
    vectors: ReadonlySet<string> = new Set(),
  ) {
    this.inPieces = inPieces;
    this.vectors = vectors;
    this.declarations = declarations;
    this.scalars = scalars;
  }

  buffer(id: string): BoundBuffer {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const declaration = this.declarations.get(id);
    if (declaration === undefined) throw new Error(`Buffer ${id} is not declared.`);
    const { dtype, size } = declaration;
    const valueType = dtype === 'u8' ? 'u32' : dtype;
    const vector = this.vectors.has(id) && dtype === 'f32' && size % 4 === 0;
    const made: BoundBuffer = { id, name: `b${this.buffers.length}`, dtype, valueType, size, vector, written: false };
    this.buffers.push(made);
    this.byId.set(id, made);
    return made;
  }

  /** A buffer that the kernel writes. */
  target(id: string): BoundBuffer {
    const made = this.buffer(id);
    if (made.dtype === 'u8') throw new Error(`Buffer ${id} holds bytes, which kernels cannot write.`);
    if (made.vector) this.notVectors.add(id);
    made.written = true;
    return made;
  }

  /** Text that reads a run-time scalar. */
  scalar(name: string, dtype: 'f32' | 'i32' | 'u32'): string {
    const i = this.scalars.findIndex((s) => s.name === name);
    if (i < 0) throw new Error(`Scalar ${name} is not declared.`);
    this.usesScalars = true;
    const word = `scalars[${i >> 2}][${i & 3}]`;
    return dtype === 'u32' ? word : `bitcast<${dtype}>(${word})`;
  }

  /** Declarations of the module. */
  text(): string {
    const lines = this.buffers.map((b, i) => {
      const elements = b.dtype === 'u8' ? Math.ceil(b.size / 4) : b.vector ? b.size / 4 : b.size;
      const type = b.vector ? `vec4<${b.valueType}>` : b.valueType;
      return `@group(0) @binding(${i}) var<storage, ${b.written ? 'read_write' : 'read'}> ${b.name}: array<${type}, ${elements}>;`;
    });
    if (this.usesScalars) {
      const words = Math.ceil(this.scalars.length / 4);
      lines.push(`@group(0) @binding(${this.buffers.length}) var<uniform> scalars: array<vec4<u32>, ${words}>;`);
    }
    if (this.inPieces) {
      const binding = this.buffers.length + (this.usesScalars ? 1 : 0);
      lines.push(`@group(0) @binding(${binding}) var<uniform> first_group: vec4<u32>;`);
    }
    return lines.join('\n');
  }
}
