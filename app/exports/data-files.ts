/** A data set as NumPy arrays, in the folders that are exported for training elsewhere. */
import type { ImageDataset, ImageSplit } from '../data/dataset.ts';
import { writeNpy } from '../formats/npz.ts';
import type { FolderFile } from '../formats/zip-files.ts';

/** `data/train_images.npy` [N, C, H, W] u8 (f32 of a set of floats) and `data/train_labels.npy` [N] i32, and the same of the test images. */
export function dataFiles(dataset: ImageDataset): [string, FolderFile][] {
  const { channels, height, width } = dataset;
  const arrays = (name: string, { count, images, labels }: ImageSplit): [string, FolderFile][] =>
    count === 0
      ? []
      : [
          [
            `data/${name}_images.npy`,
            { content: writeNpy({ ...valuesOf(images), shape: [count, channels, height, width] }) },
          ],
          [
            `data/${name}_labels.npy`,
            { content: writeNpy({ dtype: 'I32', shape: [count], data: Int32Array.from(labels) }) },
          ],
        ];
  return [
    ...arrays('train', dataset.train),
    ...arrays('test', dataset.test),
    ['data/classes.txt', { content: dataset.classNames.map((name) => `${name}\n`).join('') }],
  ];
}

const valuesOf = (images: ImageSplit['images']) =>
  images instanceof Uint8Array ? ({ dtype: 'U8', data: images } as const) : ({ dtype: 'F32', data: images } as const);
