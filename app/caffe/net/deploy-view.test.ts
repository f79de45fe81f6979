/** What is left of a net once it has learned. */
import { describe, expect, it } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from './build-net.ts';
import { deployView } from './deploy-view.ts';
import { viewNet } from './view-net.ts';

const NET = `
layer { name: "cifar" type: "Data" top: "data" top: "label" data_param { batch_size: 8 } include { phase: TEST } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "side" type: "InnerProduct" bottom: "conv" top: "side" inner_product_param { num_output: 10 } }
layer { name: "side_loss" type: "SoftmaxWithLoss" bottom: "side" bottom: "label" top: "side_loss" loss_weight: 0.3 }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip" inner_product_param { num_output: 10 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
`;

const test = (text: string) => viewNet(buildNet(text, { phase: 'TEST', layers: layerTable, record: [3, 32, 32] }));

describe('deployView', () => {
  const net = deployView(test(NET));

  it('has inputs for data, predictions for losses, and neither labels nor accuracies', () => {
    expect(net.layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'data Input',
      'conv Convolution',
      'relu ReLU',
      'ip InnerProduct',
      'prob Softmax',
    ]);
    expect(net.layers[0]?.tops).toHaveLength(1);
    expect(net.outputs).toEqual(['prob']);
  });

  it('refers to its own layers', () => {
    for (const blob of net.blobs) {
      expect(net.layers[blob.producer]?.tops).toContain(blob.id);
      for (const { layer, bottomIndex } of blob.consumers)
        expect(net.layers[layer]?.bottoms[bottomIndex]).toBe(blob.id);
    }
    expect(net.blobs.find(({ name }) => name === 'prob')?.shape).toEqual([8, 10]);
  });

  it('ends with what a loss judges that holds no prediction', () => {
    const net = deployView(
      test(`
layer { name: "pair" type: "Data" top: "a" top: "sim" data_param { batch_size: 8 } }
layer { name: "feat" type: "InnerProduct" bottom: "a" top: "feat" inner_product_param { num_output: 2 } }
layer { name: "flat" type: "Power" bottom: "sim" top: "flat" }
layer { name: "loss" type: "EuclideanLoss" bottom: "feat" bottom: "flat" top: "loss" }`),
    );
    expect(net.layers.map(({ name }) => name)).toEqual(['a', 'feat']);
    expect(net.outputs).toEqual(['feat']);
  });

  it('keeps what only an accuracy reads', () => {
    const net = deployView(
      test(`
layer { name: "cifar" type: "Data" top: "data" top: "label" data_param { batch_size: 8 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 10 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" }`),
    );
    expect(net.outputs).toEqual(['ip']);
  });

  it('leaves a deploy net as it is', () => {
    const text = `
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }`;
    const view = test(text);
    const same = deployView(view);
    expect(same.layers).toEqual(view.layers);
    expect(same.blobs).toEqual(view.blobs);
  });
});
