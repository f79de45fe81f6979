/** What bars show: costs that nodes carry, times by their layers, and the largest of either. */
import { expect, it } from 'vitest';
import { costText, largest, nounOf, valueOf } from './node-cost.ts';

const node = (members: readonly string[], parameters: number) => ({
  members,
  cost: { parameters, macs: 0, bytes: 2 ** 20 },
});
const nodes = [node(['conv1', 'relu1'], 10), node(['ip1'], 30)];
const times = new Map([
  ['conv1', 2],
  ['relu1', 1.25],
  ['ip1', 0.5],
]);

it('sums the times of the layers folded into a node', () => {
  expect(nodes.map((n) => valueOf(n, 'time', times))).toEqual([3.25, 0.5]);
  expect(nodes.map((n) => valueOf(n, 'parameters', times))).toEqual([10, 30]);
  expect(nodes.map((n) => valueOf(n, 'time', undefined))).toEqual([0, 0]);
});

it('takes the largest, anew for other times', () => {
  expect(largest(nodes, 'parameters', undefined)).toBe(30);
  expect(largest(nodes, 'time', undefined)).toBe(0);
  expect(largest(nodes, 'time', times)).toBe(3.25);
  expect(largest(nodes, 'time', new Map([['ip1', 9]]))).toBe(9);
  expect(largest(undefined, 'time', times)).toBe(0);
});

it('says it in its unit', () => {
  expect(costText('time', 3.25)).toBe('3.25 ms');
  expect(costText('bytes', 2 ** 20)).toBe('1.00 MiB');
  expect(nounOf('time')).toBe('forward and backward');
});
