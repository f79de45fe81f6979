/** The nets of a run from the page's two texts, and what such a run would take of a device's memory. */
import { buildNet } from '../caffe/net/build-net.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { inState } from '../caffe/net/states.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { NetState, Phase } from '../caffe/schema/net-messages.ts';
import { readSolver } from '../caffe/solver/read-solver.ts';
import type { NetReference, SolverSettings } from '../caffe/solver/solver-settings.ts';
import { compileTraining } from '../compiler/compile-training.ts';
import type { Engine } from '../engine/engine.ts';
import { definitionOf, layerTable } from '../layers/index.ts';
import { batchSizeOf, textWithBatch } from '../trainer/batch-size.ts';
import { forecast, type MemoryForecast } from '../trainer/memory-need.ts';
import type { SessionNets } from '../trainer/session.ts';
import { updateSettingsOf } from '../trainer/solver-settings.ts';
import { WorkerError } from './failure.ts';

/** What nets are built for. */
export interface DataShape {
  /** [channels, height, width] of the data set's images; undefined while none is open. */
  readonly record: Shape | undefined;
  /** Are there images to test with? */
  readonly tested: boolean;
}

/** A net in a phase, in the state that a solver asks for. @throws WorkerError with its first mistake */
export function typedNet(
  netText: string,
  phase: Phase,
  state: NetState | undefined,
  record: Shape | undefined,
): TypedNet {
  const net = buildNet(netText, inState(netText, { phase, layers: layerTable, record }, state));
  const errors = net.diagnostics.filter((d) => d.severity === 'error');
  const [first] = errors;
  if (first !== undefined)
    throw new WorkerError({ code: 'net', message: `The network has a mistake: ${first.message}`, diagnostics: errors });
  return net;
}

/** The nets of a run. A net that stands in the solver itself takes the place of the page's. @throws WorkerError */
export function netsOf(netText: string, settings: SolverSettings, { record, tested }: DataShape): SessionNets {
  const textOf = (net: NetReference | undefined) => (net?.kind === 'inline' ? net.text : netText);
  // Without a test in the solver the page's net is still there to be tested when somebody asks.
  const tests = settings.tests.length > 0 ? settings.tests : [{ net: undefined, state: undefined }];
  return {
    train: typedNet(textOf(settings.trainNet), 'TRAIN', settings.trainState, record),
    tests: !tested
      ? []
      : tests
          .map(({ net, state }) => typedNet(textOf(net), 'TEST', state, record))
          .filter((net) => net.outputs.length > 0),
  };
}

/** The same nets with another batch size for training. */
export const netsWithBatch =
  (netText: string, settings: SolverSettings, shape: DataShape) =>
  (batch: number): SessionNets => {
    const { train, tests } = netsOf(netText, settings, shape);
    if (settings.trainNet?.kind !== 'inline') {
      const same = settings.tests.every(({ net }) => net?.kind !== 'inline');
      return netsOf(textWithBatch(netText, train, same ? tests : [], batch), settings, shape);
    }
    const text = textWithBatch(settings.trainNet.text, train, [], batch);
    return netsOf(netText, { ...settings, trainNet: { kind: 'inline', text } }, shape);
  };

/** What a run of these texts would take; undefined where they have mistakes, or say no batch size. */
export function forecastOf(
  engine: Engine,
  netText: string,
  solverText: string,
  shape: DataShape,
): MemoryForecast | undefined {
  const { solver, extensions, settings, diagnostics } = readSolver(solverText);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  try {
    const nets = netsOf(netText, settings, shape);
    const batch = batchSizeOf(nets.train);
    if (batch === undefined) return undefined;
    const withBatch = netsWithBatch(netText, settings, shape);
    const update = updateSettingsOf(solver, extensions);
    return forecast(
      batch,
      (size) => engine.plan(compileTraining(size === batch ? nets : withBatch(size), definitionOf, update).program),
      engine.limits,
    );
  } catch (error) {
    // Mistakes of the net are told where they stand; here they only mean that nothing can be said.
    if (error instanceof WorkerError || (error instanceof Error && error.name === 'CompileError')) return undefined;
    throw error;
  }
}
