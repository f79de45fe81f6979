/** What a bottom can be made to read. */
import { describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import { layerTable } from '../layers/index.ts';
import { blobsFor } from './blob-scope.ts';

const text = `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4, 8, 8] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "conv" bottom: "data" top: "sum" }
layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip" inner_product_param { num_output: 2 } }
`;
const view = viewNet(buildNet(text, { phase: 'TRAIN', layers: layerTable }));
const names = (layer: string, bottom: number) =>
  blobsFor(text, view, layer, bottom, layerTable).map(({ name, fits }) => (fits ? name : `(${name})`));

describe('blobsFor', () => {
  test('leaves out what needs the layer', () => {
    expect(names('ip', 0)).toEqual(['data', 'conv', 'pool', 'sum']);
    expect(names('conv', 0)).toEqual(['data']);
    // The blob that the layer itself changes in place is made without it.
    expect(names('relu', 0)).toEqual(['data', 'conv']);
  });

  test('says which shapes do not fit, and the layer that makes a blob', () => {
    expect(names('sum', 1)).toEqual(['data', 'conv', '(pool)']);
    const [, conv] = blobsFor(text, view, 'sum', 1, layerTable);
    expect(conv).toEqual({ name: 'conv', shape: [1, 4, 8, 8], from: { layer: 'conv', top: 0 }, fits: true });
  });

  test('asks about a new bottom, too', () => {
    expect(names('sum', 2)).toEqual(['data', 'conv', '(pool)']);
  });
});
