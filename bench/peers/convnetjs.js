// ConvNetJS, plain JavaScript: image after image. It has no normalisation of any kind, no sums of branches, and takes
// the maximum in every pooling, of windows that stay inside the image.
import convnetjs from 'convnetjs';
import { images, MOMENTUM, RATE, volume } from './values.js';

export async function open({ plan }) {
  const [depth, height, width] = plan.record;
  const layers = [{ type: 'input', out_sx: width, out_sy: height, out_depth: depth }];
  for (const layer of plan.layers) {
    switch (layer.type) {
      case 'convolution': {
        const [filters, , sx] = plan.params[layer.params[0]].shape;
        if (layer.group > 1) throw new Error('ConvNetJS has no grouped convolution.');
        layers.push({ type: 'conv', sx, filters, stride: layer.stride[0], pad: layer.pad[0] });
        break;
      }
      case 'pooling':
        layers.push({ type: 'pool', sx: layer.kernel[0] - layer.overhang[0], stride: layer.stride[0] });
        break;
      case 'relu':
        layers.push({ type: 'relu' });
        break;
      case 'product':
        layers.push({ type: 'fc', num_neurons: plan.params[layer.params[0]].shape[0] });
        break;
      default:
        throw new Error(`ConvNetJS has no ${layer.type}.`);
    }
  }
  // Its softmax is an inner product of its own: the plan's last one.
  layers.splice(-1, 1, { type: 'softmax', num_classes: plan.classes });
  const net = new convnetjs.Net();
  net.makeLayers(layers);
  const trainer = new convnetjs.SGDTrainer(net, {
    learning_rate: RATE,
    momentum: MOMENTUM,
    batch_size: plan.batch,
    l2_decay: 0.004,
  });
  const image = new convnetjs.Vol(width, height, depth, 0);
  image.w.set(images({ ...plan, batch: 1 }).subarray(0, volume(plan.record)));
  return {
    device: 'JavaScript',
    async forward() {
      for (let i = 0; i < plan.batch; i++) net.forward(image);
    },
    async step() {
      for (let i = 0; i < plan.batch; i++) trainer.train(image, i % plan.classes);
    },
    async done() {},
    // Its weights are its own random ones.
    loss: () => undefined,
  };
}
