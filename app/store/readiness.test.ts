/** The four steps and the list of problems, from stores in every state a person can bring them to. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../caffe/diagnostics.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import type { OpenedDataset, SolverView } from '../workers/protocol.ts';
import { countErrors, lineStarts, listProblems, positionAt } from './problems.ts';
import { listSteps, obstacleOf, type StepSources } from './readiness.ts';

const finding = (start: number, severity: Diagnostic['severity'] = 'error', message = 'wrong'): Diagnostic => ({
  code: 'syntax',
  severity,
  range: { start, end: start + 1 },
  message,
});

const net = (diagnostics: readonly Diagnostic[] = [], complete = true): NetView => ({
  name: 'n',
  phase: 'TRAIN',
  layers: [],
  blobs: [],
  outputs: [],
  diagnostics,
  totals: { parameters: 145578, macs: 0, activationBytes: 0 },
  complete,
  parsed: true,
});

const solver: SolverView = {
  type: 'SGD',
  maxIter: 4000,
  testInterval: 500,
  testIter: 100,
  baseLr: 0.001,
  lrPolicy: 'fixed',
  rates: undefined,
  display: 100,
  snapshot: 4000,
  diagnostics: [],
};

function opened(trainCount: number): OpenedDataset {
  const split = { images: new Uint8Array(0), labels: new Uint16Array(0), count: 0 };
  const facts = { name: 'CIFAR-10', source: 'x', channels: 3, height: 32, width: 32, classNames: [] };
  return {
    dataset: { ...facts, train: split, test: split },
    summary: { ...facts, trainCount, testCount: 10000, trainPerClass: [], testPerClass: [], bytes: 0 },
    mean: new Float32Array(0),
  };
}

const ready: StepSources = {
  document: { nets: { TRAIN: net(), TEST: net() }, solver, netText: 'layer {}', solverText: 'net: "n"' },
  dataset: { opened: opened(50000), job: undefined },
  run: {
    engine: { status: 'ready', info: { kind: 'webgpu', device: 'd', software: false }, reason: 'r' },
    state: 'idle',
    iteration: 0,
    maxIter: 0,
  },
};

const brief = (sources: StepSources) => listSteps(sources).map(({ status, fact }) => `${status}: ${fact}`);

const layer = (type: string): NetView['layers'][number] => ({
  id: type,
  name: type,
  type,
  family: 'data',
  doc: '',
  summary: '',
  range: { start: 0, end: 1 },
  bottoms: [],
  tops: [],
  inPlace: false,
  params: [],
  settings: [],
  macs: 0,
  problem: undefined,
});

describe('what a whole net may still lack', () => {
  const netStepOf = (view: NetView) =>
    listSteps({ ...ready, document: { ...ready.document, nets: { TRAIN: view, TEST: view } } });

  it('does not fit the images at hand', () => {
    const steps = netStepOf(net([{ ...finding(0, 'warning'), code: 'misfit' }]));
    expect(steps[1]).toMatchObject({ status: 'ready' });
    expect(steps[3]).toMatchObject({ status: 'missing', fact: 'made for other images' });
    expect(obstacleOf(steps, ready.run.engine)).toMatch(/^This network is made for images of another size/);
  });

  it('takes its inputs from a program, not from a data set', () => {
    expect(netStepOf({ ...net(), layers: [layer('Input')] })[3]).toMatchObject({ fact: 'no data layer' });
    expect(netStepOf({ ...net(), layers: [layer('Data')] })[3]).toMatchObject({ status: 'ready' });
  });
});

describe('listSteps', () => {
  it('says each step’s fact when all is ready', () => {
    expect(brief(ready)).toEqual([
      'ready: CIFAR-10 · 60,000',
      'ready: 145,578 params',
      'ready: SGD · 4,000 it',
      'ready: ready',
    ]);
  });

  it('names what is missing, and what Train waits for', () => {
    const document = { nets: undefined, solver: undefined, netText: ' ', solverText: '' };
    expect(brief({ ...ready, document, dataset: { opened: undefined, job: undefined } })).toEqual([
      'missing: no data set',
      'missing: no network',
      'missing: no solver',
      'missing: needs data, net, solver',
    ]);
  });

  it('says in a whole sentence what Train waits for, the first of it first', () => {
    const { engine } = ready.run;
    const whyNot = (sources: StepSources) => obstacleOf(listSteps(sources), engine);
    const nothing = { nets: undefined, solver: undefined, netText: ' ', solverText: '' };
    expect(whyNot({ ...ready, document: nothing, dataset: { opened: undefined, job: undefined } })).toBe(
      'There is no data set yet: drop one on the page.',
    );
    expect(whyNot({ ...ready, document: nothing })).toMatch(/^There is no network yet: .*\.$/);
    expect(whyNot({ ...ready, document: { ...ready.document, solverText: '' } })).toMatch(
      /^There is no solver yet: .*\.$/,
    );
    const bad = net([finding(0)]);
    expect(whyNot({ ...ready, document: { ...ready.document, nets: { TRAIN: bad, TEST: bad } } })).toBe(
      'The network has 1 error: see Problems.',
    );
    expect(whyNot(ready)).toBeUndefined();
  });

  it('counts errors, not warnings', () => {
    const bad = net([finding(0), finding(1, 'warning')]);
    const document = { ...ready.document, nets: { TRAIN: bad, TEST: bad } };
    expect(brief({ ...ready, document })[1]).toBe('missing: 1 error');
    const fine = net([finding(1, 'warning')]);
    expect(brief({ ...ready, document: { ...document, nets: { TRAIN: fine, TEST: fine } } })[1]).toMatch(/^ready/);
  });

  it('tells a net without shapes and a set without training images', () => {
    const document = { ...ready.document, nets: { TRAIN: net([], false), TEST: net() } };
    expect(brief({ ...ready, document })[1]).toBe('missing: shapes unknown');
    expect(brief({ ...ready, dataset: { opened: opened(0), job: undefined } })[0]).toBe('missing: no training images');
  });

  it('follows the run', () => {
    const run = { ...ready.run, iteration: 1200, maxIter: 4000 };
    expect(brief({ ...ready, run: { ...run, state: 'running' } })[3]).toBe('busy: 1,200 / 4,000');
    expect(brief({ ...ready, run: { ...run, state: 'preparing', iteration: 0 } })[3]).toBe('busy: preparing');
    expect(brief({ ...ready, run: { ...run, engine: { status: 'none', reason: 'x' } } })[3]).toBe(
      'missing: needs an engine',
    );
    expect(brief({ ...ready, run: { ...ready.run, engine: { status: 'probing' } } })[3]).toBe(
      'busy: looking for a GPU',
    );
  });
});

describe('listProblems', () => {
  const text = 'one\ntwo\nthree';

  it('lists what both phases have once, errors first, with places from 1', () => {
    const shared = finding(4);
    const nets = { TRAIN: net([finding(0, 'warning'), shared]), TEST: net([shared, finding(9)]) };
    const problems = listProblems({
      nets,
      solver: { ...solver, diagnostics: [finding(2)] },
      netText: text,
      solverText: text,
    });
    expect(problems.map(({ text: in_, line, column, diagnostic }) => [in_, line, column, diagnostic.severity])).toEqual(
      [
        ['network', 2, 1, 'error'],
        ['network', 3, 2, 'error'],
        ['network', 1, 1, 'warning'],
        ['solver', 1, 3, 'error'],
      ],
    );
    expect([countErrors(problems, 'network'), countErrors(problems, 'solver')]).toEqual([2, 1]);
  });

  it('gives the same list for the same document and another for a changed one', () => {
    const document = { nets: { TRAIN: net([finding(1)]), TEST: net() }, solver, netText: text, solverText: '' };
    const first = listProblems(document);
    expect(listProblems({ ...document })).toBe(first);
    expect(listProblems({ ...document, netText: `\n${text}` })).not.toBe(first);
  });

  it('finds lines and columns at their edges', () => {
    const starts = lineStarts(text);
    expect(starts).toEqual([0, 4, 8]);
    expect([0, 3, 4, 13].map((offset) => positionAt(starts, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 4 },
      { line: 2, column: 1 },
      { line: 3, column: 6 },
    ]);
  });
});
