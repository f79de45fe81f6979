/**
 * A first layer that whitens, asked for by `# crema: whiten` in a weight filler: each filter is a principal component of
 * the patches of the training set, divided by its deviation, then the same again with the other sign, so that rectifiers
 * lose nothing. The weights are made once, before training; give them `lr_mult: 0` to keep them.
 */
import type { Shape } from '../caffe/net/layer-table.ts';
import type { NetLayer } from '../caffe/net/typed-net.ts';
import type { CompiledNet } from '../compiler/compiled-net.ts';
import type { Engine, Executable } from '../engine/engine.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { TrainingError } from './training-error.ts';

/** Images [n, channels, height, width] as a net sees them. */
export interface SeenImages {
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** Gives that many training images as a data layer makes them, without anything at random. */
export type Sampler = (engine: Engine, layer: NetLayer, count: number) => Promise<SeenImages>;

/** About so many products are added up at most: with more patches, every second or third of a row is left out. */
const PRODUCTS = 4e8;

/** Fills the weights that ask for it. Throws TrainingError where a layer cannot be whitened. */
export async function whitenWeights(
  engine: Engine,
  executable: Executable,
  compiled: CompiledNet,
  sample: Sampler | undefined,
): Promise<void> {
  const { net } = compiled;
  for (const { buffer, owned } of compiled.params) {
    const settings = owned.declaration.filler?.['crema:whiten'];
    const layer = net.layers[owned.layer];
    if (settings === undefined || layer === undefined) continue;
    const refuse = (why: string): never => {
      throw new TrainingError(`Layer "${layer.name}" cannot be whitened: ${why}`, layer.name);
    };
    const [outputs = 0, channels = 0, rows = 0, columns = 0] = owned.declaration.shape;
    const reads = net.blobs.get(layer.bottoms[0] ?? '');
    const source = reads && net.layers[reads.producer];
    if (layer.type !== 'Convolution' || owned.position !== 0 || reads?.shape?.[1] !== channels)
      refuse('whiten is for the weights of a Convolution in one group.');
    if (source === undefined || source.info?.source !== true || reads?.topIndex !== 0)
      return refuse('it must read the images of a data layer directly.');
    if (sample === undefined) return refuse('there are no training images here.');
    const size = channels * rows * columns;
    if (outputs > 2 * size)
      refuse(`its patches have ${size} values, so it can have ${2 * size} outputs at most, not ${outputs}.`);
    const images = await sample(engine, source, settings.images);
    executable.write(buffer, whiteningFilters(images, [outputs, channels, rows, columns], settings.epsilon));
  }
}

/** Filters [outputs, channels, rows, columns] of the images' patches; see above. */
export function whiteningFilters(
  images: SeenImages,
  [outputs, channels, rows, columns]: readonly [number, number, number, number],
  epsilon: number,
): Float32Array<ArrayBuffer> {
  const size = channels * rows * columns;
  const components = symmetricEigen(patchCovariance(images, rows, columns), size);
  const out = new Float32Array(outputs * size);
  for (let filter = 0; filter < outputs; filter++) {
    const component = components[filter % size];
    if (component === undefined) break;
    const factor = (filter < size ? 1 : -1) / Math.sqrt(Math.max(component.value, 0) + epsilon);
    component.vector.forEach((x, i) => {
      out[filter * size + i] = factor * x;
    });
  }
  return out;
}

/** Covariance [size, size] of all patches of the images. */
export function patchCovariance({ shape, values }: SeenImages, rows: number, columns: number): Float64Array {
  const [count = 0, channels = 0, height = 0, width = 0] = shape;
  const size = channels * rows * columns;
  const across = width - columns + 1;
  const step = Math.max(1, Math.round((count * (height - rows + 1) * across * size * size) / 2 / PRODUCTS));
  const offsets = Int32Array.from({ length: size }, (_, i) => {
    const [channel, place] = [Math.floor(i / (rows * columns)), i % (rows * columns)];
    return (channel * height + Math.floor(place / columns)) * width + (place % columns);
  });
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size);
  const patch = new Float64Array(size);
  let patches = 0;
  for (let image = 0; image < count; image++)
    for (let y = 0; y + rows <= height; y++)
      // Another start in each row, so that no column is left out of all.
      for (let x = (y + image) % step; x < across; x += step) {
        const start = image * channels * height * width + y * width + x;
        for (let i = 0; i < size; i++) patch[i] = values[start + (offsets[i] as number)] as number;
        for (let i = 0; i < size; i++) {
          const value = patch[i] as number;
          sums[i] = (sums[i] as number) + value;
          for (let j = i; j < size; j++) {
            const place = i * size + j;
            products[place] = (products[place] as number) + value * (patch[j] as number);
          }
        }
        patches++;
      }
  const mean = (i: number): number => (sums[i] as number) / Math.max(1, patches);
  return products.map((_, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    const total = products[Math.min(i, j) * size + Math.max(i, j)] as number;
    return total / Math.max(1, patches) - mean(i) * mean(j);
  });
}
