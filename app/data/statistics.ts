/** What can be said of a set's images beyond counting them: mean and deviation of each channel, and images that are there twice. */
import { imageBytes, type ImageDataset, type ImageSplit } from './image-dataset.ts';

/** Mean and standard deviation of each channel over all pixels of all images, 0 to 255. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** @returns one number for each channel; none for a split without images. */
export function channelStatistics(split: ImageSplit, channels: number): ChannelStatistics {
  if (split.count === 0) return { mean: [], deviation: [] };
  const { images } = split;
  const plane = images.length / split.count / channels;
  // A histogram of each channel: sums stay exact, and a pixel costs one addition.
  const counts = new Float64Array(channels * 256);
  for (let start = 0, channel = 0; start < images.length; start += plane, channel = (channel + 1) % channels) {
    const offset = channel * 256;
    for (let i = start; i < start + plane; i++) {
      const bin = offset + (images[i] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  const pixels = split.count * plane;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const own = counts.subarray(channel * 256, (channel + 1) * 256);
    const average = own.reduce((sum, count, value) => sum + count * value, 0) / pixels;
    const variance = own.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / pixels;
    mean.push(average);
    deviation.push(Math.sqrt(variance));
  }
  return { mean, deviation };
}

/** A test image that is also a training image, by their places in their splits. */
export interface Duplicate {
  readonly test: number;
  readonly train: number;
}

/** Test images whose every byte is that of a training image: they are learned by heart and say nothing of the network. */
export function duplicatesBetween(dataset: ImageDataset): Duplicate[] {
  const size = imageBytes(dataset);
  const byHash = new Map<number, number[]>();
  for (let i = 0; i < dataset.train.count; i++) {
    const hash = hashOf(dataset.train.images, i * size, size);
    const known = byHash.get(hash);
    if (known === undefined) byHash.set(hash, [i]);
    else if (known.length < 8) known.push(i);
  }
  const found: Duplicate[] = [];
  for (let test = 0; test < dataset.test.count; test++) {
    const places = byHash.get(hashOf(dataset.test.images, test * size, size)) ?? [];
    const train = places.find((i) => isSame(dataset, i * size, test * size, size));
    if (train !== undefined) found.push({ test, train });
  }
  return found;
}

/** FNV-1a over the bytes. */
function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

function isSame({ train, test }: ImageDataset, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (train.images[a + i] !== test.images[b + i]) return false;
  return true;
}
