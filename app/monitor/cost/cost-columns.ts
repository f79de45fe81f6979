/** The columns of the cost table: what each is called, says, sorts by and how wide it is. Pure. */
import { fieldText, type CostFigure, type CostFigures } from '../../caffe/net/cost-table.ts';
import type { LayerCost } from '../../caffe/net/cost.ts';
import { formatBytes, formatCount, formatLarge, formatShape } from '../../store/format.ts';

/** What a run does: a forward pass alone, or training with a backward pass. */
export type CostMode = 'forward' | 'training';

/** A layer with its figures, as a row. */
export interface CostRow {
  readonly layer: LayerCost;
  /** Place in the text, from 0. */
  readonly order: number;
  readonly figures: CostFigures;
}

/** One column. */
export interface CostColumn {
  readonly id: string;
  readonly title: string;
  /** What it holds, in a sentence. */
  readonly doc: string;
  /** Pixels; the first column takes what is left. */
  readonly width: number;
  readonly kind: 'text' | 'number';
  /** The figure of numbers that can be summed: it gets a total. */
  readonly figure?: CostFigure;
  /** True where a bar shows the row's share of the total. */
  readonly shares?: boolean;
  /** Shown while training only. */
  readonly trainingOnly?: boolean;
  readonly text: (row: CostRow) => string;
  /** The total of a figure, as `text` writes it. */
  readonly total?: (totals: CostFigures) => string;
  /** What rows are sorted by; undefined goes last. */
  readonly key: (row: CostRow) => number | string | undefined;
}

const product = (extents: readonly number[]): number => extents.reduce((n, extent) => n * extent, 1);

function figure(
  name: CostFigure,
  title: string,
  doc: string,
  options: { width: number; format: (value: number) => string; shares?: boolean; trainingOnly?: boolean },
): CostColumn {
  const { format, ...rest } = options;
  const text = (figures: CostFigures): string => {
    const value = figures[name];
    return value === undefined ? 'unknown' : format(value);
  };
  return {
    id: name,
    title,
    doc,
    kind: 'number',
    figure: name,
    ...rest,
    text: (row) => text(row.figures),
    total: text,
    key: (row) => row.figures[name],
  };
}

/** Extents of a receptive field: `7×7`. */
function fieldSize({ layer }: CostRow): string {
  return fieldText(layer.receptiveField, ({ size }) => size).replaceAll('x', '×');
}

/** One figure where all axes agree, `2×4` where they do not. */
function fieldStride({ layer }: CostRow): string {
  const text = fieldText(layer.receptiveField, ({ stride }) => stride);
  const parts = text.split('x');
  return parts.every((part) => part === parts[0]) ? (parts[0] ?? '') : parts.join('×');
}

/** All columns, in their order. */
export const COST_COLUMNS: readonly CostColumn[] = [
  {
    id: 'name',
    title: 'Layer',
    doc: 'The layer’s name, in the order of the text.',
    width: 168,
    kind: 'text',
    text: ({ layer }) => layer.name,
    key: ({ layer }) => layer.name.toLowerCase(),
  },
  {
    id: 'type',
    title: 'Type',
    doc: 'The layer’s type.',
    width: 118,
    kind: 'text',
    text: ({ layer }) => layer.type,
    key: ({ layer }) => layer.type.toLowerCase(),
  },
  {
    id: 'shape',
    title: 'Output',
    doc: 'Shape of the first top, for the whole batch.',
    width: 138,
    kind: 'number',
    text: ({ layer }) => (layer.tops.length === 0 ? '' : formatShape(layer.tops[0])),
    key: ({ layer }) => layer.tops[0] && product(layer.tops[0]),
  },
  figure(
    'parameters',
    'Parameters',
    'Numbers that the layer keeps: weights, biases, statistics. Shared ones count with the layer that has them first.',
    { width: 136, format: formatCount, shares: true },
  ),
  figure('parameter_bytes', 'Parameter size', 'Parameters in single precision, four bytes each.', {
    width: 104,
    format: formatBytes,
  }),
  figure(
    'forward_macs',
    'Multiply-adds',
    'Products of weights and values, summed up: convolutions, inner products, recurrent layers; a forward pass. A bias is where a sum starts, and counts nothing.',
    { width: 128, format: formatLarge, shares: true },
  ),
  figure(
    'training_macs',
    '… in training',
    'Multiply-adds of forward and backward pass: as many again for the gradients of what goes in, and for those of the weights.',
    { width: 128, format: formatLarge, shares: true, trainingOnly: true },
  ),
  figure(
    'other_operations',
    'Other operations',
    'Comparisons, additions, quotients, and functions such as exp, of a forward pass: pooling, activations, normalisation, losses.',
    { width: 118, format: formatLarge },
  ),
  figure(
    'activation_bytes',
    'Activations',
    'Memory of the layer’s tops. A layer that works in place has none of its own.',
    {
      width: 132,
      format: formatBytes,
      shares: true,
    },
  ),
  figure('gradient_bytes', 'Gradients', 'Memory of the tops’ gradients in a backward pass.', {
    width: 132,
    format: formatBytes,
    shares: true,
    trainingOnly: true,
  }),
  {
    id: 'field',
    title: 'Receptive field',
    doc: 'How much of the input one place of the first top sees, padding included.',
    width: 112,
    kind: 'number',
    text: fieldSize,
    key: ({ layer }) => layer.receptiveField && product(layer.receptiveField.map(({ size }) => size)),
  },
  {
    id: 'stride',
    title: 'Stride',
    doc: 'Places of the input between what neighbouring places of the first top see.',
    width: 72,
    kind: 'number',
    text: fieldStride,
    key: ({ layer }) => layer.receptiveField?.[0]?.stride,
  },
];

/** The columns of a mode. */
export const columnsOf = (mode: CostMode): readonly CostColumn[] =>
  COST_COLUMNS.filter(({ trainingOnly }) => mode === 'training' || trainingOnly !== true);
