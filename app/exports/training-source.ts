/** What a project for training elsewhere is made of. */
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import type { ImageDataset } from '../data/dataset.ts';

/** A run that shall go on, or begin, on another engine. */
export interface TrainingSource {
  /** Names files and folder. */
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
  readonly train: TypedNet;
  /** Undefined where the solver never tests. */
  readonly test: TypedNet | undefined;
  readonly weights: Caffemodel;
  readonly dataset: ImageDataset;
  /** Mean image [C, H, W], for layers that name a mean file. */
  readonly mean: Float32Array;
  readonly seed: number;
  /** Training images in an order drawn from the seed, or as they come. */
  readonly shuffle: boolean;
}

/** A name as a file's name. */
export const fileName = (name: string): string => name.replaceAll(/[^\w.-]+/g, '_').replace(/^\.+/, '') || 'net';
