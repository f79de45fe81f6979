/** HDF5Output. Mirrors the shape rule of Caffe's hdf5_output_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { bottom, bottomText } from './shape-rules.ts';
import { notYet } from './unsupported.ts';

/** Writes blobs to a file. */
export const hdf5Output: LayerDefinition = {
  type: 'HDF5Output',
  family: 'utility',
  doc: 'Writes data and labels to an HDF5 file.',
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
  supports: notYet('HDF5Output', 'remove the layer'),
};
