/**
 * The architectures whose outputs other programs must give, and a training of a few iterations for each: weights that
 * nobody trained could hide what is wrong. `npm run test:foreign` takes the same list for OpenCV.
 */
import { readFileSync } from 'node:fs';
import { buildNet } from '../../caffe/net/build-net.ts';
import type { TypedNet } from '../../caffe/net/typed-net.ts';
import { readSolver } from '../../caffe/solver/read-solver.ts';
import type { Caffemodel } from '../../caffe/wire/caffemodel.ts';
import { meanImage, type ImageDataset } from '../../data/dataset.ts';
import { openingDigits } from '../../data/sample-digits.ts';
import { openingSample } from '../../data/sample.ts';
import type { Engine } from '../../engine/engine.ts';
import { layerTable } from '../../layers/index.ts';
import { DatasetFeed } from '../../trainer/feed.ts';
import { TrainingSession } from '../../trainer/session.ts';

/** An entry of the list. */
export interface JudgedNet {
  readonly name: string;
  /** Path from the project's folder. */
  readonly net: string;
  /** Batch to train with in place of the net's own. */
  readonly batch?: number;
  readonly data: 'sample' | 'digits';
  /** Fields of the solver. */
  readonly solver: string;
  readonly iterations: number;
}

const root = new URL('../../../', import.meta.url);
const list = new URL('../fixtures/judged-nets.json', import.meta.url);

/** The list. */
export const judgedNets = (JSON.parse(readFileSync(list, 'utf8')) as { readonly nets: readonly JudgedNet[] }).nets;

/** What a training leaves. */
export interface Trained {
  /** Built for the TEST phase. */
  readonly net: TypedNet;
  readonly dataset: ImageDataset;
  readonly mean: Float32Array;
  readonly weights: Caffemodel;
  readonly losses: readonly number[];
}

/** Trains an entry of the list. */
export async function trainBriefly(engine: Engine, judged: JudgedNet): Promise<Trained> {
  const stored = readFileSync(new URL(judged.net, root), 'utf8');
  const text =
    judged.batch === undefined ? stored : stored.replaceAll(/batch_size: *\d+/g, `batch_size: ${judged.batch}`);
  const dataset = judged.data === 'digits' ? openingDigits() : openingSample();
  const mean = meanImage(dataset.train);
  const record = [dataset.channels, dataset.height, dataset.width];
  const build = (phase: 'TRAIN' | 'TEST') => buildNet(text, { phase, layers: layerTable, record });
  const { solver, extensions } = readSolver(`${judged.solver} lr_policy: "fixed" max_iter: ${judged.iterations}`);
  const losses: number[] = [];
  const session = await TrainingSession.create({
    engine,
    train: build('TRAIN'),
    tests: [],
    solver,
    extensions,
    seed: 7,
    feed: new DatasetFeed(dataset, { seed: 7, shuffle: true, mean }),
    events: { losses: (_, some) => void losses.push(...some) },
  });
  try {
    await session.run(() => 'go');
    return { net: build('TEST'), dataset, mean, weights: await session.weights(), losses };
  } finally {
    session.dispose();
  }
}
