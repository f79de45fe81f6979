// cifar10_quick in jax-js, compiled with its jit. Arrays are used up by what reads them; `ref` keeps one for later.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { BATCH, labels, MOMENTUM, numbers, RATE, timed, volume, WEIGHTS } from './cifar10-quick.js';

export async function measure({ device, steps, warm }) {
  if (!(await init(device)).includes(device)) throw new Error(`jax-js has no ${device} here`);
  defaultDevice(device);
  const array = (data, shape) => np.array(data).reshape(shape);
  let weights = WEIGHTS.map((shape, i) => array(numbers(volume(shape), 0.05, i + 1), shape));
  let biases = WEIGHTS.map(([outputs]) => np.zeros([outputs]));
  const images = array(numbers(BATCH * 3072, 1), [BATCH, 3, 32, 32]);
  const truth = nn.oneHot(np.array(labels(), { dtype: np.int32 }), 10);
  const edge = [
    [0, 0],
    [0, 0],
    [0, 1],
    [0, 1],
  ];
  // Caffe's ceil rule: the last window of each row hangs over the edge by one.
  const pool = (x, reduce) => lax.reduceWindow(np.pad(x, edge), reduce, [3, 3], [2, 2]);
  const mean = (x) => np.mean(x);
  const convolve = (x, w, b) => lax.conv(x, w, [1, 1], 'SAME').add(b.reshape([1, b.shape[0], 1, 1]));
  const product = (x, w, b) => np.dot(x, np.transpose(w)).add(b);
  const logits = ([w, b], x) => {
    x = nn.relu(pool(convolve(x, w[0], b[0]), (v) => np.max(v)));
    x = pool(nn.relu(convolve(x, w[1], b[1])), mean);
    x = pool(nn.relu(convolve(x, w[2], b[2])), mean);
    return product(product(x.reshape([BATCH, 1024]), w[3], b[3]), w[4], b[4]);
  };
  const lossOf = (parameters, x, y) => np.mean(np.sum(nn.logSoftmax(logits(parameters, x), -1).mul(y), -1)).mul(-1);
  const forwardJit = jit(logits);
  const stepJit = jit((parameters, momenta, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y);
    const next = tree.map((m, g) => m.mul(MOMENTUM).add(g.mul(RATE)), momenta, gradients);
    return [loss, tree.map((p, m) => p.sub(m), parameters, tree.ref(next)), next];
  });
  let momenta = tree.map((p) => np.zeros(p.shape), [tree.ref(weights), tree.ref(biases)]);
  const forward = async () => {
    const out = forwardJit([weights.map((w) => w.ref), biases.map((b) => b.ref)], images.ref);
    await blockUntilReady(out);
    out.dispose();
  };
  const step = async () => {
    const [loss, parameters, next] = stepJit([weights, biases], momenta, images.ref, truth.ref);
    [weights, biases] = parameters;
    momenta = next;
    await blockUntilReady([loss.ref, weights, biases]);
    loss.dispose();
  };
  return {
    device: `jax-js ${device}`,
    forward: await timed(forward, steps, warm),
    step: await timed(step, steps, warm),
  };
}
