/** Dividing training images in two where a set comes without test images: a network that is tested on what it learned says nothing. */
import { DatasetError, emptySplit, imageBytes, type ImageDataset, type ImageSplit } from './image-dataset.ts';
import { mix } from './random.ts';

/**
 * Takes a share of each class from the training images and makes them the test images, chosen by a fixed seed: the same set gives the same
 * two splits. The order within each stays as it was.
 *
 * @param share Between 0 and 1; of every class with two images or more at least one goes, and at least one stays.
 * @throws DatasetError where there are test images already, or too few to divide.
 */
export function holdOut(dataset: ImageDataset, share: number): ImageDataset {
  if (dataset.test.count > 0) {
    throw new DatasetError(`${dataset.name} has ${dataset.test.count} test images already: nothing was held out.`);
  }
  const { train } = dataset;
  const byClass = new Map<number, number[]>();
  train.labels.forEach((label, i) => {
    const own = byClass.get(label) ?? [];
    byClass.set(label, own);
    own.push(i);
  });
  const held = new Uint8Array(train.count);
  for (const own of byClass.values()) {
    const count = Math.min(own.length - 1, Math.max(1, Math.round(own.length * share)));
    const drawn = own.toSorted((a, b) => mix(a) - mix(b)).slice(0, count);
    for (const i of drawn) held[i] = 1;
  }
  const test = pick(train, held, 1, imageBytes(dataset));
  if (test.count === 0) {
    throw new DatasetError(`${dataset.name} has one image of each class: there is nothing to hold out for testing.`);
  }
  const note = `${test.count} of the training images were held out as test images.`;
  const rest = pick(train, held, 0, imageBytes(dataset));
  return { ...dataset, train: rest, test, notes: [...(dataset.notes ?? []), note] };
}

function pick(split: ImageSplit, held: Uint8Array, wanted: 0 | 1, size: number): ImageSplit {
  const count = held.reduce((sum, flag) => sum + (flag === wanted ? 1 : 0), 0);
  if (count === 0) return emptySplit;
  const images = new Uint8Array(count * size);
  const labels = new Uint16Array(count);
  let to = 0;
  held.forEach((flag, from) => {
    if (flag !== wanted) return;
    images.set(split.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to++] = split.labels[from] as number;
  });
  return { images, labels, count };
}
