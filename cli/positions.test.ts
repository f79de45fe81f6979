// Offsets become the lines and columns that editors count.
import { expect, test } from 'vitest';
import type { Diagnostic } from '../app/caffe/diagnostics.ts';
import { firstError, positionsIn } from './positions.ts';

test('every offset of a text', () => {
  const text = 'ab\n\nc';
  const at = positionsIn(text);
  expect(Array.from({ length: text.length + 1 }, (_, i) => Object.values(at(i)).join(':'))).toEqual([
    '1:1',
    '1:2',
    '1:3',
    '2:1',
    '3:1',
    '3:2',
  ]);
});

test('the first error is shown, the others counted', () => {
  const finding = (severity: Diagnostic['severity'], start: number, message: string): Diagnostic => ({
    code: 'syntax',
    severity,
    range: { start, end: start },
    message,
  });
  const findings = [finding('warning', 0, 'W.'), finding('error', 3, 'A.'), finding('error', 4, 'B.')];
  expect(firstError('f', 'ab\ncd', findings)).toBe('f:2:1 A. (crema check lists 1 more)');
  expect(firstError('f', 'ab\ncd', findings.slice(0, 1))).toBeUndefined();
});
