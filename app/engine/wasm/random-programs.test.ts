/** Random programs in WebAssembly against the interpreter: what nobody thought of writing a case for. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import type { Program } from '../ir/kernel.ts';
import { printKernel } from '../ir/print.ts';
import { uniformOf } from '../ir/random.ts';
import { optimise } from '../program/optimise.ts';
import { randomProgram } from '../program/random-program.testing.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import { createWasmEngine, type WasmEngine } from './wasm-engine.ts';

let engine: WasmEngine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => {
  engine.dispose();
});

/** Contents of all persistent buffers after two runs from fixed random contents. */
async function results(on: Engine, program: Program): Promise<Map<string, ArrayLike<number>>> {
  const executable = await on.load(program);
  const persistent = program.buffers.filter((d) => d.lifetime === 'persistent');
  persistent.forEach((d, stream) => {
    executable.write(
      d.id,
      Float32Array.from({ length: d.size }, (_, i) => 2 * uniformOf(7, 0, stream, i) - 1),
    );
  });
  for (const rate of [0.1, -0.2]) executable.run('run', { rate });
  const contents = new Map<string, ArrayLike<number>>();
  for (const { id } of persistent) contents.set(id, await executable.read(id));
  executable.dispose();
  return contents;
}

it('computes what the interpreter does', async () => {
  await fc.assert(
    fc.asyncProperty(randomProgram, fc.boolean(), async (source, optimised) => {
      const program = optimised ? optimise(source) : source;
      const expected = await results(createReferenceEngine(), program);
      const got = await results(engine, program);
      for (const [id, values] of expected) {
        const list = Array.from(values);
        const scale = Math.max(1, ...list.map(Math.abs));
        const off = list.findIndex((v, i) => !(Math.abs(v - (got.get(id)?.[i] ?? NaN)) <= 1e-4 * scale));
        if (off >= 0)
          throw new Error(
            `"${id}" at ${off} is ${got.get(id)?.[off]}, not ${list[off]}.\n${(program.sequences['run'] ?? []).map(printKernel).join('\n')}`,
          );
      }
      expect(got.size).toBe(expected.size);
    }),
    { numRuns: 300 },
  );
});
