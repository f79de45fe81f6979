/** Settings of the layers that bring data into a net or write it out, as in BVLC Caffe 1.0's caffe.proto. */
import { BlobShape, FillerParameter } from './common-messages.ts';
import { enumType, message, optional, repeated, withDefault } from './dsl.ts';
import type { Infer } from './dsl.ts';

const DB = enumType('DB', { LEVELDB: 0, LMDB: 1 }, 'Kind of database.');

const oldTransform = { deprecated: true };

/** Settings of Data. */
export const DataParameter = message('DataParameter', 'Where Data reads its records, and how many at a time.', {
  source: optional(1, 'string', 'Folder of the database.'),
  batch_size: optional(4, 'uint32', 'Records in a batch.'),
  rand_skip: withDefault(7, 'uint32', 0, 'Skip up to this many records at the start.', { deprecated: true }),
  backend: withDefault(8, DB, 'LEVELDB', 'Kind of database.'),
  scale: withDefault(2, 'float', 1, 'Old place of `transform_param.scale`.', oldTransform),
  mean_file: optional(3, 'string', 'Old place of `transform_param.mean_file`.', oldTransform),
  crop_size: withDefault(5, 'uint32', 0, 'Old place of `transform_param.crop_size`.', oldTransform),
  mirror: withDefault(6, 'bool', false, 'Old place of `transform_param.mirror`.', oldTransform),
  force_encoded_color: withDefault(9, 'bool', false, 'Decode stored image files to three channels.'),
  prefetch: withDefault(10, 'uint32', 4, 'Batches that are read ahead.'),
});
/** Settings of Data. */
export type DataParameter = Infer<typeof DataParameter>;

/** Settings of DummyData. */
export const DummyDataParameter = message('DummyDataParameter', 'Blobs of given shapes, filled by fillers.', {
  data_filler: repeated(1, FillerParameter, 'None (zeros), one for all tops, or one for each.'),
  shape: repeated(6, BlobShape, 'One shape for all tops, or one for each.'),
  num: repeated(2, 'uint32', 'First extent, in the old four-number form.', { deprecated: true }),
  channels: repeated(3, 'uint32', 'Second extent, in the old four-number form.', { deprecated: true }),
  height: repeated(4, 'uint32', 'Third extent, in the old four-number form.', { deprecated: true }),
  width: repeated(5, 'uint32', 'Last extent, in the old four-number form.', { deprecated: true }),
});
/** Settings of DummyData. */
export type DummyDataParameter = Infer<typeof DummyDataParameter>;

/** Settings of HDF5Data. */
export const HDF5DataParameter = message('HDF5DataParameter', 'Where HDF5Data reads, and how many rows at a time.', {
  source: optional(1, 'string', 'A text file that lists HDF5 files.'),
  batch_size: optional(2, 'uint32', 'Rows in a batch.'),
  shuffle: withDefault(3, 'bool', false, 'Shuffle the files, and the rows within each file.'),
});
/** Settings of HDF5Data. */
export type HDF5DataParameter = Infer<typeof HDF5DataParameter>;

/** Settings of HDF5Output. */
export const HDF5OutputParameter = message('HDF5OutputParameter', 'Where HDF5Output writes.', {
  file_name: optional(1, 'string', 'The HDF5 file to write.'),
});
/** Settings of HDF5Output. */
export type HDF5OutputParameter = Infer<typeof HDF5OutputParameter>;

