// TensorFlow.js: a plan's forward pass on every back end, its training step where the back end has the gradients.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { images, labels, MOMENTUM, parameter, RATE } from './values.js';

export async function open({ kind, threads, plan, wasmPath }) {
  if (kind === 'wasm') {
    setWasmPaths(wasmPath);
    setThreadsCount(threads);
  }
  if (!(await tf.setBackend(kind))) throw new Error(`tfjs has no ${kind} here.`);
  await tf.ready();
  const { batch } = plan;
  const given = plan.params.map(({ shape }, i) => tf.tensor(parameter(plan, i), shape));
  const variables = [];
  const take = (index, tensor = given[index]) => (variables[index] = tf.variable(tensor));
  // tfjs keeps channels last, in images and in weights.
  const input = tf.transpose(tf.tensor(images(plan), [batch, ...plan.record]), [0, 2, 3, 1]);
  const truth = tf.oneHot(tf.tensor1d(labels(plan), 'int32'), plan.classes).toFloat();
  const sides = ({ pad: [top, left], overhang: [below, right] }) => [
    [0, 0],
    [top, top + below],
    [left, left + right],
    [0, 0],
  ];
  const operations = plan.layers.map((layer) => {
    const [first, second] = layer.params;
    const [a, b] = layer.bottoms;
    switch (layer.type) {
      case 'convolution': {
        if (layer.group > 1) throw new Error('tfjs has no grouped convolution.');
        const weights = take(first, tf.transpose(given[first], [2, 3, 1, 0]));
        const bias = second === undefined ? undefined : take(second);
        return (x) => {
          const y = tf.conv2d(x[a], weights, layer.stride, layer.pad[0], 'NHWC', [1, 1], 'floor');
          return bias === undefined ? y : tf.add(y, bias);
        };
      }
      case 'pooling': {
        const pool = layer.method === 'max' ? tf.maxPool : tf.avgPool;
        const pad = sides(layer);
        return (x) => pool(x[a], layer.kernel, layer.stride, pad);
      }
      case 'relu':
        return (x) => tf.relu(x[a]);
      case 'add':
        return (x) => tf.add(x[a], x[b]);
      case 'product': {
        const [outputs, inputs] = plan.params[first].shape;
        const weights = take(first, channelsLast(given[first], outputs, inputs, flattened(plan, a)));
        const bias = take(second);
        return (x) => tf.add(tf.matMul(tf.reshape(x[a], [batch, inputs]), weights), bias);
      }
      case 'normalisation': {
        const [gamma, beta] = [take(first), take(second)];
        const [zero, one] = [tf.zeros([gamma.size]), tf.ones([gamma.size])];
        return (x, training) => {
          if (!training) return tf.batchNorm(x[a], zero, one, beta, gamma, layer.eps);
          const { mean, variance } = tf.moments(x[a], [0, 1, 2]);
          return tf.batchNorm(x[a], mean, variance, beta, gamma, layer.eps);
        };
      }
      case 'response':
        return (x) => {
          // Caffe divides by the whole square at the edges too; here only what lies inside counts.
          const energy = tf.avgPool(tf.square(x[a]), layer.size, 1, 'same');
          return tf.mul(x[a], tf.pow(tf.add(tf.mul(energy, layer.alpha), 1), -layer.beta));
        };
    }
  });
  const scores = (training) => {
    const blobs = { [plan.input]: input };
    plan.layers.forEach(({ top }, i) => (blobs[top] = operations[i](blobs, training)));
    return blobs[plan.scores];
  };
  const optimizer = tf.train.momentum(RATE, MOMENTUM);
  let last;
  let loss;
  const keep = (result) => {
    last?.dispose();
    last = result;
  };
  const session = {
    device: `tfjs ${kind}`,
    async forward() {
      keep(tf.tidy(() => scores(false)));
    },
    async done() {
      await last?.data();
    },
    loss: () => loss,
  };
  // The WebAssembly back end has no Conv2DBackpropFilter: it cannot train.
  if (kind !== 'wasm')
    session.step = async () => {
      keep(optimizer.minimize(() => tf.losses.softmaxCrossEntropy(truth, scores(true)), true));
      loss ??= (await last.data())[0];
    };
  return session;
}

/** Channels of what an inner product takes, or undefined where it is flat already. */
function flattened(plan, blob) {
  const maker = plan.layers.findLast(({ top }) => top === blob);
  if (maker === undefined || maker.type === 'product') return undefined;
  return maker.type === 'relu' ? flattened(plan, maker.bottoms[0]) : channelsOf(plan, blob);
}

const channelsOf = (plan, blob) => {
  const maker = plan.layers.find(({ top }) => top === blob);
  return maker.type === 'convolution' ? plan.params[maker.params[0]].shape[0] : channelsOf(plan, maker.bottoms[0]);
};

/** Weights of an inner product as tfjs wants them, for values of images whose channels come last. */
function channelsLast(weights, outputs, inputs, channels) {
  if (channels === undefined) return tf.transpose(weights);
  const turned = tf.transpose(tf.reshape(weights, [outputs, channels, inputs / channels]), [0, 2, 1]);
  return tf.transpose(tf.reshape(turned, [outputs, inputs]));
}
