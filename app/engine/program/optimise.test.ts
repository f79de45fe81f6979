import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Program } from '../ir/kernel.ts';
import { printKernel } from '../ir/print.ts';
import { verifyProgram } from '../ir/verify.ts';
import { uniformOf } from '../ir/random.ts';
import { createReferenceEngine } from '../reference/reference-engine.ts';
import { optimise } from './optimise.ts';
import { randomProgram } from './random-program.testing.ts';

/** Contents of all persistent buffers after two runs from fixed random contents. */
async function results(program: Program): Promise<Map<string, readonly number[]>> {
  const executable = await createReferenceEngine({ checkRaces: true }).load(program);
  const persistent = program.buffers.filter((d) => d.lifetime === 'persistent');
  persistent.forEach((d, stream) => {
    executable.write(
      d.id,
      Float32Array.from({ length: d.size }, (_, i) => 2 * uniformOf(7, 0, stream, i) - 1),
    );
  });
  for (const rate of [0.1, -0.2]) executable.run('run', { rate });
  return new Map(persistent.map((d) => [d.id, [...executable.storage(d.id)]]));
}

const show = (program: Program): string => (program.sequences['run'] ?? []).map(printKernel).join('\n');

test('optimised programs are legal and compute the same', async () => {
  let [fused, split] = [0, 0];
  await fc.assert(
    fc.asyncProperty(randomProgram, fc.integer({ min: 1, max: 40 }), async (program, points) => {
      verifyProgram(program);
      const optimised = optimise(program, {
        points,
        longReduction: 12,
        part: 3,
        tiles: points,
        tileEdge: 2,
        productPart: 4,
      });
      verifyProgram(optimised);
      const labels = (optimised.sequences['run'] ?? []).map((k) => k.label);
      if (labels.some((label) => label.includes(' + '))) fused++;
      if (labels.some((label) => label.endsWith(', parts'))) split++;
      const [expected, got] = [await results(program), await results(optimised)];
      for (const [id, values] of expected) {
        const scale = Math.max(1, ...values.map(Math.abs));
        const off = values.findIndex((v, i) => !(Math.abs(v - (got.get(id)?.[i] ?? NaN)) <= 1e-9 * scale));
        if (off >= 0)
          throw new Error(
            `"${id}" differs at ${off}: ${values[off]} became ${got.get(id)?.[off]}.\n${show(program)}\n→\n${show(optimised)}`,
          );
      }
    }),
    { numRuns: 400 },
  );
  // The programs give the optimiser something to do.
  expect(fused).toBeGreaterThan(80);
  expect(split).toBeGreaterThan(80);
});

test('optimising twice changes nothing more', () => {
  fc.assert(
    fc.property(randomProgram, (program) => {
      const once = optimise(program);
      expect(show(optimise(once))).toBe(show(once));
    }),
    { numRuns: 100 },
  );
});
