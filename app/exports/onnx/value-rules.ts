/** How the layers that change each value by itself are written in ONNX. */
import { setting } from '../../caffe/schema/values.ts';
import { nth } from '../../layers/views.ts';
import type { LayerRule } from './layer-writer.ts';

const plain =
  (operator: string): LayerRule =>
  (w) =>
    w.end(operator, [w.x]);

const relu: LayerRule = (w) => {
  const slope = w.settings('relu_param').negative_slope;
  if (slope === 0) w.end('Relu', [w.x]);
  else w.end('LeakyRelu', [w.x], { alpha: { float: slope } });
};

const prelu: LayerRule = (w) => {
  const slopes = nth(w.weights, 0).data.length;
  const shape = slopes === 1 ? [1] : [slopes, ...w.shape.slice(2).map(() => 1)];
  w.end('PRelu', [w.x, w.weight(0, 'slopes', shape)]);
};

const power: LayerRule = (w) => {
  const p = w.settings('power_param');
  const base = w.linear(w.x, p.scale, p.shift);
  if (p.power === 1) w.end('Identity', [base]);
  else w.end('Pow', [base, w.number(p.power)]);
};

const exp: LayerRule = (w) => {
  const p = w.settings('exp_param');
  const factor = p.base === -1 ? 1 : Math.log(p.base);
  w.end('Exp', [w.linear(w.x, p.scale * factor, p.shift * factor)]);
};

const log: LayerRule = (w) => {
  const p = w.settings('log_param');
  const value = w.linear(w.x, p.scale, p.shift);
  if (p.base === -1) w.end('Log', [value]);
  else w.end('Mul', [w.op('Log', [value]), w.number(1 / Math.log(p.base))]);
};

const swish: LayerRule = (w) => {
  const gate = w.op('Sigmoid', [w.linear(w.x, w.settings('swish_param').beta, 0)]);
  w.end('Mul', [w.x, gate]);
};

const threshold: LayerRule = (w) => {
  const above = w.op('Greater', [w.x, w.number(w.settings('threshold_param').threshold)]);
  w.end('Cast', [above], { to: { int: 1 } });
};

const clip: LayerRule = (w) => {
  const { min, max } = setting(w.parameter, 'clip_param');
  w.end('Clip', [w.x, w.number(min), w.number(max)]);
};

const eltwise: LayerRule = (w) => {
  const p = w.settings('eltwise_param');
  if (p.operation === 'MAX') {
    w.end('Max', w.inputs);
    return;
  }
  const sum = p.operation === 'SUM';
  const terms = w.inputs.map((x, i) => (sum ? w.linear(x, p.coeff[i] ?? 1, 0) : x));
  const [first = '', ...rest] = terms;
  if (rest.length === 0) {
    w.end('Identity', [first]);
    return;
  }
  rest.reduce(
    (so, term, i) => w.op(sum ? 'Add' : 'Mul', [so, term], {}, i === rest.length - 1 ? w.y : undefined),
    first,
  );
};

/** By layer type. */
export const valueRules: Readonly<Record<string, LayerRule>> = {
  ReLU: relu,
  ReLU6: (w) => w.end('Clip', [w.x, w.number(0), w.number(6)]),
  PReLU: prelu,
  ELU: (w) => w.end('Elu', [w.x], { alpha: { float: w.settings('elu_param').alpha } }),
  Sigmoid: plain('Sigmoid'),
  TanH: plain('Tanh'),
  AbsVal: plain('Abs'),
  BNLL: plain('Softplus'),
  Dropout: plain('Identity'),
  Power: power,
  Exp: exp,
  Log: log,
  Swish: swish,
  Threshold: threshold,
  Clip: clip,
  Eltwise: eltwise,
};
