// cifar10_quick in TensorFlow.js: forward on every back end, the training step where the back end has the gradients.
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { BATCH, labels, MOMENTUM, numbers, RATE, timed, volume, WEIGHTS } from './cifar10-quick.js';

export async function measure({ device, threads, steps, warm }) {
  setWasmPaths('/peers/tfjs-wasm/');
  if (device === 'wasm') setThreadsCount(threads);
  if (!(await tf.setBackend(device))) throw new Error(`tfjs has no ${device} here`);
  await tf.ready();
  // tfjs keeps channels last: [height, width, inputs, outputs] and [inputs, outputs].
  const turned = (shape) => (shape.length === 4 ? [shape[2], shape[3], shape[1], shape[0]] : [shape[1], shape[0]]);
  const weights = WEIGHTS.map((shape, i) => tf.variable(tf.tensor(numbers(volume(shape), 0.05, i + 1), turned(shape))));
  const biases = WEIGHTS.map(([outputs]) => tf.variable(tf.zeros([outputs])));
  const images = tf.tensor(numbers(BATCH * 3072, 1), [BATCH, 32, 32, 3]);
  const truth = tf.oneHot(tf.tensor1d(labels(), 'int32'), 10).toFloat();
  const convolve = (x, i) => tf.add(tf.conv2d(x, weights[i], 1, 'same'), biases[i]);
  const product = (x, i) => tf.add(tf.matMul(x, weights[i]), biases[i]);
  const logits = () => {
    let x = tf.relu(tf.maxPool(convolve(images, 0), 3, 2, 'same'));
    x = tf.avgPool(tf.relu(convolve(x, 1)), 3, 2, 'same');
    x = tf.avgPool(tf.relu(convolve(x, 2)), 3, 2, 'same');
    return product(product(tf.reshape(x, [BATCH, 1024]), 3), 4);
  };
  const forward = async () => {
    const out = tf.tidy(logits);
    await out.data();
    out.dispose();
  };
  const optimizer = tf.train.momentum(RATE, MOMENTUM);
  const step = async () => {
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(truth, logits()), true);
    await loss.data();
    loss.dispose();
  };
  const result = { device: `tfjs ${device}`, forward: await timed(forward, steps, warm) };
  // The WebAssembly back end has no Conv2DBackpropFilter: it cannot train.
  return device === 'wasm' ? result : { ...result, step: await timed(step, steps, warm) };
}
