/** What a training session tells while it runs. */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import type { StoredSolverState } from '../caffe/wire/solverstate.ts';
import type { Evaluation } from './evaluate.ts';

/** A test's outcome, and after how many iterations it was made. */
export interface TestResult extends Evaluation {
  /** Which of the test nets, from 0. */
  readonly net: number;
  readonly iteration: number;
}

export interface SessionEvents {
  /** Losses and rates of consecutive iterations, the first being `iteration`. */
  losses?(iteration: number, losses: Float32Array, rates: Float32Array): void;
  tested?(result: TestResult): void;
  testing?(done: number, total: number): void;
  /** Caffe-like lines. */
  log?(line: string): void;
  /** Called when `snapshot` is due, and at the end. */
  snapshot?(snapshot: Snapshot): Promise<void> | void;
}

export interface Snapshot {
  readonly iteration: number;
  readonly weights: Caffemodel;
  readonly state: StoredSolverState;
}
