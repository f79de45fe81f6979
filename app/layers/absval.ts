/** AbsVal. Mirrors Caffe's absval_layer.cpp (which refuses to work in place). */
import { abs } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

/** The absolute value. */
export const absval = elementwise({
  type: 'AbsVal',
  doc: 'The absolute value of each value.',
  template: '',
  inPlace: false,
  f: abs,
});
