/**
 * Caffe's snapshots in HDF5: `.caffemodel.h5` as `Net::ToHDF5` writes and `Net::CopyTrainedLayersFromHDF5` reads it (a data set
 * `data/LAYER/POSITION` for each blob), and `.solverstate.h5` as `SGDSolver::SnapshotSolverStateToHDF5` has it.
 */
import type { Dataset, Group } from 'h5wasm';
import type { ByteSource } from '../caffe/wire/byte-source.ts';
import type { Caffemodel, StoredLayer } from '../caffe/wire/caffemodel.ts';
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import type { StoredBlob } from '../caffe/wire/stored-blob.ts';
import { Hdf5Error, readHdf5, writeHdf5 } from './hdf5-file.ts';

/** Reads a `.caffemodel.h5`. The file has names and blobs of layers, and nothing else of them. @throws Hdf5Error */
export function readHdf5Caffemodel(source: ByteSource): Promise<Caffemodel> {
  return readHdf5(source, (root) => {
    const data = groupIn(root, 'data');
    if (data === undefined) throw new Hdf5Error('This file has no group "data": it is not a .caffemodel.h5.');
    return { name: '', layers: layersIn(data, '') };
  });
}

/** Layers of a group. A name with a slash in it makes groups within groups. */
function layersIn(group: Group, prefix: string): StoredLayer[] {
  return group.keys().flatMap((key): StoredLayer[] => {
    const inner = groupIn(group, key);
    if (inner === undefined) return [];
    const name = `${prefix}${key}`;
    const layer = { name, type: '', blobs: blobsIn(inner, `layer "${name}"`) };
    return [layer, ...layersIn(inner, `${name}/`)];
  });
}

/** Data sets `0`, `1`, … of a group. Caffe leaves a shared blob to the layer that owns it: such a one is `absent`. */
function blobsIn(group: Group, where: string): StoredBlob[] {
  const positions = group.keys().filter((key) => /^\d+$/.test(key) && dataSetIn(group, key) !== undefined);
  const count = Math.max(-1, ...positions.map(Number)) + 1;
  return Array.from({ length: count }, (_, i): StoredBlob => {
    const found = dataSetIn(group, String(i));
    return found === undefined
      ? { shape: [], data: new Float32Array(), absent: true }
      : blobOf(found, `${where}, ${i}`);
  });
}

/** Values are fetched from the library in pieces of about so many: it keeps what it once took of memory. */
const AT_ONCE = 1 << 20;

function blobOf(data: Dataset, where: string): StoredBlob {
  const shape = data.shape ?? [];
  const count = shape.reduce((n, d) => n * d, 1);
  const [rows = 1] = shape;
  const step = Math.max(1, Math.floor((AT_ONCE * rows) / Math.max(1, count)));
  let values: Float32Array | undefined;
  for (let row = 0, at = 0; row < rows; row += step) {
    const part = step >= rows ? data.value : data.slice([[row, Math.min(rows, row + step)]]);
    if (!(part instanceof Float32Array || part instanceof Float64Array) || at + part.length > count)
      throw new Hdf5Error(`The data set of ${where} does not hold floating-point numbers of its shape.`);
    // Room is taken when the library has shown that there are values: what a file claims is not believed.
    values ??= new Float32Array(count);
    values.set(part, at);
    at += part.length;
  }
  return { shape, data: values ?? new Float32Array() };
}

/** The bytes of a `.caffemodel.h5`. A shared blob is written in each of its layers, which Caffe reads as well. */
export function writeHdf5Caffemodel(model: Caffemodel): Promise<Uint8Array<ArrayBuffer>> {
  return writeHdf5((root) => {
    const data = root.create_group('data');
    for (const { name, blobs } of model.layers) {
      // Two layers of a name share their group, as they share their place in Caffe's reader.
      const group = groupAt(data, name.split('/'));
      const taken = new Set(group.keys());
      blobs.forEach((blob, i) => {
        if (!taken.has(String(i))) putBlob(group, String(i), blob);
      });
    }
  });
}

/** Reads a `.solverstate.h5`. @throws Hdf5Error */
export function readHdf5Solverstate(source: ByteSource): Promise<StoredSolverState> {
  return readHdf5(source, (root) => {
    const history = groupIn(root, 'history');
    const iteration = numberIn(root, 'iter');
    if (history === undefined || iteration === undefined)
      throw new Hdf5Error('This file has no "iter" and "history": it is not a .solverstate.h5.');
    return {
      iteration,
      learnedNet: textIn(root, 'learned_net'),
      history: blobsIn(history, 'the history'),
      currentStep: numberIn(root, 'current_step') ?? 0,
      seed: numberIn(root, 'crema_seed'),
      schedules: textIn(root, 'crema_schedules') || undefined,
    };
  });
}

/** The bytes of a `.solverstate.h5`. The run's seed and schedules are data sets of Crema's own, which Caffe passes over. */
export function writeHdf5Solverstate(state: StoredSolverState): Promise<Uint8Array<ArrayBuffer>> {
  return writeHdf5((root) => {
    const number = (name: string, value: number, dtype: '<i' | '<I') =>
      root.create_dataset({
        name,
        data: dtype === '<i' ? Int32Array.of(value) : Uint32Array.of(value),
        shape: [1],
        dtype,
      });
    number('iter', state.iteration, '<i');
    const text = (name: string, data: string) =>
      root.create_dataset({ name, data, shape: [], dtype: `S${new TextEncoder().encode(data).length + 1}` });
    // HDF5 has no string of no characters; Caffe always names a file here.
    text('learned_net', state.learnedNet === '' ? ' ' : state.learnedNet);
    number('current_step', state.currentStep, '<i');
    if (state.seed !== undefined) number('crema_seed', state.seed, '<I');
    if (state.schedules !== undefined) text('crema_schedules', state.schedules);
    const history = root.create_group('history');
    state.history.forEach((blob, i) => putBlob(history, String(i), blob));
  });
}

function putBlob(group: Group, name: string, { shape, data }: StoredBlob): void {
  group.create_dataset({ name, data, shape: [...shape], dtype: '<f' });
}

/** The group at a path, made where it is not there. */
function groupAt(root: Group, path: readonly string[]): Group {
  return path.reduce((group, name) => groupIn(group, name) ?? group.create_group(name), root);
}

function groupIn(group: Group, name: string): Group | undefined {
  if (!group.keys().includes(name)) return undefined;
  const found = group.get(name);
  return found !== null && 'keys' in found ? found : undefined;
}

function dataSetIn(group: Group, name: string): Dataset | undefined {
  if (!group.keys().includes(name)) return undefined;
  const found = group.get(name);
  return found !== null && 'slice' in found ? found : undefined;
}

function numberIn(group: Group, name: string): number | undefined {
  const value = dataSetIn(group, name)?.value;
  if (typeof value === 'number') return value;
  return value instanceof Int32Array || value instanceof Uint32Array ? value[0] : undefined;
}

function textIn(group: Group, name: string): string {
  const value = dataSetIn(group, name)?.value;
  return typeof value === 'string' ? value.replaceAll('\0', '').trim() : '';
}
