// jax-js: a plan compiled with its jit. Arrays are used up by what reads them; `ref` keeps one for later.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { images, labels, MOMENTUM, parameter, RATE } from './values.js';

export async function open({ kind, plan }) {
  if (!(await init(kind)).includes(kind)) throw new Error(`jax-js has no ${kind} here.`);
  defaultDevice(kind);
  const { batch } = plan;
  const array = (data, shape) => np.array(data).reshape(shape);
  let weights = plan.params.map(({ shape }, i) => array(parameter(plan, i), shape));
  let momenta = plan.params.map(({ shape }) => np.zeros(shape));
  const input = array(images(plan), [batch, ...plan.record]);
  const truth = nn.oneHot(np.array(labels(plan), { dtype: np.int32 }), plan.classes);
  const readers = new Map();
  for (const { bottoms } of plan.layers) for (const id of bottoms) readers.set(id, (readers.get(id) ?? 0) + 1);

  const perChannel = (v) => v.reshape([1, v.shape[0], 1, 1]);
  const around = ({ pad: [top, left], overhang: [below, right] }) => [
    [0, 0],
    [0, 0],
    [top, top + below],
    [left, left + right],
  ];
  const sum = (x) => np.sum(x);
  const averaged = (x, { kernel, stride, ...layer }) => {
    const [, , height, width] = x.shape;
    // Windows that hang over the edge divide by what they cover.
    const covered = (extent, k, s, over) =>
      Array.from({ length: Math.floor((extent + over - k) / s) + 1 }, (_, i) => Math.min(k, extent - i * s));
    const [down, across] = [
      covered(height, kernel[0], stride[0], layer.overhang[0]),
      covered(width, kernel[1], stride[1], layer.overhang[1]),
    ];
    const shares = down.flatMap((h) => across.map((w) => 1 / (h * w)));
    const sums = lax.reduceWindow(np.pad(x, around(layer)), sum, kernel, stride);
    return sums.mul(array(new Float32Array(shares), [1, 1, down.length, across.length]));
  };
  const apply = (layer, x, p, training) => {
    switch (layer.type) {
      case 'convolution': {
        const pad = layer.pad.map((n) => [n, n]);
        const y = lax.convGeneralDilated(x[0], p[0], layer.stride, pad, { featureGroupCount: layer.group });
        return p[1] === undefined ? y : y.add(perChannel(p[1]));
      }
      case 'pooling':
        return layer.method === 'max'
          ? lax.reduceWindow(np.pad(x[0], around(layer)), (v) => np.max(v), layer.kernel, layer.stride)
          : averaged(x[0], layer);
      case 'relu':
        return nn.relu(x[0]);
      case 'add':
        return x[0].add(x[1]);
      case 'product':
        return np.dot(x[0].reshape([batch, p[0].shape[1]]), np.transpose(p[0])).add(p[1]);
      case 'normalisation': {
        if (!training)
          return x[0]
            .mul(1 / Math.sqrt(1 + layer.eps))
            .mul(perChannel(p[0]))
            .add(perChannel(p[1]));
        const axes = [0, 2, 3];
        const centred = x[0].ref.sub(np.mean(x[0], axes, { keepdims: true }));
        const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
        return centred
          .div(np.sqrt(variance.add(layer.eps)))
          .mul(perChannel(p[0]))
          .add(perChannel(p[1]));
      }
      case 'response': {
        const side = (layer.size - 1) / 2;
        const padded = np.pad(np.square(x[0].ref), [
          [0, 0],
          [0, 0],
          [side, side],
          [side, side],
        ]);
        const energy = lax.reduceWindow(padded, (v) => np.mean(v), [layer.size, layer.size], [1, 1]);
        return x[0].mul(np.exp(np.log(energy.mul(layer.alpha).add(1)).mul(-layer.beta)));
      }
    }
  };
  const scoresOf = (training) => (parameters, x) => {
    const blobs = new Map([[plan.input, x]]);
    const left = new Map(readers);
    const read = (id) => {
      left.set(id, left.get(id) - 1);
      return left.get(id) > 0 ? blobs.get(id).ref : blobs.get(id);
    };
    for (const layer of plan.layers)
      blobs.set(
        layer.top,
        apply(
          layer,
          layer.bottoms.map(read),
          layer.params.map((i) => parameters[i]),
          training,
        ),
      );
    return blobs.get(plan.scores);
  };
  const training = scoresOf(true);
  const lossOf = (parameters, x, y) => np.mean(np.sum(nn.logSoftmax(training(parameters, x), -1).mul(y), -1)).mul(-1);
  const forwardJit = jit(scoresOf(false));
  const stepJit = jit((parameters, before, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y);
    const next = tree.map((m, g) => m.mul(MOMENTUM).add(g.mul(RATE)), before, gradients);
    return [loss, tree.map((p, m) => p.sub(m), parameters, tree.ref(next)), next];
  });
  let last;
  let first;
  const keep = (result) => {
    last?.dispose();
    last = result;
  };
  return {
    device: `jax-js ${kind}`,
    async forward() {
      keep(forwardJit(tree.ref(weights), input.ref));
    },
    async step() {
      const [loss, parameters, next] = stepJit(weights, momenta, input.ref, truth.ref);
      weights = parameters;
      momenta = next;
      keep(loss);
      first ??= await loss.ref.jsAsync();
    },
    async done() {
      await blockUntilReady(last === undefined ? weights : [last, ...weights]);
    },
    loss: () => first,
  };
}
