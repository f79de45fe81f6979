/** The solver's own blobs between the device and a `.solverstate`, in Caffe's order. */
import type { StoredBlob } from '../caffe/wire/stored-blob.ts';
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import type { History } from '../compiler/compile-training.ts';
import type { Executable } from '../engine/engine.ts';
import { TrainingError } from './training-error.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Reads them all; one of a parameter that the solver leaves alone is zero. */
export async function readHistories(executable: Executable, histories: readonly History[]): Promise<StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for (const { shape, buffer } of histories) {
    const data =
      buffer === undefined ? new Float32Array(sizeOf(shape)) : ((await executable.read(buffer)) as Float32Array);
    blobs.push({ shape, data });
  }
  return blobs;
}

/** Writes those of a solver state. Nothing is written unless all fit. @throws TrainingError */
export function writeHistories(
  executable: Executable,
  histories: readonly History[],
  state: StoredSolverState,
  solverType: string,
): void {
  if (state.history.length !== histories.length)
    throw new TrainingError(
      `The solver state holds ${state.history.length} history blobs, but ${solverType} keeps ${histories.length} for this network. Resume with the network and the type of solver that the snapshot was made with.`,
    );
  state.history.forEach((blob, i) => {
    const size = sizeOf(histories[i]?.shape ?? []);
    if (blob.data.length !== size)
      throw new TrainingError(
        `History blob ${i} of the solver state has ${blob.data.length} values where this network needs ${size}. Resume with the network the snapshot was made with.`,
      );
  });
  state.history.forEach((blob, i) => {
    const buffer = histories[i]?.buffer;
    if (buffer !== undefined) executable.write(buffer, blob.data);
  });
}
