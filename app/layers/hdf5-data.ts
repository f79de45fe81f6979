/**
 * HDF5Data: rows as they stand in the files. Mirrors Caffe's hdf5_data_layer.cpp, but for the reading of files: the rows are those of the data
 * set, its images into the first top and its labels into the second.
 */
import { setting } from '../caffe/schema/values.ts';
import { cast } from '../engine/ir/build.ts';
import { batchText, recordShapes } from './data-shapes.ts';
import { element, flat, type LayerDefinition } from './definition.ts';
import { nth } from './views.ts';

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
  summary: (layer) => batchText(setting(layer, 'hdf5_data_param').batch_size ?? 1, 0),
  shape(c) {
    const p = setting(c.layer, 'hdf5_data_param');
    if (c.layer.transform_param !== undefined)
      c.fail('HDF5Data does not transform its data: remove transform_param.', 'transform_param');
    return recordShapes(c, { batch: p.batch_size ?? 1, source: p.source ?? '', field: 'hdf5_data_param' });
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    const made = nth(c.tops, 0);
    const [, labelTop, ...others] = c.tops;
    const images = c.input('images', made.shape, c.recordType);
    c.compute(made, (...at) => cast(element(images, at), 'f32'));
    if (labelTop !== undefined) {
      const labels = c.input('labels', labelTop.shape, 'f32');
      c.computeFlat(labelTop, (i) => flat(labels, i), 'labels');
    }
    // Files may hold more arrays; a data set has these two, and who runs the net is told of the others.
    others.forEach((other, i) => {
      const rows = c.input(`top/${i + 2}`, other.shape, 'f32');
      c.computeFlat(other, (j) => flat(rows, j), `top${i + 2}`);
    });
  },
};
