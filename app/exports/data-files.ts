/** A data set as NumPy arrays, in the folders that are exported for training elsewhere. */
import type { ImageDataset, ImageSplit } from '../data/dataset.ts';
import { writeNpy } from '../formats/npz.ts';
import type { FolderFile } from '../formats/zip-files.ts';

/** `data/train_images.npy` [N, C, H, W] u8 and `data/train_labels.npy` [N] i32, and the same of the test images. */
export function dataFiles(dataset: ImageDataset): [string, FolderFile][] {
  const { channels, height, width } = dataset;
  const arrays = (name: string, { count, images, labels }: ImageSplit): [string, FolderFile][] =>
    count === 0
      ? []
      : [
          [
            `data/${name}_images.npy`,
            { content: writeNpy({ dtype: 'U8', shape: [count, channels, height, width], data: images }) },
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
