/** A small data set in CIFAR's format, made here: the tests drop it on the page as an archive or as single files. */
import { generateSample } from '../app/data/sample.ts';
import { binaryArchive, binaryFiles, pythonArchive } from '../app/data/testing/cifar-archive.ts';
import type { TestFile } from './crema-page.ts';

/** What the set's archives hold. */
export const counts = { train: 2000, test: 200 } as const;

const made = generateSample(11, counts);

// Names that the page's own sample does not have, so that nothing can pass with the wrong set.
const dataset = { ...made, classNames: made.classNames.map((name) => `test ${name}`) };

/** Class names in the order of the labels. */
export const classNames: readonly string[] = dataset.classNames;

/** Training images of each class. */
export const trainPerClass: readonly number[] = classNames.map((_, label) =>
  dataset.train.labels.reduce((sum, other) => sum + (other === label ? 1 : 0), 0),
);

/** Class of a training image. */
export const trainClass = (index: number): string => classNames[dataset.train.labels[index] ?? -1] ?? '';

/** `cifar-10-binary.tar.gz` of the set. */
export const binary = (): TestFile => ({ name: 'cifar-10-binary.tar.gz', bytes: binaryArchive(dataset) });

/** `cifar-10-python.tar.gz` of the set. */
export const python = (): TestFile => ({ name: 'cifar-10-python.tar.gz', bytes: pythonArchive(dataset) });

/** One batch file of the binary version. */
export function singleBatch(name: 'data_batch_1' | 'test_batch'): TestFile {
  const file = binaryFiles(dataset).find(({ path }) => path.endsWith(`${name}.bin`));
  if (file === undefined) throw new Error(`The set has no ${name}.`);
  return { name: `${name}.bin`, bytes: file.bytes };
}
