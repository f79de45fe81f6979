// cifar10_quick in ConvNetJS, plain JavaScript. It has no average pooling: all three poolings take the maximum.
import convnetjs from 'convnetjs';
import { BATCH, MOMENTUM, numbers, RATE, timed } from './cifar10-quick.js';

export async function measure({ steps, warm }) {
  const net = new convnetjs.Net();
  net.makeLayers([
    { type: 'input', out_sx: 32, out_sy: 32, out_depth: 3 },
    { type: 'conv', sx: 5, filters: 32, stride: 1, pad: 2 },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'relu' },
    { type: 'conv', sx: 5, filters: 32, stride: 1, pad: 2, activation: 'relu' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'conv', sx: 5, filters: 64, stride: 1, pad: 2, activation: 'relu' },
    { type: 'pool', sx: 2, stride: 2 },
    { type: 'fc', num_neurons: 64 },
    { type: 'softmax', num_classes: 10 },
  ]);
  const trainer = new convnetjs.SGDTrainer(net, {
    learning_rate: RATE,
    momentum: MOMENTUM,
    batch_size: BATCH,
    l2_decay: 0.004,
  });
  const image = new convnetjs.Vol(32, 32, 3, 0);
  image.w.set(numbers(3072, 1));
  const forward = () => {
    for (let i = 0; i < BATCH; i++) net.forward(image);
  };
  const step = () => {
    for (let i = 0; i < BATCH; i++) trainer.train(image, i % 10);
  };
  return { device: 'JavaScript', forward: await timed(forward, steps, warm), step: await timed(step, steps, warm) };
}
