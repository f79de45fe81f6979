/**
 * The language worker: reads the two texts after each change, for both phases, so that the page's thread never parses.
 * The newest request wins.
 */
import { lintSolver } from '../caffe/lint/lint-solver.ts';
import { buildNet } from '../caffe/net/build-net.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { layerTable } from '../layers/index.ts';
import { answerNewest } from './newest-wins.ts';
import type { AnalyseAnswer, AnalyseRequest, SolverView } from './protocol.ts';

function viewSolver(text: string, testNet: TypedNet, testImages: number | undefined): SolverView {
  const reading = readSolver(text);
  const { solver } = reading;
  const diagnostics = [...reading.diagnostics, ...lintSolver(reading, { testNet, testImages })].toSorted(
    (a, b) => a.range.start - b.range.start,
  );
  return {
    type: solver.type,
    maxIter: solver.max_iter ?? 0,
    testInterval: solver.test_interval,
    testIter: solver.test_iter[0] ?? 0,
    baseLr: solver.base_lr ?? 0,
    lrPolicy: solver.lr_policy ?? '',
    display: solver.display ?? 0,
    snapshot: solver.snapshot,
    diagnostics,
  };
}

answerNewest<AnalyseRequest, AnalyseAnswer>(({ netText, solverText, record, testImages }) => {
  const build = (phase: Phase) => buildNet(netText, { phase, layers: layerTable, record });
  const test = build('TEST');
  return { train: viewNet(build('TRAIN')), test: viewNet(test), solver: viewSolver(solverText, test, testImages) };
});
