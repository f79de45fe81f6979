/** Dividing training images in two where a set comes without test images: a network that is tested on what it learned says nothing. */
import { DatasetError, pickImages, type ImageDataset } from './image-dataset.ts';
import { pickOthers } from './subset.ts';
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
  const held = new Set<number>();
  for (const own of byClass.values()) {
    const count = Math.min(own.length - 1, Math.max(1, Math.round(own.length * share)));
    const drawn = own.toSorted((a, b) => mix(a) - mix(b)).slice(0, count);
    for (const i of drawn) held.add(i);
  }
  if (held.size === 0) {
    throw new DatasetError(`${dataset.name} has one image of each class: there is nothing to hold out for testing.`);
  }
  const all = Array.from({ length: train.count }, (_, i) => i);
  const [rest, out] = [all.filter((i) => !held.has(i)), all.filter((i) => held.has(i))];
  const note = `${held.size} of the training images were held out as test images.`;
  return {
    ...dataset,
    ...pickOthers(dataset, { train: rest, test: out, from: 'train' }),
    train: pickImages(train, rest),
    test: pickImages(train, out),
    notes: [...(dataset.notes ?? []), note],
  };
}
