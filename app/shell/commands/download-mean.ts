/** The mean image as Caffe's `compute_image_mean` writes it, for networks that name a mean file and are trained or run elsewhere. */
import { writeBinaryproto } from '../../caffe/wire/binaryproto.ts';
import type { DatasetSummary } from '../../data/dataset.ts';
import { download } from './download.ts';

/** Saves the mean of a set as `NAME_mean.binaryproto`. */
export function downloadMean({ name, channels, height, width }: DatasetSummary, mean: Float32Array): void {
  const bytes = writeBinaryproto({ shape: [1, channels, height, width], legacy: true, data: Float32Array.from(mean) });
  download(`${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}_mean.binaryproto`, bytes);
}
