/**
 * Puts a data set's arrays into memory that page and workers share, so that handing it on costs nothing. Where the page
 * is not isolated (no `SharedArrayBuffer`), arrays stay as they are and are copied on the way.
 */
import type { ImageDataset, ImageSplit } from '../data/dataset.ts';

/** The same data set with its images and labels in shared memory, where there is such. */
export function shareDataset(dataset: ImageDataset): ImageDataset {
  if (!globalThis.crossOriginIsolated) return dataset;
  return { ...dataset, train: shareSplit(dataset.train), test: shareSplit(dataset.test) };
}

function shareSplit(split: ImageSplit): ImageSplit {
  if (split.images.buffer instanceof SharedArrayBuffer) return split;
  const images = new Uint8Array(new SharedArrayBuffer(split.images.length));
  images.set(split.images);
  const labels = new Uint16Array(new SharedArrayBuffer(split.labels.byteLength));
  labels.set(split.labels);
  return { images, labels, count: split.count };
}
