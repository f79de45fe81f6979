/** ELU. Mirrors Caffe's elu_layer.cpp. */
import type { LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { add, exp, gt, max, min, mul, select, sub } from '../engine/ir/build.ts';
import { elementwise } from './elementwise.ts';

const alphaOf = (layer: LayerParameter): number => setting(layer, 'elu_param').alpha;

/** x above zero, alpha·(e^x − 1) below. */
export const elu = elementwise({
  type: 'ELU',
  doc: 'Lets positive values pass and bends negative ones towards −alpha: alpha · (e^x − 1).',
  paramField: 'elu_param',
  template: '',
  summary: (layer) => (alphaOf(layer) === 1 ? '' : `alpha ${alphaOf(layer)}`),
  f: (x, layer) => add(max(x, 0), mul(sub(exp(min(x, 0)), 1), alphaOf(layer))),
  // With a negative alpha the output's sign says nothing of the input's.
  fromOutput: (dy, y, layer) =>
    alphaOf(layer) < 0 ? undefined : select(gt(y, 0), dy, mul(dy, add(y, alphaOf(layer)))),
});
