/** What can only be said about a solver by somebody who sees what is around it: its net's files and its test images. */
import type { Diagnostic } from '../diagnostics.ts';
import type { SolverReading } from '../solver/read-solver.ts';
import type { TypedNet } from '../net/typed-net.ts';
import { rangeOf } from '../text/decode.ts';

/** What is known from outside the solver's text. */
export interface SolverSurroundings {
  /** The net that the solver tests, built in TEST. */
  readonly testNet?: TypedNet | undefined;
  /** Number of test images in the data set. */
  readonly testImages?: number | undefined;
  /** Is there a file of that name, as the solver writes it? Not given where no files can be seen. */
  readonly exists?: (path: string) => boolean;
}

/** The findings, in order. */
export function lintSolver(reading: SolverReading, around: SolverSurroundings): Diagnostic[] {
  return [...testCoverage(reading, around), ...missingFiles(reading, around)].toSorted(
    (a, b) => a.range.start - b.range.start,
  );
}

/** Extent of the first axis of what the net's first source gives: the images of a batch. */
function batchOf(net: TypedNet | undefined): number | undefined {
  const source = net?.layers.find(({ info }) => info?.source === true);
  return net?.blobs.get(source?.tops[0] ?? '')?.shape?.[0];
}

/** `test-coverage`: tests that leave images out, or count some twice. A remark: testing on a part is a choice, too. */
function testCoverage({ solver }: SolverReading, { testNet, testImages }: SolverSurroundings): Diagnostic[] {
  const batch = batchOf(testNet);
  const [iterations] = solver.test_iter;
  const range = rangeOf(solver, 'test_iter');
  if (batch === undefined || batch < 1 || testImages === undefined || testImages < 1) return [];
  if (iterations === undefined || iterations < 1 || !range) return [];
  const seen = iterations * batch;
  if (seen === testImages) return [];
  const enough = Math.ceil(testImages / batch);
  const product = `${iterations} batches of ${batch} are ${seen} images, but the data set has ${testImages} to test with`;
  const more = enough > iterations ? 'some are never tested' : 'some are counted twice';
  const fixes =
    enough === iterations
      ? {}
      : { fixes: [{ title: `Change to ${enough}`, edits: [{ range, text: String(enough) }] }] };
  const advice = enough === iterations ? ` Use a batch_size that divides ${testImages}.` : ` Use test_iter: ${enough}.`;
  return [
    {
      code: 'test-coverage',
      severity: 'info',
      range,
      message: `${product}: ${more}.${advice}`,
      ...fixes,
    },
  ];
}

/** `missing-file`: a net that the solver names and that is not there. */
function missingFiles({ solver }: SolverReading, { exists }: SolverSurroundings): Diagnostic[] {
  if (!exists) return [];
  const named = [
    { path: solver.net, range: rangeOf(solver, 'net') },
    { path: solver.train_net, range: rangeOf(solver, 'train_net') },
    ...solver.test_net.map((path, i) => ({ path, range: rangeOf(solver, 'test_net', i) })),
  ];
  return named.flatMap(({ path, range }): Diagnostic[] => {
    if (path === undefined || range === undefined || exists(path)) return [];
    const message = `There is no file "${path}", neither from here nor beside the solver. Give the path of the network.`;
    return [{ code: 'missing-file', severity: 'warning', range, message }];
  });
}