/** Settings of ImageData. */
export const ImageDataParameter = message('ImageDataParameter', 'Images named in a list file, with their labels.', {
  source: optional(1, 'string', 'A text file with an image path and a label on each line.'),
  batch_size: withDefault(4, 'uint32', 1, 'Images in a batch.'),
  rand_skip: withDefault(7, 'uint32', 0, 'Skip up to this many images at the start.'),
  shuffle: withDefault(8, 'bool', false, 'Shuffle the list before each epoch.'),
  new_height: withDefault(9, 'uint32', 0, 'Resize images to this many rows; 0 keeps their size.'),
  new_width: withDefault(10, 'uint32', 0, 'Resize images to this many columns; 0 keeps their size.'),
  is_color: withDefault(11, 'bool', true, 'Three channels if set, else one.'),
  scale: withDefault(2, 'float', 1, 'Old place of `transform_param.scale`.', oldTransform),
  mean_file: optional(3, 'string', 'Old place of `transform_param.mean_file`.', oldTransform),
  crop_size: withDefault(5, 'uint32', 0, 'Old place of `transform_param.crop_size`.', oldTransform),
  mirror: withDefault(6, 'bool', false, 'Old place of `transform_param.mirror`.', oldTransform),
  root_folder: withDefault(12, 'string', '', 'Folder that the paths in the list start from.'),
});
/** Settings of ImageData. */
export type ImageDataParameter = Infer<typeof ImageDataParameter>;

/** Settings of Input. */
export const InputParameter = message('InputParameter', 'The shapes of blobs that are filled from outside the net.', {
  shape: repeated(1, BlobShape, 'One shape for all tops, or one for each.'),
});
/** Settings of Input. */
export type InputParameter = Infer<typeof InputParameter>;

/** Settings of MemoryData. */
export const MemoryDataParameter = message('MemoryDataParameter', 'The size of the batches handed to the net.', {
  batch_size: optional(1, 'uint32', 'Records in a batch.'),
  channels: optional(2, 'uint32', 'Channels of a record.'),
  height: optional(3, 'uint32', 'Rows of a record.'),
  width: optional(4, 'uint32', 'Columns of a record.'),
});
/** Settings of MemoryData. */
export type MemoryDataParameter = Infer<typeof MemoryDataParameter>;

/** Settings of Parameter. */
export const ParameterParameter = message('ParameterParameter', 'A learned blob that is itself the output.', {
  shape: optional(1, BlobShape, 'Shape of the blob.'),
});
/** Settings of Parameter. */
export type ParameterParameter = Infer<typeof ParameterParameter>;

/** Settings of Python. */
export const PythonParameter = message('PythonParameter', 'A layer written in Python.', {
  module: optional(1, 'string', 'The module that holds the class.'),
  layer: optional(2, 'string', 'Name of the class.'),
  param_str: withDefault(3, 'string', '', 'Handed to the layer as it stands, before its setup.'),
  share_in_parallel: withDefault(4, 'bool', false, 'Share one instance among parallel solvers.'),
});
/** Settings of Python. */
export type PythonParameter = Infer<typeof PythonParameter>;

/** Settings of WindowData. */
export const WindowDataParameter = message('WindowDataParameter', 'Windows cut from images, for detection.', {
  source: optional(1, 'string', 'A text file that lists images and their windows.'),
  scale: withDefault(2, 'float', 1, 'Factor applied after the mean was subtracted.'),
  mean_file: optional(3, 'string', 'A .binaryproto with the mean image.'),
  batch_size: optional(4, 'uint32', 'Windows in a batch.'),
  crop_size: withDefault(5, 'uint32', 0, 'Side that windows are warped to.'),
  mirror: withDefault(6, 'bool', false, 'Flip windows left to right at random.'),
  fg_threshold: withDefault(7, 'float', 0.5, 'Overlap from which a window counts as foreground.'),
  bg_threshold: withDefault(8, 'float', 0.5, 'Overlap below which a window counts as background.'),
  fg_fraction: withDefault(9, 'float', 0.25, 'Part of a batch that is foreground.'),
  context_pad: withDefault(10, 'uint32', 0, 'Pixels of surroundings added to a window.'),
  crop_mode: withDefault(11, 'string', 'warp', '`warp` stretches the window, `square` keeps its aspect.'),
  cache_images: withDefault(12, 'bool', false, 'Keep all images in memory.'),
  root_folder: withDefault(13, 'string', '', 'Folder that the paths in the list start from.'),
});
/** Settings of WindowData. */
export type WindowDataParameter = Infer<typeof WindowDataParameter>;
