/** Solver states in whichever of Caffe's two forms a file has, protobuf or HDF5, and the files of a snapshot in either. */
import { bytesAt, type ByteSource } from '../caffe/wire/byte-source.ts';
import { writeCaffemodel, type Caffemodel } from '../caffe/wire/caffemodel.ts';
import { readLargeSolverstate, writeSolverstate, type StoredSolverState } from '../caffe/wire/solverstate.ts';
import { isHdf5 } from './hdf5-file.ts';

/** Caffe's names for the forms of its snapshots: values of `snapshot_format`. */
export type SnapshotFormat = 'BINARYPROTO' | 'HDF5';

/** Ending of the files of a form, after `.caffemodel` and `.solverstate`. */
export const endingOf = (format: SnapshotFormat): string => (format === 'HDF5' ? '.h5' : '');

/** Reads a `.solverstate` or `.solverstate.h5`, told apart by their first bytes. @throws WireError or Hdf5Error */
export async function readState(source: ByteSource): Promise<StoredSolverState> {
  if (!isHdf5(await bytesAt(source, 0, 8))) return readLargeSolverstate(source);
  return (await import('./caffe-hdf5.ts')).readHdf5Solverstate(source);
}

/** The bytes of weights in a form. */
export async function writeWeights(model: Caffemodel, format: SnapshotFormat): Promise<Uint8Array<ArrayBuffer>> {
  if (format === 'BINARYPROTO') return writeCaffemodel(model);
  return (await import('./caffe-hdf5.ts')).writeHdf5Caffemodel(model);
}

/** The bytes of a solver state in a form. */
export async function writeState(state: StoredSolverState, format: SnapshotFormat): Promise<Uint8Array<ArrayBuffer>> {
  if (format === 'BINARYPROTO') return writeSolverstate(state);
  return (await import('./caffe-hdf5.ts')).writeHdf5Solverstate(state);
}
