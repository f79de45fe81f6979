/** Settings of the Expression layer, which is Crema's own: no Caffe reads it. */
import { FillerParameter } from './common-messages.ts';
import { message, optional, repeated } from './dsl.ts';
import type { Infer } from './dsl.ts';

/** A parameter of an Expression. */
export const ExpressionWeight = message('ExpressionWeight', 'A learned value that the formula may use.', {
  name: optional(1, 'string', 'The name by which the formula calls it.'),
  dim: repeated(2, 'int32', 'Its shape; a single number when not given. For a value of each channel: 32, 1, 1.'),
  filler: optional(3, FillerParameter, 'First values; zero when not given.'),
});
/** A parameter of an Expression. */
export type ExpressionWeight = Infer<typeof ExpressionWeight>;

/** Settings of Expression. */
export const ExpressionParameter = message('ExpressionParameter', 'A formula over blobs and learned values.', {
  forward: optional(
    1,
    'string',
    'The formula, such as "x * sigmoid(1.702 * x)". The bottoms are x, y, z, or b0, b1 and so on; `m = mean(x, 1);` in front names a part.',
  ),
  weight: repeated(2, ExpressionWeight, 'Learned values that the formula uses by their names.'),
});
/** Settings of Expression. */
export type ExpressionParameter = Infer<typeof ExpressionParameter>;
