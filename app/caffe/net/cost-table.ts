/**
 * Costs as a table of plain numbers: what the page shows, sorts and downloads, and what the command line prints. One
 * place says what each column holds, so that all of them agree.
 */
import { FLOAT_BYTES } from './cost.ts';
import type { LayerCost, NetCost } from './cost.ts';
import type { ReceptiveField } from './receptive-field.ts';

/** What the figures are for: the batch of the text, or one image of it. Parameters are there once in either case. */
export type CostUnit = 'batch' | 'image';

/** Columns that hold a number, in their order. */
export const COST_FIGURES = [
  'parameters',
  'learned',
  'parameter_bytes',
  'forward_macs',
  'backward_macs',
  'training_macs',
  'other_operations',
  'activation_bytes',
  'gradient_bytes',
] as const;
export type CostFigure = (typeof COST_FIGURES)[number];

/** One layer, or the whole net: figures by column; undefined where shapes are not known. */
export type CostFigures = Readonly<Record<CostFigure, number | undefined>>;

const SHARED_BY_IMAGES: ReadonlySet<CostFigure> = new Set(['parameters', 'learned', 'parameter_bytes']);

type Counted = Pick<
  LayerCost,
  'parameters' | 'learned' | 'forwardMacs' | 'backwardMacs' | 'otherOperations' | 'activationBytes' | 'gradientBytes'
>;

/** The figures of a layer or of the totals; for one image, what belongs to a batch is divided by its size. */
export function figuresOf(counted: Counted, { batch }: Pick<NetCost, 'batch'>, unit: CostUnit): CostFigures {
  const { forwardMacs, backwardMacs } = counted;
  const trained = forwardMacs === undefined || backwardMacs === undefined ? undefined : forwardMacs + backwardMacs;
  const whole: CostFigures = {
    parameters: counted.parameters,
    learned: counted.learned,
    parameter_bytes: counted.parameters * FLOAT_BYTES,
    forward_macs: forwardMacs,
    backward_macs: backwardMacs,
    training_macs: trained,
    other_operations: counted.otherOperations,
    activation_bytes: counted.activationBytes,
    gradient_bytes: counted.gradientBytes,
  };
  if (unit === 'batch' || batch === undefined || batch <= 1) return whole;
  const figures: Record<CostFigure, number | undefined> = { ...whole };
  for (const name of COST_FIGURES) {
    const value = whole[name];
    if (value !== undefined && !SHARED_BY_IMAGES.has(name)) figures[name] = value / batch;
  }
  return figures;
}

/** Headings of {@link costRows}. */
export const COST_HEADINGS: readonly string[] = [
  'layer',
  'type',
  'shape',
  ...COST_FIGURES,
  'field',
  'field_stride',
  'field_offset',
];

/** Extents of each axis of a field, `7x7`; empty where they are not known. */
export const fieldText = (
  field: ReceptiveField | undefined,
  of: (axis: ReceptiveField[number]) => number | undefined,
): string =>
  field === undefined || field.some((axis) => of(axis) === undefined) ? '' : field.map((axis) => of(axis)).join('x');

const figureCells = (figures: CostFigures): string[] => COST_FIGURES.map((name) => String(figures[name] ?? ''));

function layerRow(layer: LayerCost, cost: NetCost, unit: CostUnit): string[] {
  const field = layer.receptiveField;
  return [
    layer.name,
    layer.type,
    (layer.tops[0] ?? []).join('x'),
    ...figureCells(figuresOf(layer, cost, unit)),
    fieldText(field, ({ size }) => size),
    fieldText(field, ({ stride }) => stride),
    fieldText(field, ({ offset }) => offset),
  ];
}

/** All rows as text: headings, a row for each layer, totals. Numbers are whole and without separators, memory in bytes. */
export function costRows(cost: NetCost, unit: CostUnit = 'batch'): string[][] {
  return [
    [...COST_HEADINGS],
    ...cost.layers.map((layer) => layerRow(layer, cost, unit)),
    ['total', '', '', ...figureCells(figuresOf(cost.totals, cost, unit)), '', '', ''],
  ];
}

/**
 * One record of comma-separated values, without its line end. Quoted as RFC 4180 has it where a name has a comma, a quote
 * or a line end in it; a name that a spreadsheet would read as a formula is given an apostrophe.
 */
export const csvRecord = (cells: readonly string[]): string => cells.map(csvCell).join(',');

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d[\d.ex-]*$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table as a file of comma-separated values; lines end with CR LF, as RFC 4180 asks. */
export const costCsv = (cost: NetCost, unit: CostUnit): string =>
  costRows(cost, unit)
    .map((row) => `${csvRecord(row)}\r\n`)
    .join('');
