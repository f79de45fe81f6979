/**
 * HDF5Output. Mirrors the shape rule of Caffe's hdf5_output_layer.cpp. It computes nothing and writes no file as the net
 * runs; its bottoms are among the results of `crema run`, and `crema extract` writes any blob to HDF5.
 */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';

/** Writes blobs to a file. */
export const hdf5Output: LayerDefinition = {
  type: 'HDF5Output',
  family: 'utility',
  doc: 'Marks data and labels as results. Caffe writes them to an HDF5 file; here they are read after a run, or written by `crema extract`.',
  paramField: 'hdf5_output_param',
  bottoms: { min: 2, max: 2 },
  tops: { min: 0, max: 0 },
  differentiable: false,
  noGradientBottoms: [0, 1],
  summary: (layer) => setting(layer, 'hdf5_output_param').file_name ?? '',
  shape(c) {
    if (bottom(c, 0)[0] !== bottom(c, 1)[0])
      c.fail(`${bottomText(c, 0)} and ${bottomText(c, 1)} must hold the same number of items.`);
    return { tops: [] };
  },
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
};
