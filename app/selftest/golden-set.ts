/**
 * All golden cases as one file, which the build puts beside the page: the browser fetches it once. It is itself in the
 * safetensors format, with the bytes of each case as a tensor of its name.
 */
import { readSafetensors, writeSafetensors, type SafetensorsFile } from '../formats/safetensors.ts';

/** Name of the file, beside the page. */
export const goldenSetFile = 'golden-set.safetensors';

/** A recorded case by its name. */
export type GoldenSet = ReadonlyMap<string, SafetensorsFile>;

/** Puts the files of the cases, by name, into one. */
export function packGoldenSet(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  return writeSafetensors(
    new Map([...files].map(([name, data]) => [name, { dtype: 'U8', shape: [data.length], data }])),
  );
}

/** The cases, in the order of their names. Throws a SafetensorsError where the file is damaged. */
export function unpackGoldenSet(bytes: Uint8Array): GoldenSet {
  const cases = new Map<string, SafetensorsFile>();
  for (const [name, { dtype, data }] of [...readSafetensors(bytes).tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (dtype === 'U8') cases.set(name, readSafetensors(data));
  }
  return cases;
}

/** The cases of a quick test: each kind of kernel that layers are made of, where it is likeliest to go wrong. */
export const quickCases: readonly string[] = [
  'batchnorm_train',
  'conv_dilation2',
  'conv_group2',
  'conv_k3_stride2_pad1',
  'ip',
  'lrn_across',
  'pool_ave_pad',
  'pool_max_k3s2',
  'prelu',
  'slice',
  'softmax_loss',
  'tanh',
];
