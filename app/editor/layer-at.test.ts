/** Which layer stands at a place of the text. */
import { expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import { layerTable } from '../layers/index.ts';
import { layerAt } from './layer-at.ts';

it('finds the layer around an offset, and none between layers', () => {
  const text = `layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 2 } }
`;
  const net = viewNet(buildNet(text, { phase: 'TRAIN', layers: layerTable }));
  expect(layerAt(net, text.indexOf('num_output'))?.id).toBe('ip');
  expect(layerAt(net, text.length)).toBeUndefined();
});
