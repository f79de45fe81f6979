/** Sets whose values are no bytes: data layers read them as they are. */
import { expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import type { ImageDataset } from '../data/dataset.ts';
import { emptySplit } from '../data/image-dataset.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { layerTable } from '../layers/index.ts';
import { extractBlobs } from './extract.ts';

const images = Float32Array.of(-1.5, 0.25, 300, 4, 5.5, -6, 7, 8);
const floats: ImageDataset = {
  name: 'x',
  source: 'x.h5',
  channels: 1,
  height: 2,
  width: 2,
  classNames: ['a', 'b', 'c', 'd'],
  train: { images, labels: Uint16Array.of(3, 1), count: 2 },
  test: emptySplit,
  range: [-6, 300],
};

it.each([
  ['HDF5Data', 'hdf5_data_param { source: "x.h5" batch_size: 2 }', 1],
  ['Data', 'transform_param { scale: 2 } data_param { source: "x" batch_size: 2 }', 2],
])('%s passes floats on', async (type, settings, scale) => {
  const text = `layer { name: "d" type: "${type}" top: "data" top: "label" ${settings} }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 1 bias_term: false } }`;
  const net = buildNet(text, { phase: 'TRAIN', layers: layerTable, record: [1, 2, 2] });
  const [found] = await extractBlobs(createReferenceEngine(), floats, {
    net,
    weights: {
      name: '',
      layers: [
        { name: 'ip', type: 'InnerProduct', blobs: [{ shape: [1, 4], legacy: false, data: new Float32Array(4) }] },
      ],
    },
    blobs: ['data'],
    images: 2,
    labels: false,
    mean: new Float32Array(4),
  });
  expect([...(found?.data ?? [])]).toEqual([...images].map((value) => value * scale));
});
