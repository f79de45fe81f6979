/** ReLU6, of MobileNet's forks of Caffe: ReLU that no value leaves above 6. */
import { and, f32, gt, lt, max, min, select } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

const LIMIT = 6;

/** min(max(x, 0), 6). */
export const relu6 = elementwise({
  type: 'ReLU6',
  doc: 'Limits each value to the range from 0 to 6, as MobileNet does. From forks of Caffe: BVLC Caffe itself has Clip.',
  template: '',
  f: (x) => min(max(x, 0), LIMIT),
  // The output is strictly between the limits exactly where the input is.
  fromOutput: (dy, y) => select(and(gt(y, 0), lt(y, f32(LIMIT))), dy, 0),
});
