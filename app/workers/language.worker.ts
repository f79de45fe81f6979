/**
 * The language worker: reads the two texts after each change, for both phases, so that the page's thread never parses.
 * The newest request wins.
 */
import { buildNet } from '../caffe/net/build-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import { layerTable } from '../layers/index.ts';
import { answerNewest } from './newest-wins.ts';
import type { AnalyseAnswer, AnalyseRequest, SolverView } from './protocol.ts';

function viewSolver(text: string): SolverView {
  const { solver, diagnostics } = readSolver(text);
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

answerNewest<AnalyseRequest, AnalyseAnswer>(({ netText, solverText, record }) => {
  const view = (phase: Phase) => viewNet(buildNet(netText, { phase, layers: layerTable, record }));
  return { train: view('TRAIN'), test: view('TEST'), solver: viewSolver(solverText) };
});
