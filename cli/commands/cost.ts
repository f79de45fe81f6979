/** `crema cost`: what each layer of a network costs, and the whole. */
import { costOf, type LayerCost, type NetCost } from '../../app/caffe/net/cost.ts';
import type { ReceptiveField } from '../../app/caffe/net/receptive-field.ts';
import { UsageError, oneOf, parseArguments, type Command } from '../command.ts';
import { shapedNet } from '../shaped-net.ts';

const help = `Usage: crema cost NET [--phase TRAIN|TEST] [--input BLOB=1x3x32x32]... [--json|--csv]

Prints for every layer of a network, for the whole batch: the shape of its first top, its
parameters and how many of them are learned, multiply-adds forward and backward, bytes of
its tops and of their gradients, and the receptive field (height x width) of a place of
its first top with its stride and offset. The last lines are totals.

Options:
  --phase   TRAIN or TEST (default TEST)
  --input   gives the shape of an input or data blob; may be repeated
  --json    prints {"layers": [...], "totals": {...}}
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
        json: { type: 'boolean' },
        csv: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    if (values.json === true && values.csv === true) throw new UsageError('Give --json or --csv, not both.');
    const phase = oneOf('phase', values.phase, ['TRAIN', 'TEST']);
    const found = costOf(await shapedNet(positionals[0] as string, phase, values.input, terminal));
    if (values.json === true) {
      terminal.out(JSON.stringify({ phase, layers: found.layers, totals: found.totals }, undefined, 1));
    } else if (values.csv === true) {
      for (const row of [headings, ...found.layers.map(cells), totalCells(found)]) {
        terminal.out(row.map(csvCell).join(','));
      }
    } else printTable(found, (line) => terminal.out(line));
    return 0;
  },
};

const headings = [
  'layer',
  'type',
  'shape',
  'parameters',
  'learned',
  'forward_macs',
  'backward_macs',
  'activation_bytes',
  'gradient_bytes',
  'field',
  'field_stride',
  'field_offset',
];

const joined = (field: ReceptiveField | undefined, of: (axis: ReceptiveField[number]) => number | undefined): string =>
  field === undefined || field.some((axis) => of(axis) === undefined) ? '' : field.map((axis) => of(axis)).join('x');

function cells(layer: LayerCost): string[] {
  const field = layer.receptiveField;
  return [
    layer.name,
    layer.type,
    (layer.tops[0] ?? []).join('x'),
    String(layer.parameters),
    String(layer.learned),
    String(layer.forwardMacs ?? ''),
    String(layer.backwardMacs ?? ''),
    String(layer.activationBytes),
    String(layer.gradientBytes),
    joined(field, ({ size }) => size),
    joined(field, ({ stride }) => stride),
    joined(field, ({ offset }) => offset),
  ];
}

function totalCells({ totals }: NetCost): string[] {
  const { parameters, learned, forwardMacs, backwardMacs, activationBytes, gradientBytes } = totals;
  const sums = [parameters, learned, forwardMacs, backwardMacs, activationBytes, gradientBytes];
  return ['total', '', '', ...sums.map(String), '', '', ''];
}

/** Quoted where a name has a comma, a quote or a line end in it; never read as a formula by a spreadsheet. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) && !/^-?[0-9.x-]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function printTable(found: NetCost, out: (line: string) => void): void {
  const rows = [headings, ...found.layers.map(cells), totalCells(found)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
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
