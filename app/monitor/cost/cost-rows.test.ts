/** The table of costs: sorting, filtering, shares, and which rows are in sight. */
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../caffe/net/cost-table.ts';
import type { LayerCost, NetCost } from '../../caffe/net/cost.ts';
import { COST_COLUMNS, columnsOf, type CostColumn } from './cost-columns.ts';
import { arrange, costTableRows, nextSort, rowsInSight, scrollFor, shareOf } from './cost-rows.ts';

function layer(name: string, type: string, given: Partial<LayerCost> = {}): LayerCost {
  return {
    id: name,
    name,
    type,
    tops: [[10, 4]],
    parameters: 0,
    learned: 0,
    forwardMacs: 0,
    backwardMacs: 0,
    otherOperations: 0,
    activationBytes: 160,
    gradientBytes: 0,
    receptiveField: undefined,
    ...given,
  };
}

const axis = (size: number, stride: number | undefined) => ({ size, stride, offset: 0 });

const layers = [
  layer('data', 'Input'),
  layer('conv10', 'Convolution', {
    parameters: 1_234_567,
    forwardMacs: 6_553_600,
    backwardMacs: 6_553_600,
    receptiveField: [axis(7, 2), axis(5, 2)],
  }),
  layer('conv2', 'Convolution', {
    parameters: 300,
    forwardMacs: 1e6,
    backwardMacs: 2e6,
    receptiveField: [axis(3, 2), axis(3, 1)],
  }),
  layer('odd', 'Nonsense', {
    tops: [undefined],
    forwardMacs: undefined,
    backwardMacs: undefined,
    otherOperations: undefined,
  }),
  layer('relu', 'ReLU', { otherOperations: 40 }),
];

const cost: NetCost = {
  phase: 'TRAIN',
  batch: 10,
  complete: false,
  layers,
  totals: {
    parameters: 1_234_867,
    learned: 0,
    forwardMacs: 7_553_600,
    backwardMacs: 8_553_600,
    otherOperations: 40,
    activationBytes: 800,
    gradientBytes: 0,
    forwardBytes: 0,
    trainingBytes: 0,
  },
};

const rows = costTableRows(cost, 'batch');
const names = (found: readonly { readonly layer: LayerCost }[]) => found.map((row) => row.layer.name);

function column(id: string): CostColumn {
  const found = COST_COLUMNS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no column ${id}`);
  return found;
}

function cell(name: string, id: string, unit: 'batch' | 'image' = 'batch'): string {
  const row = costTableRows(cost, unit).find((one) => one.layer.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return column(id).text(row);
}

describe('sorting', () => {
  it('is by size, by name as people count, and stays with the text where rows are equal', () => {
    expect(names(arrange(rows, '', undefined))).toEqual(['data', 'conv10', 'conv2', 'odd', 'relu']);
    expect(names(arrange(rows, '', { column: 'parameters', descending: true }))).toEqual([
      'conv10',
      'conv2',
      'data',
      'odd',
      'relu',
    ]);
    expect(names(arrange(rows, '', { column: 'name', descending: false }))).toEqual([
      'conv2',
      'conv10',
      'data',
      'odd',
      'relu',
    ]);
  });

  it('puts what is not known last, whichever way', () => {
    for (const descending of [true, false]) {
      expect(names(arrange(rows, '', { column: 'forward_macs', descending })).at(-1)).toBe('odd');
    }
  });

  it('begins with the most, turns round, and goes back to the text', () => {
    const first = nextSort(undefined, column('forward_macs'));
    expect(first).toEqual({ column: 'forward_macs', descending: true });
    const second = nextSort(first, column('forward_macs'));
    expect(second).toEqual({ column: 'forward_macs', descending: false });
    expect(nextSort(second, column('forward_macs'))).toBeUndefined();
    expect(nextSort(first, column('name'))).toEqual({ column: 'name', descending: false });
  });
});

it('finds rows by words of name and type', () => {
  expect(names(arrange(rows, 'CONV', undefined))).toEqual(['conv10', 'conv2']);
  expect(names(arrange(rows, 'convolution 2', undefined))).toEqual(['conv2']);
  expect(arrange(rows, 'nothing', undefined)).toEqual([]);
});

describe('cells', () => {
  it('write figures with their units', () => {
    expect(cell('conv10', 'parameters')).toBe('1,234,567');
    expect(cell('conv10', 'parameter_bytes')).toBe('4.71 MiB');
    expect(cell('conv10', 'forward_macs')).toBe('6.55 M');
    expect(cell('conv10', 'training_macs')).toBe('13.1 M');
    expect(cell('conv10', 'forward_macs', 'image')).toBe('655 k');
    expect(cell('data', 'activation_bytes', 'image')).toBe('16 B');
    expect(cell('odd', 'forward_macs')).toBe('unknown');
    expect(cell('odd', 'shape')).toBe('unknown');
  });

  it('write fields with their axes, and strides once where axes agree', () => {
    expect(cell('conv10', 'field')).toBe('7×5');
    expect(cell('conv10', 'stride')).toBe('2');
    expect(cell('conv2', 'stride')).toBe('2×1');
    expect(cell('relu', 'field')).toBe('');
  });

  it('show training where it is asked for', () => {
    expect(columnsOf('forward').map(({ id }) => id)).not.toContain('gradient_bytes');
    expect(columnsOf('training').map(({ id }) => id)).toEqual(COST_COLUMNS.map(({ id }) => id));
  });
});

it('shares a total', () => {
  const totals = figuresOf(cost.totals, cost, 'batch');
  const share = (index: number, id: string) => {
    const row = rows[index];
    return row && shareOf(row, totals, column(id));
  };
  expect(share(2, 'forward_macs')).toBeCloseTo(1e6 / 7_553_600);
  expect(share(3, 'forward_macs')).toBeUndefined();
  expect(share(0, 'gradient_bytes')).toBeUndefined();
});

describe('rows in sight', () => {
  const view = { top: 0, height: 200, rowHeight: 20 };

  it('are those in the window and eight on either side', () => {
    expect(rowsInSight(1000, { ...view, top: 2000 })).toEqual([92, 118]);
    expect(rowsInSight(5, view)).toEqual([0, 5]);
    // After a filter the window may stand below the last row.
    expect(rowsInSight(3, { ...view, top: 9000 })).toEqual([3, 3]);
  });

  it('scroll only as far as need be', () => {
    expect(scrollFor(3, view)).toBe(0);
    expect(scrollFor(10, view)).toBe(20);
    expect(scrollFor(4, { ...view, top: 100 })).toBe(80);
    expect(scrollFor(50, view)).toBe(50 * 20 - 90);
  });
});
