/** `crema cost`: what each layer of a network costs, and the whole. */
import { COST_HEADINGS, costRows, csvRecord } from '../../app/caffe/net/cost-table.ts';
import { costOf, type NetCost } from '../../app/caffe/net/cost.ts';
import type { TypedNet } from '../../app/caffe/net/typed-net.ts';
import { UsageError, oneOf, parseArguments, type Command, type Terminal } from '../command.ts';
import { stateOf, stateOptions } from '../net-files.ts';
import { shapedNet } from '../shaped-net.ts';

const help = `Usage: crema cost NET [--phase TRAIN|TEST] [--stage NAME]... [--input BLOB=1x3x32x32]...
       [--memory] [--json|--csv]

Prints for every layer of a network, for the whole batch: the shape of its first top, its
parameters, how many of them are learned and their bytes, multiply-adds forward, backward
and of both (training), other operations of a forward pass, bytes of its tops and of their
gradients, and the receptive field (height x width) of a place of its first top with its
stride and offset. The last lines are totals.

Multiply-adds are those of weights: convolutions, inner products, recurrent layers; a bias
counts nothing. Other operations are comparisons, additions, quotients and functions such
as exp, one each: those of pooling, activations, normalisation and losses.

Options:
  --phase   TRAIN or TEST (default TEST)
  --stage   a stage that the solver would set (test_state); may be repeated
  --level   the level that it would set
  --input   gives the shape of an input or data blob; may be repeated
  --memory  also plans a training run with SGD and momentum (nothing is computed):
            the memory it takes, activations and gradients sharing it by lifetime
  --json    prints {"phase", "batch", "layers": [...], "totals": {...}}
  --csv     prints comma-separated values

Example:
  crema cost deploy.prototxt --input data=1x3x224x224 --csv > cost.csv`;

export const cost: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        phase: { type: 'string', default: 'TEST' },
        input: { type: 'string', multiple: true, default: [] },
        ...stateOptions,
        memory: { type: 'boolean' },
        json: { type: 'boolean' },
        csv: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    if (values.json === true && values.csv === true) throw new UsageError('Give --json or --csv, not both.');
    const phase = oneOf('phase', values.phase, ['TRAIN', 'TEST']);
    const path = positionals[0] as string;
    const found = costOf(await shapedNet(path, phase, values.input, terminal, stateOf(values)));
    const planned =
      values.memory === true
        ? await trainingMemory(await shapedNet(path, 'TRAIN', values.input, quiet, stateOf(values)))
        : undefined;
    if (values.json === true) {
      terminal.out(
        JSON.stringify({ ...found, ...(planned === undefined ? {} : { plannedBytes: planned }) }, undefined, 1),
      );
    } else if (values.csv === true) {
      for (const row of costRows(found)) terminal.out(csvRecord(row));
    } else {
      printTable(found, (line) => terminal.out(line));
      if (planned !== undefined)
        terminal.out(`planned for a run   ${megabytes(planned)} (all of it, SGD with momentum, without test nets)`);
    }
    return 0;
  },
};

/** What was assumed is said once, by the first reading of the net. */
const quiet: Terminal = { out: () => undefined, err: () => undefined };

/** Bytes that a training run of a net takes on a device. */
async function trainingMemory(net: TypedNet): Promise<number> {
  const { compileTraining } = await import('../../app/compiler/compile-training.ts');
  const { deviceNeed } = await import('../../app/engine/webgpu/device-memory.ts');
  const { definitionOf } = await import('../../app/layers/index.ts');
  const rule = { type: 'SGD', momentum: 0.9 } as const;
  const solver = { rule, weightDecay: 0, regularization: 'L2', iterSize: 1 } as const;
  return deviceNeed(compileTraining({ train: net, tests: [] }, definitionOf, solver).program).total;
}

function printTable(found: NetCost, out: (line: string) => void): void {
  const rows = costRows(found);
  const widths = COST_HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const left = new Set([0, 1, 2]);
  for (const row of rows) {
    const line = row.map((cell, column) =>
      left.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    out(line.join('  ').trimEnd());
  }
  const { forwardBytes, trainingBytes, parameters } = found.totals;
  out('');
  out(`parameters         ${parameters} (${megabytes(parameters * 4)})`);
  out(`forward memory     ${megabytes(forwardBytes)} (blobs and parameters)`);
  out(`training memory    ${megabytes(trainingBytes)} (and their gradients; momentum and the like come on top)`);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
