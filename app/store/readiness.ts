/** Caffe's four steps as the bar shows them: done with a fact, or what is missing. A pure function of the stores. */
import type { DocumentState } from './document.ts';
import type { DatasetState } from './dataset.ts';
import { formatCount, plural } from './format.ts';
import { countErrors, listProblems } from './problems.ts';
import { isActive, type RunValues } from './run.ts';

export type StepName = 'data' | 'net' | 'solver' | 'train';

export interface Step {
  readonly name: StepName;
  readonly title: string;
  /** `busy`: on its way by itself; `missing`: waits for the user. */
  readonly status: 'ready' | 'busy' | 'missing';
  /** A fact when ready, else what is missing: a few words. */
  readonly fact: string;
  /** Where it is not ready: the same as a whole sentence, with what to do. */
  readonly reason?: string;
}

/** What the steps depend on. */
export interface StepSources {
  readonly document: Pick<DocumentState, 'nets' | 'solver' | 'netText' | 'solverText'>;
  readonly dataset: Pick<DatasetState, 'opened' | 'job'>;
  readonly run: Pick<RunValues, 'engine' | 'state' | 'iteration' | 'maxIter'>;
}

/** The steps in Caffe's order. */
export function listSteps(sources: StepSources): readonly [Step, Step, Step, Step] {
  const data = dataStep(sources.dataset);
  const problems = listProblems(sources.document);
  const net = netStep(sources.document, countErrors(problems, 'network'));
  const solver = solverStep(sources.document, countErrors(problems, 'solver'));
  return [data, net, solver, trainStep(sources.run, [data, net, solver], mismatchOf(sources.document))];
}

/** What stands in the way of training, as a sentence, or undefined. */
export function obstacleOf(steps: readonly Step[], engine: RunValues['engine']): string | undefined {
  const missing = steps.slice(0, 3).find(({ status }) => status !== 'ready');
  if (missing !== undefined) return missing.reason;
  if (engine.status === 'none') return `Training is not possible here: ${engine.reason}`;
  if (engine.status === 'probing') return 'Looking for a GPU.';
  const train = steps[3];
  return train?.status === 'missing' ? train.reason : undefined;
}

function dataStep({ opened, job }: StepSources['dataset']): Step {
  const step = { name: 'data', title: 'Data' } as const;
  if (opened === undefined)
    return job === undefined
      ? { ...step, status: 'missing', fact: 'no data set', reason: 'There is no data set yet: drop one on the page.' }
      : { ...step, status: 'busy', fact: 'opening', reason: 'The data set is being opened.' };
  const { name, trainCount, testCount } = opened.summary;
  if (trainCount === 0) {
    const reason = `${name} has no images to train on: drop that part of it, too.`;
    return { ...step, status: 'missing', fact: 'no training images', reason };
  }
  return { ...step, status: 'ready', fact: `${name} · ${formatCount(trainCount + testCount)}` };
}

function netStep({ nets, netText }: StepSources['document'], errors: number): Step {
  const step = { name: 'net', title: 'Net' } as const;
  if (netText.trim() === '') {
    const reason = 'There is no network yet: write one, drag layers onto the canvas, or open one of the gallery.';
    return { ...step, status: 'missing', fact: 'no network', reason };
  }
  if (nets === undefined) return { ...step, status: 'busy', fact: 'reading', reason: 'The network is being read.' };
  if (errors > 0) return { ...step, status: 'missing', ...withErrors('network', errors) };
  if (!nets.TRAIN.complete) {
    const reason = 'Some shapes of the network are not known: the graph shows the layers at which they end.';
    return { ...step, status: 'missing', fact: 'shapes unknown', reason };
  }
  return { ...step, status: 'ready', fact: `${formatCount(nets.TRAIN.totals.parameters)} params` };
}

function solverStep({ solver, solverText }: StepSources['document'], errors: number): Step {
  const step = { name: 'solver', title: 'Solver' } as const;
  if (solverText.trim() === '') {
    const reason = 'There is no solver yet: write one, or put in a plain one, under Solver in the editor.';
    return { ...step, status: 'missing', fact: 'no solver', reason };
  }
  if (solver === undefined) return { ...step, status: 'busy', fact: 'reading', reason: 'The solver is being read.' };
  if (errors > 0) return { ...step, status: 'missing', ...withErrors('solver', errors) };
  return { ...step, status: 'ready', fact: `${solver.type} · ${formatCount(solver.maxIter)} it` };
}

function withErrors(text: 'network' | 'solver', errors: number): Pick<Step, 'fact' | 'reason'> {
  const fact = plural(errors, 'error');
  return { fact, reason: `The ${text} has ${fact}: see Problems.` };
}

/** Why a whole net cannot train on the data at hand; undefined where it can. */
function mismatchOf({ nets }: StepSources['document']): Pick<Step, 'fact' | 'reason'> | undefined {
  if (nets === undefined) return undefined;
  if (nets.TRAIN.diagnostics.some(({ code }) => code === 'misfit')) {
    const reason = 'This network is made for images of another size than those of the data set: Problems says more.';
    return { fact: 'made for other images', reason };
  }
  if (!nets.TRAIN.layers.some(({ type }) => type === 'Input')) return undefined;
  const reason = 'This network has an Input layer, which a program fills: give it a Data layer to train it.';
  return { fact: 'no data layer', reason };
}

function trainStep(run: StepSources['run'], before: readonly Step[], mismatch: ReturnType<typeof mismatchOf>): Step {
  const step = { name: 'train', title: 'Train' } as const;
  if (run.engine.status === 'none') return { ...step, status: 'missing', fact: 'needs an engine' };
  const fact = `${formatCount(run.iteration)} / ${formatCount(run.maxIter)}`;
  if (isActive(run.state)) return { ...step, status: 'busy', fact: run.iteration > 0 ? fact : 'preparing' };
  if (run.state === 'finished') return { ...step, status: 'ready', fact };
  const missing = before.filter(({ status }) => status !== 'ready');
  if (missing.length > 0)
    return { ...step, status: 'missing', fact: `needs ${missing.map(({ title }) => title.toLowerCase()).join(', ')}` };
  if (mismatch !== undefined) return { ...step, status: 'missing', ...mismatch };
  if (run.engine.status === 'probing') return { ...step, status: 'busy', fact: 'looking for a GPU' };
  return { ...step, status: 'ready', fact: run.iteration > 0 ? fact : 'ready' };
}
