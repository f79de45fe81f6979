/** Weights and solver states that a command is given, read where they lie. */
import type { Caffemodel } from '../app/caffe/wire/caffemodel.ts';
import type { StoredSolverState } from '../app/caffe/wire/solverstate.ts';
import { readWeights } from '../app/exports/weights-files.ts';
import { readState } from '../app/formats/weight-files.ts';
import { CommandError } from './command.ts';
import { withSource } from './files.ts';

/** Weights in any form: .caffemodel, .caffemodel.h5, .safetensors, .npz. @throws CommandError where they are none, or damaged */
export const weightsAt = (path: string): Promise<Caffemodel> => told(path, () => withSource(path, readWeights));

/** A .solverstate or .solverstate.h5. @throws CommandError where it is none, or damaged */
export const stateAt = (path: string): Promise<StoredSolverState> => told(path, () => withSource(path, readState));

/** What is wrong with a file, with its name in front. */
async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && ['ExportError', 'WireError', 'Hdf5Error'].includes(cause.name))
      throw new CommandError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}
