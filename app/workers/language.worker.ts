/**
 * The language worker: reads the two texts after each change, for both phases, so that the page's thread never parses.
 * The newest request wins. What only some views show, such as costs, is worked out when they ask for it.
 */
import { lintSolver } from '../caffe/lint/lint-solver.ts';
import { buildFitting } from '../caffe/net/build-fitting.ts';
import { costOf } from '../caffe/net/cost.ts';
import { inState } from '../caffe/net/states.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import type { NetState, Phase } from '../caffe/schema/net-messages.ts';
import { foldsOf } from '../caffe/service/folding.ts';
import { ratePlanOf } from '../caffe/solver/lr-preview.ts';
import { readSolver, type SolverReading } from '../caffe/solver/read-solver.ts';
import { parse } from '../caffe/text/parse.ts';
import { layerTable } from '../layers/index.ts';
import { answerNewest } from './newest-wins.ts';
import type { AnalyseAnswer, AnalyseRequest, LanguageAnswers, LanguageRequest, SolverView } from './protocol.ts';

function viewSolver(reading: SolverReading, testNet: TypedNet, testImages: number | undefined): SolverView {
  const { solver } = reading;
  const diagnostics = [...reading.diagnostics, ...lintSolver(reading, { testNet, testImages })].toSorted(
    (a, b) => a.range.start - b.range.start,
  );
  return {
    type: reading.extensions.type ?? reading.settings.type,
    maxIter: solver.max_iter ?? 0,
    testInterval: solver.test_interval,
    testIter: solver.test_iter[0] ?? 0,
    baseLr: solver.base_lr ?? 0,
    lrPolicy: solver.lr_policy ?? '',
    rates: ratePlanOf(solver, reading.extensions),
    display: solver.display ?? 0,
    snapshot: solver.snapshot,
    diagnostics,
  };
}

/** The nets last analysed: costs are asked for afterwards. */
let nets: Readonly<Record<Phase, TypedNet>> | undefined;

function analyse({ netText, solverText, record, testImages }: AnalyseRequest): AnalyseAnswer {
  const reading = readSolver(solverText);
  const { trainState, tests } = reading.settings;
  const build = (phase: Phase, state: NetState | undefined) =>
    buildFitting(netText, inState(netText, { phase, layers: layerTable, record }, state));
  nets = { TRAIN: build('TRAIN', trainState), TEST: build('TEST', tests[0]?.state) };
  const { TRAIN, TEST } = nets;
  const train = viewNet(TRAIN);
  return { train, test: viewNet(TEST, train), solver: viewSolver(reading, TEST, testImages) };
}

function answer(request: LanguageRequest): LanguageAnswers[LanguageRequest['kind']] {
  switch (request.kind) {
    case 'analyse':
      return analyse(request);
    case 'cost':
      return nets && costOf(nets[request.phase]);
    case 'folds':
      return foldsOf(parse(request.text));
  }
}

answerNewest(answer);
