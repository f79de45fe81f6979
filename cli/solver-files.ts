/** A solver's file and the nets it names, ready to train or test with. */
import type { Shape } from '../app/caffe/net/layer-table.ts';
import type { TypedNet } from '../app/caffe/net/typed-net.ts';
import type { NetState, Phase } from '../app/caffe/schema/net-messages.ts';
import type { SolverParameter } from '../app/caffe/schema/solver-messages.ts';
import { readSolver } from '../app/caffe/solver/read-solver.ts';
import type { NetReference } from '../app/caffe/solver/solver-settings.ts';
import { CommandError, type Terminal } from './command.ts';
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
  /** Undefined where the solver never tests. */
  readonly test: TypedNet | undefined;
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
  terminal: Terminal,
): Promise<SolverFiles> {
  const text = await readText(path);
  const { solver, settings, diagnostics } = readSolver(text);
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
  const [first, ...more] = settings.testInterval > 0 ? settings.tests : [];
  if (more.length > 0) terminal.err(`Notice: ${path} has ${more.length + 1} test nets; only the first is tested.`);
  const test = first === undefined ? undefined : build(await sourceOf(first.net), 'TEST', first.state);
  const weights = settings.weights.map((name) => findBeside(path, name) ?? name);
  return { solver, netPath: source.path, train, test, weights };
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
