/** The face of the data side: the types of an image data set, reading one from files, and what is computed from it. */
export {
  DatasetError,
  countClasses,
  emptySplit,
  imageBytes,
  imagePixels,
  meanImage,
  mergeDatasets,
  summarize,
  withOtherLabels,
  type BrokenList,
  type BrokenRecord,
  type ChannelOrder,
  type DatasetSummary,
  type ImageDataset,
  type ImageSplit,
  type Pixels,
  type Progress,
  type SourceFile,
} from './image-dataset.ts';
export { holdOut } from './hold-out.ts';
export type { ImageDecoder, ImageSettings } from './image-pixels.ts';
export { readDataset, type ReadOptions } from './read-dataset.ts';
export { subset, type SubsetChoice } from './subset.ts';
export { examine, type ChannelStatistics, type Duplicate, type SetFacts } from './statistics.ts';
export { sourceFromBlob } from './source-blob.ts';
