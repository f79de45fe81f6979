/**
 * What can be said of a set's images beyond counting them: mean and deviation of each channel, and images that are there twice. Worked out
 * part by part, so that whoever waits sees how far it is and may stop it.
 */
import { imageBytes, type ImageDataset, type ImageSplit, type Pixels, type Progress } from './image-dataset.ts';
import { bytesOf } from './pixel-memory.ts';

/** Mean and standard deviation of each channel over all pixels of all images, in the set's own values. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** A test image that is also a training image, by their places in their splits. */
export interface Duplicate {
  readonly test: number;
  readonly train: number;
}

/** What {@link examine} finds; plain data. */
export interface SetFacts {
  readonly train: ChannelStatistics;
  readonly test: ChannelStatistics;
  readonly duplicates: readonly Duplicate[];
}

/** How to follow and stop an examination. */
export interface ExamineOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** Bytes looked at before there is a pause: some ten milliseconds of work. */
const partSize = 8 << 20;

/** Examines a set. @throws the signal's reason when it is aborted. */
export async function examine(dataset: ImageDataset, options: ExamineOptions = {}): Promise<SetFacts> {
  const { train, test, channels } = dataset;
  const bytes = train.images.byteLength + test.images.byteLength;
  const passes = 2 + (dataset.range === undefined ? 0 : 1);
  let done = 0;
  const run = async <T>(what: string, work: Generator<number, T>): Promise<T> => {
    for (;;) {
      options.signal?.throwIfAborted();
      const step = work.next();
      if (step.done === true) return step.value;
      done += step.value;
      options.progress?.(Math.min(done, passes * bytes), passes * bytes, what);
      await pause();
    }
  };
  return {
    train: await run('Mean and deviation', channelStatistics(train, channels)),
    test: await run('Mean and deviation', channelStatistics(test, channels)),
    duplicates: await run('Looking for images that are there twice', duplicatesBetween(dataset)),
  };
}

/** Lets messages in: one may say that this is no longer wanted. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve));

/** One number for each channel, none for a split without images. Yields the bytes it has gone through since it last did. */
export function* channelStatistics(split: ImageSplit, channels: number): Generator<number, ChannelStatistics> {
  if (split.count === 0) return { mean: [], deviation: [] };
  const { images } = split;
  return images instanceof Uint8Array
    ? yield* statisticsOfBytes(images, split.count, channels)
    : yield* statisticsOfFloats(images, split.count, channels);
}

function* statisticsOfBytes(images: Uint8Array, count: number, channels: number): Generator<number, ChannelStatistics> {
  // A histogram of each channel: sums stay exact, and a pixel costs one addition.
  const counts = new Float64Array(channels * 256);
  for (const { start, end, channel } of planes(images, count, channels)) {
    const offset = channel * 256;
    for (let i = start; i < end; i++) {
      const bin = offset + (images[i] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
    if (isPartEnd(end, end - start)) yield partSize;
  }
  const pixels = images.length / channels;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const own = counts.subarray(channel * 256, (channel + 1) * 256);
    const average = own.reduce((sum, times, value) => sum + times * value, 0) / pixels;
    const variance = own.reduce((sum, times, value) => sum + times * (value - average) ** 2, 0) / pixels;
    mean.push(average);
    deviation.push(Math.sqrt(variance));
  }
  return { mean, deviation };
}

function* statisticsOfFloats(
  images: Float32Array,
  count: number,
  channels: number,
): Generator<number, ChannelStatistics> {
  const pixels = images.length / channels;
  const mean = new Array<number>(channels).fill(0);
  const deviation = new Array<number>(channels).fill(0);
  for (const [of, out] of [
    [(value: number) => value, mean],
    [(value: number, channel: number) => (value - (mean[channel] as number)) ** 2, deviation],
  ] as const) {
    for (const { start, end, channel } of planes(images, count, channels)) {
      let sum = 0;
      for (let i = start; i < end; i++) sum += of(images[i] as number, channel);
      out[channel] = (out[channel] as number) + sum / pixels;
      if (isPartEnd(end * 4, (end - start) * 4)) yield partSize;
    }
  }
  return { mean, deviation: deviation.map(Math.sqrt) };
}

/** Whether a part ends within the last `step` bytes before `at`. */
const isPartEnd = (at: number, step: number): boolean => Math.floor(at / partSize) > Math.floor((at - step) / partSize);

function* planes(images: Pixels, count: number, channels: number) {
  const plane = images.length / count / channels;
  for (let start = 0, channel = 0; start < images.length; start += plane, channel = (channel + 1) % channels) {
    yield { start, end: start + plane, channel };
  }
}

/**
 * Test images whose every value is that of a training image: they are learned by heart and say nothing of the network. Found by their hash,
 * and then compared value by value. Yields the bytes it has gone through since it last did.
 */
export function* duplicatesBetween(dataset: ImageDataset): Generator<number, Duplicate[]> {
  const size = dataset.train.images.BYTES_PER_ELEMENT * imageBytes(dataset);
  const train = bytesOf(dataset.train.images);
  const test = bytesOf(dataset.test.images);
  if (test.length === 0 || train.length === 0) return [];
  // Of training images that are alike, the first stands for all.
  const byHash = new Map<number, number[]>();
  for (let i = 0; i < dataset.train.count; i++) {
    const hash = hashOf(train, i * size, size);
    const alike = byHash.get(hash);
    if (alike === undefined) byHash.set(hash, [i]);
    else if (!alike.some((other) => isSame(train, other * size, train, i * size, size))) alike.push(i);
    if (isPartEnd((i + 1) * size, size)) yield partSize;
  }
  const found: Duplicate[] = [];
  for (let i = 0; i < dataset.test.count; i++) {
    const places = byHash.get(hashOf(test, i * size, size)) ?? [];
    const same = places.find((place) => isSame(train, place * size, test, i * size, size));
    if (same !== undefined) found.push({ test: i, train: same });
    if (isPartEnd((i + 1) * size, size)) yield partSize;
  }
  return found;
}

/** FNV-1a over the bytes. */
function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

function isSame(one: Uint8Array, a: number, two: Uint8Array, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (one[a + i] !== two[b + i]) return false;
  return true;
}
