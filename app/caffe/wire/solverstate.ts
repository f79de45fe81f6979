/** Where a training stands: `.solverstate` files. */
import { SolverState } from '../schema/solver-messages.ts';
import { messageOf } from '../schema/values.ts';
import type { ByteSource } from './byte-source.ts';
import { decodeLarge } from './decode-large.ts';
import { decodeWire } from './decode-wire.ts';
import { encode } from './encode-wire.ts';
import { blobProto, readBlob } from './stored-blob.ts';
import type { StoredBlob } from './stored-blob.ts';

/** The content of a `.solverstate`. */
export interface StoredSolverState {
  /** Iterations done. */
  readonly iteration: number;
  /** File name of the weights that belong to it. */
  readonly learnedNet: string;
  /** The solver's blobs, in the order in which Caffe keeps them for its type. */
  readonly history: readonly StoredBlob[];
  /** Steps that the policy `multistep` has made. */
  readonly currentStep: number;
  /** The run's seed: Crema's own field, which Caffe passes over. Undefined in Caffe's files. */
  readonly seed?: number | undefined;
  /** How the run's kernels were tuned, as JSON of the engine's: Crema's own field, too. Undefined where they were not. */
  readonly schedules?: string | undefined;
}

/** Reads a `.solverstate`. Throws `WireError` for a file that is cut off, damaged or something else. */
export function readSolverstate(bytes: Uint8Array): StoredSolverState {
  return solverstateOf(decodeWire(bytes, SolverState));
}

/** The same of a file that is read where it lies, with little more in memory than the histories. */
export async function readLargeSolverstate(source: ByteSource): Promise<StoredSolverState> {
  return solverstateOf(await decodeLarge(source, SolverState));
}

function solverstateOf(state: SolverState): StoredSolverState {
  return {
    iteration: state.iter ?? 0,
    learnedNet: state.learned_net ?? '',
    history: state.history.map((blob, i) => readBlob(blob, `History blob ${i}`)),
    currentStep: state.current_step,
    seed: state.crema_seed,
    schedules: state.crema_schedules,
  };
}

/** The bytes of a `.solverstate` as Caffe writes it. */
export function writeSolverstate(state: StoredSolverState): Uint8Array<ArrayBuffer> {
  const message = messageOf(SolverState, {
    iter: state.iteration,
    learned_net: state.learnedNet,
    history: state.history.map(blobProto),
    current_step: state.currentStep,
    ...(state.seed === undefined ? {} : { crema_seed: state.seed }),
    ...(state.schedules === undefined ? {} : { crema_schedules: state.schedules }),
  });
  return encode(message, SolverState);
}
