/** Where batches come from: a data set's splits, in an order that is a pure function of seed and pass. */
import type { CompiledNet, HostInput } from '../compiler/compiled-net.ts';
import { setting } from '../caffe/schema/values.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { ImageDataset, ImageSplit } from '../data/dataset.ts';
import { batchIndices } from '../data/order.ts';
import type { Executable } from '../engine/engine.ts';
import { mixupParts } from './mixup.ts';
import { TrainingError } from './training-error.ts';
import { plainLayer, transformImages } from './transformed-images.ts';
import type { Sampler } from './whiten.ts';

/** Inputs of data layers that are written before each pass. */
const FED: ReadonlySet<string> = new Set(['images', 'labels', 'mixup']);

/** Fills the host inputs of one pass. `pass` counts micro-batches from 0, in each phase. */
export interface Feed {
  /** How images are written; bytes where it does not say. */
  readonly recordType?: 'u8' | 'f32';
  /** Writes what stays the same for the whole run (means). */
  prepare(executable: Executable, net: CompiledNet): void;
  feed(executable: Executable, net: CompiledNet, pass: number): void;
  /** Training images as a layer of the net makes them, for fillers that look at the data; absent where there are none. */
  readonly sample?: Sampler;
}

export interface DatasetFeedOptions {
  readonly seed: number;
  /** Training images in an order drawn from the seed; file order, as Caffe's Data layer reads, when false. */
  readonly shuffle: boolean;
  /** Mean image [C, H, W] for layers that name a mean file. */
  readonly mean: Float32Array;
  /** Values of other files that layers name (InfogainLoss's matrix), by the name as it stands in the net. */
  readonly files?: ReadonlyMap<string, Float32Array>;
}

/** Feeds data layers from the split of their phase: training images in TRAIN, test images in TEST. */
export class DatasetFeed implements Feed {
  private readonly dataset: ImageDataset;
  private readonly options: DatasetFeedOptions;
  /** One staging array for each input buffer, made once. */
  private readonly staging = new Map<string, Uint8Array | Float32Array>();

  readonly recordType: 'u8' | 'f32';

  constructor(dataset: ImageDataset, options: DatasetFeedOptions) {
    this.dataset = dataset;
    this.recordType = recordTypeOf(dataset);
    this.options = options;
  }

  prepare(executable: Executable, net: CompiledNet): void {
    for (const input of net.inputs) {
      if (input.name === 'mean') {
        const size = count(input.shape);
        if (this.options.mean.length !== size)
          throw new TrainingError(
            `The mean of layer "${input.layer.name}" has ${this.options.mean.length} values, but an image has ${size}. Use the mean of this data set.`,
          );
        executable.write(input.buffer, this.options.mean);
      } else if (input.file !== undefined) {
        executable.write(input.buffer, this.fileOf(input, input.file));
      } else if (!FED.has(input.name)) {
        throw new TrainingError(
          `Layer "${input.layer.name}" (${input.layer.type}) waits for its blob to be given. Training needs a Data layer there: it reads the data set.`,
        );
      }
    }
    this.split(net.net.phase);
  }

  readonly sample: Sampler = async (engine, { parameter }, wanted) => {
    const { channels, height, width } = this.dataset;
    const split = this.split('TRAIN');
    const count = Math.min(wanted, split.count);
    const indices = batchIndices(this.options.seed, 0, count, split.count, this.options.shuffle);
    const layer = plainLayer(parameter, BATCH);
    const values: Float32Array[] = [];
    let shape: readonly number[] = [];
    for (let first = 0; first < count; first += BATCH) {
      const some = indices.subarray(first, first + BATCH);
      const made = await transformImages(engine, {
        layer: some.length === BATCH ? layer : plainLayer(parameter, some.length),
        phase: 'TRAIN',
        record: [channels, height, width],
        images: gathered(split, some, channels * height * width),
        mean: this.options.mean,
        seed: this.options.seed,
        pass: 0,
      });
      values.push(made.values);
      shape = made.shape.slice(1);
    }
    return { shape: [count, ...shape], values: joined(values) };
  };

  feed(executable: Executable, net: CompiledNet, pass: number): void {
    const split = this.split(net.net.phase);
    for (const input of net.inputs) {
      if (input.name === 'mean' || input.file !== undefined) continue;
      const batch = input.shape[0] ?? 1;
      if (input.name === 'mixup') {
        const { mixup } = setting(input.layer.parameter, 'crema:augment');
        executable.write(input.buffer, mixupParts(mixup, this.options.seed, pass, batch));
        continue;
      }
      const shuffle = this.options.shuffle && net.net.phase === 'TRAIN';
      const indices = batchIndices(this.options.seed, pass, batch, split.count, shuffle);
      executable.write(
        input.buffer,
        input.name === 'images' ? this.images(input, split, indices) : this.labels(input, split, indices),
      );
    }
  }

  private fileOf({ layer, name, shape }: HostInput, file: string): Float32Array {
    const values = this.options.files?.get(file);
    if (values === undefined)
      throw new TrainingError(
        `Layer "${layer.name}" (${layer.type}) reads its ${name} from "${file}", which is not here. On the command line the file may lie beside the network; in the page give the ${name} as a further bottom.`,
      );
    if (values.length !== count(shape))
      throw new TrainingError(
        `"${file}" holds ${values.length} values, but layer "${layer.name}" needs ${shape.join('×')}.`,
      );
    return values;
  }

  private images(input: HostInput, split: ImageSplit, indices: Uint32Array): Uint8Array | Float32Array {
    const size = count(input.shape.slice(1));
    const out = this.stage(input, () =>
      input.dtype === 'u8' ? new Uint8Array(count(input.shape)) : new Float32Array(count(input.shape)),
    );
    indices.forEach((index, i) => out.set(split.images.subarray(index * size, (index + 1) * size), i * size));
    return out;
  }

  private labels(input: HostInput, split: ImageSplit, indices: Uint32Array): Float32Array {
    const out = this.stage(input, () => new Float32Array(count(input.shape))) as Float32Array;
    indices.forEach((index, i) => {
      out[i] = split.labels[index] as number;
    });
    return out;
  }

  private stage<T extends Uint8Array | Float32Array>(input: HostInput, make: () => T): Uint8Array | Float32Array {
    const known = this.staging.get(input.buffer);
    if (known !== undefined) return known;
    const made = make();
    this.staging.set(input.buffer, made);
    return made;
  }

  private split(phase: Phase): ImageSplit {
    const split = phase === 'TRAIN' ? this.dataset.train : this.dataset.test;
    if (split.count === 0)
      throw new TrainingError(
        `The data set "${this.dataset.name}" has no ${phase === 'TRAIN' ? 'training' : 'test'} images. Add ${phase === 'TRAIN' ? 'data_batch files' : 'test_batch'} to it.`,
      );
    return split;
  }
}

/** Images of a sample that are made at a time. */
const BATCH = 500;

/** Images of a split, one after the other. */
function gathered(split: ImageSplit, indices: Uint32Array, size: number): Uint8Array | Float32Array {
  const length = indices.length * size;
  const out = split.images instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  indices.forEach((index, i) => out.set(split.images.subarray(index * size, (index + 1) * size), i * size));
  return out;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** How the images of a set are written to a net's input. */
export const recordTypeOf = ({ range }: ImageDataset): 'u8' | 'f32' => (range === undefined ? 'u8' : 'f32');

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
