/** The values of blobs for many images, as Caffe's `extract_features` collects them: one row for each image, in order. */
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import { PASS, SEED } from '../compiler/kernel-context.ts';
import type { ImageDataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { definitionOf } from '../layers/index.ts';
import { DatasetFeed, recordTypeOf } from './feed.ts';
import { TrainingError } from './training-error.ts';
import { copyWeights } from './weights.ts';

export interface ExtractOptions {
  /** In the phase whose images are wanted. */
  readonly net: TypedNet;
  readonly weights: Caffemodel;
  /** Names of blobs; of an in-place blob the last version. */
  readonly blobs: readonly string[];
  /** Number of images; all where it is not given. */
  readonly images: number | undefined;
  /** The images' labels too. */
  readonly labels: boolean;
  /** Mean image [C, H, W] for layers that name a mean file. */
  readonly mean: Float32Array;
  /** Values of other files that layers name; see `DatasetFeedOptions`. */
  readonly files?: ReadonlyMap<string, Float32Array>;
}

/** A blob over all images: [images, …]. */
export interface Extracted {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Computes them. @throws TrainingError, CompileError or EngineError */
export async function extractBlobs(
  engine: Engine,
  dataset: ImageDataset,
  { net, weights, blobs, images, labels, mean, files = new Map() }: ExtractOptions,
): Promise<Extracted[]> {
  const ids = blobs.map((name) => ({ name, id: blobOf(net, name) }));
  const compiled = compileNet(net, definitionOf, {
    prefix: 'extract',
    backward: false,
    recordType: recordTypeOf(dataset),
    keepBlobs: ids.map(({ id }) => id),
  });
  const split = net.phase === 'TRAIN' ? dataset.train : dataset.test;
  const batch = compiled.inputs.find(({ name }) => name === 'images')?.shape[0];
  if (batch === undefined)
    throw new TrainingError(
      'This network reads no images by itself: extract from the form with a Data layer (train_test).',
    );
  const count = Math.min(images ?? split.count, split.count);
  const all = ids.map(({ name, id }) => {
    const shape = net.blobs.get(id)?.shape ?? [];
    if (shape[0] !== batch)
      throw new TrainingError(
        `Blob "${name}" is ${shape.join('×') || 'a single value'}: it has no row for each of the ${batch} images of a batch.`,
      );
    const row = shape.slice(1).reduce((n, d) => n * d, 1);
    return { name, id, row, shape: [count, ...shape.slice(1)], data: new Float32Array(count * row) };
  });
  const executable = await engine.load(singleProgram(compiled));
  try {
    copyWeights(executable, compiled, weights);
    const feed = new DatasetFeed(dataset, { seed: 0, shuffle: false, mean, files });
    feed.prepare(executable, compiled);
    for (let pass = 0; pass * batch < count; pass++) {
      feed.feed(executable, compiled, pass);
      executable.run('run', { [SEED]: 0, [PASS]: pass });
      const rows = Math.min(batch, count - pass * batch);
      for (const { id, row, data } of all) {
        const values = (await executable.read(compiled.dataBuffer(id), 0, rows * row)) as Float32Array;
        data.set(values, pass * batch * row);
      }
    }
  } finally {
    executable.dispose();
  }
  const found = all.map(({ name, shape, data }): Extracted => ({ name, shape, data }));
  const named = Float32Array.from(split.labels.subarray(0, count));
  return labels ? [...found, { name: 'label', shape: [count], data: named }] : found;
}

function blobOf(net: TypedNet, name: string): string {
  const versions = [...net.blobs].filter(([, blob]) => blob.name === name);
  const id = versions.at(-1)?.[0];
  if (id === undefined) {
    const names = [...new Set([...net.blobs.values()].map((blob) => blob.name))];
    throw new TrainingError(`This network has no blob "${name}" in phase ${net.phase}; it has ${names.join(', ')}.`);
  }
  return id;
}
