/** Formulas that the tests of Expression hold against numeric gradients, on every engine, and against built-in layers. */
import { oneLayer } from '../testing/one-layer.ts';

export interface FormulaCase {
  readonly forward: string;
  readonly bottoms: readonly (readonly number[])[];
  readonly weights?: string;
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly without?: readonly string[];
  readonly range?: number;
  readonly positive?: boolean;
  /** What follows the settings: `loss_weight: 1`. */
  readonly more?: string;
  /** A built-in layer that computes the same: its type and settings. */
  readonly same?: readonly [type: string, settings?: string];
}

const image = [2, 3, 5, 3];
const scores = [3, 7];

/** By name. */
export const formulas: Readonly<Record<string, FormulaCase>> = {
  'GELU, exact': { forward: '0.5 * x * (1 + erf(x / sqrt(2)))', bottoms: [image], range: 3 },
  'GELU by tanh': {
    forward: '0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))',
    bottoms: [[33]],
    range: 3,
  },
  'GELU by sigmoid': {
    forward: 'x * sigmoid(1.702 * x)',
    bottoms: [image],
    range: 3,
    same: ['Swish', 'swish_param { beta: 1.702 }'],
  },
  Mish: { forward: 'x * tanh(softplus(x))', bottoms: [[1, 17]], range: 4 },
  Softplus: { forward: 'softplus(x)', bottoms: [image], range: 5, same: ['BNLL'] },
  'Focal loss': {
    forward: 'p = sigmoid(x); -mean(y * (1 - p) ** 2 * log(p) + (1 - y) * p ** 2 * log(1 - p))',
    bottoms: [scores, scores],
    values: { b: Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? 1 : 0)) },
    range: 3,
    more: 'loss_weight: 1',
  },
  'Layer norm': {
    forward: 'm = mean(x, -1); v = mean((x - m) ** 2, -1); (x - m) / sqrt(v + 1e-5) * w + b',
    bottoms: [[2, 3, 17]],
    weights: 'weight { name: "w" dim: 17 } weight { name: "b" dim: 17 }',
  },
  'RMS norm': {
    forward: 'x * rsqrt(mean(x * x, [1], keepdims=true) + 1e-6) * w',
    bottoms: [[3, 13]],
    weights: 'weight { name: "w" dim: 13 }',
  },
  'Smooth L1': {
    forward: 'd = x - y; sum(where(abs(d) < 1, 0.5 * d * d, abs(d) - 0.5)) / 3',
    bottoms: [scores, scores],
    range: 2,
    more: 'loss_weight: 1',
  },
  'Cosine similarity': {
    forward: 'sum(x * y, 1) / sqrt(sum(x * x, 1) * sum(y * y, 1) + 1e-8)',
    bottoms: [scores, scores],
  },
  Hinge: {
    forward: 'sum(max(0, 1 - y * x)) / 3',
    bottoms: [scores, scores],
    values: { b: Array.from({ length: 21 }, (_, i) => (i % 2 === 0 ? 1 : -1)) },
    range: 2.03,
    more: 'loss_weight: 1',
  },
  Huber: { forward: 'a = abs(x - y); m = min(a, 0.7); mean(m * (a - 0.5 * m))', bottoms: [[33], [33]], range: 2 },
  'Log-cosh': { forward: 'mean(softplus(-2 * (x - y)) + (x - y) - log(2))', bottoms: [scores, scores], range: 3 },
  SELU: {
    forward: '1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * (exp(min(x, 0)) - 1))',
    bottoms: [image],
    range: 2,
  },
  Softsign: { forward: 'x / (1 + abs(x))', bottoms: [image] },
  'Hard swish': { forward: 'x * clip(x + 3, 0, 6) / 6', bottoms: [image], range: 5.003 },
  Gaussian: {
    forward: 'exp(-(x - mu) ^ 2 / (2 * s ^ 2)) / (s * sqrt(2 * pi))',
    bottoms: [[3, 4]],
    weights: 'weight { name: "mu" } weight { name: "s" dim: 4 }',
    range: 2,
  },
  'Attention over keys': {
    forward: 'a = softmax(x * 0.25, -1); sum(a * y, -1, keepdims=false)',
    bottoms: [
      [2, 3, 5],
      [2, 1, 5],
    ],
    range: 4,
  },
  'Softmax written out': { forward: 'e = exp(x); e / sum(e, 1)', bottoms: [[2, 5, 3]], range: 3, same: ['Softmax'] },
  'Softmax with its largest': {
    forward: 'e = exp(x - max(x, [1])); e / sum(e, 1)',
    bottoms: [[2, 5, 3]],
    range: 3,
    same: ['Softmax'],
  },
  'L2 normalise': { forward: 'x / sqrt(sum(x * x, 1) + 1e-10)', bottoms: [image] },
  PReLU: {
    forward: 'max(x, 0) + w * min(x, 0)',
    bottoms: [image],
    weights: 'weight { name: "w" dim: 3 dim: 1 dim: 1 }',
  },
  'Scale and bias': {
    forward: 'x * w + b',
    bottoms: [image],
    weights: 'weight { name: "w" dim: 3 dim: 1 dim: 1 } weight { name: "b" dim: 3 dim: 1 dim: 1 }',
  },
  'Mean and variance of channels': {
    forward: '(x - mean(x, [2, 3])) / (std(x, [2, 3]) + 1e-9)',
    bottoms: [image],
    same: ['MVN', 'mvn_param { eps: 1e-9 }'],
  },
  'Log of a sum of exponentials': { forward: 'log(sum(exp(x), axis=1, keepdims=False))', bottoms: [scores], range: 4 },
  'Cross entropy of soft labels': {
    forward: 'q = softmax(y, 1); mean(logsumexp(x, 1) - sum(q * x, 1))',
    bottoms: [scores, scores],
    range: 3,
    more: 'loss_weight: 2',
  },
  'Largest and smallest': {
    forward: 'max(x, axis=(1, 2)) - min(x, [0]) * y',
    bottoms: [
      [2, 3, 5],
      [3, 1],
    ],
  },
  'Euclidean loss': {
    forward: 'sum((x - y) ** 2) / (2 * 3)',
    bottoms: [scores, scores],
    more: 'loss_weight: 1',
    same: ['EuclideanLoss'],
  },
  'Sines and powers': {
    forward: 'sin(3 * x) * cos(x) + 2 ** x - pow(abs(x) + 1, 1.7) + x ** -3',
    bottoms: [[18]],
    range: 4,
  },
  'Four of a kind': {
    forward: 'x * y + b2 * b3 - (x > y and not (b2 > 0)) * z',
    bottoms: [[2, 3], [3], [2, 1], [1]],
  },
  'As many as can be': {
    forward: 'x * y * z + b3 * b4 * w',
    bottoms: [[3], [3], [2, 3], [1], [2, 1]],
    weights: 'weight { name: "w" dim: 3 }',
  },
  'The largest of as many as can be': {
    forward: 'max(x * y * z * b3 * b4, [0])',
    bottoms: [[4], [4], [2, 4], [2, 1], [2, 1]],
  },
  'Nothing of a bottom': { forward: 'x + 0 * y', bottoms: [[5], [5]] },
  'Elu with a choice': { forward: 'x > 0 ? x : exp(x) - 1', bottoms: [image], same: ['ELU'] },
};

/** The net of a formula: one Expression over inputs a, b …, with top y. */
export const formulaNet = ({ forward, bottoms, weights = '', more = '' }: FormulaCase): string =>
  oneLayer('Expression', bottoms, `expression_param { forward: "${forward}" ${weights} } ${more}`);
