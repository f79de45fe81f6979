/** Arrays by name in an HDF5 file, each a data set of 32-bit floats. */
import { writeHdf5 } from './hdf5-file.ts';

/** An array with its name; a name with slashes lies in groups. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The bytes of a file with these arrays. */
export function writeHdf5Arrays(arrays: readonly NamedArray[]): Promise<Uint8Array<ArrayBuffer>> {
  return writeHdf5((root) => {
    for (const { name, shape, data } of arrays) {
      const path = name.split('/');
      const last = path.pop() ?? name;
      const group = path.reduce((inner, part) => {
        const found = inner.keys().includes(part) ? inner.get(part) : null;
        return found !== null && 'create_dataset' in found ? found : inner.create_group(part);
      }, root);
      group.create_dataset({ name: last, data, shape: [...shape], dtype: '<f' });
    }
  });
}
