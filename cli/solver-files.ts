/** A solver's file and the nets it names, ready to train or test with. */
import type { Shape } from '../app/caffe/net/layer-table.ts';
import type { TypedNet } from '../app/caffe/net/typed-net.ts';
import type { NetState, Phase } from '../app/caffe/schema/net-messages.ts';
import type { SolverParameter } from '../app/caffe/schema/solver-messages.ts';
import type { SolverExtensions } from '../app/caffe/solver/extensions.ts';
import { readSolver } from '../app/caffe/solver/read-solver.ts';
import type { NetReference } from '../app/caffe/solver/solver-settings.ts';
import { textWithBatch } from '../app/trainer/batch-size.ts';
import { CommandError } from './command.ts';
import { findBeside } from './data-files.ts';
import { readText } from './files.ts';
import { wholeNetOf } from './net-files.ts';
import { firstError } from './positions.ts';

/** A solver with its nets. */
export interface SolverFiles {
  readonly solver: SolverParameter;
  /** The training net's file (the solver's own where the net stands in it): files that it names are looked up from there. */
  readonly netPath: string;
  readonly train: TypedNet;
  /** None where the solver never tests. */
  readonly tests: readonly TypedNet[];
  /** What the solver asks for beyond Caffe. */
  readonly extensions: SolverExtensions;
  /** The nets with another batch size for training. */
  readonly withBatch: (batch: number) => { readonly train: TypedNet; readonly tests: readonly TypedNet[] };
  /** Files of weights that the solver starts from. */
  readonly weights: readonly string[];
}

interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a solver and its nets. A net is looked up beside the solver, under its whole name and its last part.
 *
 * @param netOverride a net's file to use in place of those the solver names
 * @throws CommandError
 */
export async function readSolverFiles(
  path: string,
  netOverride: string | undefined,
  record: Shape,
): Promise<SolverFiles> {
  const text = await readText(path);
  const { solver, settings, extensions, diagnostics } = readSolver(text);
  const error = firstError(path, text, diagnostics);
  if (error !== undefined) throw new CommandError(error);
  const sourceOf = async (net: NetReference | undefined): Promise<Source> => {
    if (netOverride !== undefined) return { path: netOverride, text: await readText(netOverride) };
    return readNet(path, net);
  };
  const build = ({ path, text }: Source, phase: Phase, state: NetState | undefined) =>
    wholeNetOf(path, text, phase, { record, stages: state?.stage ?? [], level: state?.level });
  const source = await sourceOf(settings.trainNet);
  const train = build(source, 'TRAIN', settings.trainState);
  const tested = settings.testInterval > 0 ? settings.tests : [];
  const sources = await Promise.all(tested.map(({ net }) => sourceOf(net)));
  const tests = sources.map((testSource, i) => build(testSource, 'TEST', tested[i]?.state));
  const weights = settings.weights.map((name) => findBeside(path, name) ?? name);
  const withBatch = (batch: number) => {
    const beside = tests.filter((_, i) => sources[i]?.path === source.path && sources[i]?.text === source.text);
    const text = textWithBatch(source.text, train, beside, batch);
    return {
      train: build({ ...source, text }, 'TRAIN', settings.trainState),
      tests: sources.map((own, i) => {
        const shared = own.path === source.path && own.text === source.text;
        return build(shared ? { ...own, text } : own, 'TEST', tested[i]?.state);
      }),
    };
  };
  return { solver, extensions, netPath: source.path, train, tests, weights, withBatch };
}

async function readNet(solverPath: string, net: NetReference | undefined): Promise<Source> {
  if (net === undefined) {
    throw new CommandError(`${solverPath} names no net: write net: "FILE" there, or give --net FILE.`);
  }
  if (net.kind === 'inline') return { path: solverPath, text: net.text };
  const found = findBeside(solverPath, net.path);
  if (found === undefined) {
    throw new CommandError(
      `The net ${net.path}, which ${solverPath} names, is not there: give its file with --net FILE.`,
    );
  }
  return { path: found, text: await readText(found) };
}
