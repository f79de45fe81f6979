/** HDF5Data. Its shapes come from the file, which is not read here: an image is assumed. Mirrors hdf5_data_layer.cpp. */
import { setting } from '../caffe/schema/values.ts';
import { batchText, recordShapes } from './data-shapes.ts';
import type { LayerDefinition } from './definition.ts';

/** Rows of HDF5 files. */
export const hdf5Data: LayerDefinition = {
  type: 'HDF5Data',
  family: 'data',
  doc: 'Rows of the data sets in HDF5 files, in batches.',
  paramField: 'hdf5_data_param',
  template: 'hdf5_data_param {\n  source: "train.txt"\n  batch_size: 10\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: Infinity },
  source: true,
  hostTops: true,
  summary: (layer) => batchText(setting(layer, 'hdf5_data_param').batch_size ?? 1, 0),
  shape(c) {
    const p = setting(c.layer, 'hdf5_data_param');
    if (c.layer.transform_param !== undefined)
      c.fail('HDF5Data does not transform its data: remove transform_param.', 'transform_param');
    return recordShapes(c, { batch: p.batch_size ?? 1, source: p.source ?? '', field: 'hdf5_data_param' });
  },
  cost: () => ({ macs: 0 }),
  forward: () => undefined,
};
