/** NumPy arrays as a data set: an .npz, or .npy files, with images and labels told apart by names such as x_train and y_train. */
import { baseName } from './file-names.ts';
import type { ImageDataset, SourceFile } from './image-dataset.ts';
import { setOfArrays, type NamedArray } from './named-arrays.ts';
import { readNpy, readNpyHeader } from './npy.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { commonName } from './picture-set.ts';

/** Reads arrays of images and labels. @throws DatasetError where there are none that belong together. */
export async function readNumpy(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  opener.total = files.reduce((sum, { size }) => sum + size, 0);
  const arrays: NamedArray[] = [];
  for (const file of files) {
    const { shape } = await readNpyHeader(file, opener);
    arrays.push({ name: baseName(file.path).replace(/\.npy$/i, ''), shape, read: () => readNpy(file, opener) });
  }
  const [first] = files;
  const inZip = first !== undefined && /\.(npz|zip)\//i.test(first.path);
  const source = files.length > 1 || inZip ? commonName(files.map(({ path }) => path)) : (first?.path ?? '');
  return setOfArrays([{ isTest: false, arrays }], source, inZip ? 'NumPy (npz)' : 'NumPy (npy)');
}
