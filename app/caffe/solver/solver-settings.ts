/** What a trainer needs to know of a solver text: Caffe's settings with its defaults, old forms resolved. */
import { has } from '../schema/dsl.ts';
import type { NetState } from '../schema/net-messages.ts';
import type { SolverParameter } from '../schema/solver-messages.ts';

/** Update rules, by Caffe's names. */
export const SOLVER_TYPES = ['SGD', 'Nesterov', 'AdaGrad', 'RMSProp', 'AdaDelta', 'Adam'] as const;
/** An update rule. */
export type SolverKind = (typeof SOLVER_TYPES)[number];

/** Old names of the rules: values of the field `solver_type`. */
const OLD_TYPES: Readonly<Record<string, SolverKind>> = {
  SGD: 'SGD',
  NESTEROV: 'Nesterov',
  ADAGRAD: 'AdaGrad',
  RMSPROP: 'RMSProp',
  ADADELTA: 'AdaDelta',
  ADAM: 'Adam',
};

/** The update rule a solver asks for, in either form; undefined where there is none of that name. */
export const solverKindOf = (solver: SolverParameter): SolverKind | undefined =>
  has(solver, 'solver_type') && !has(solver, 'type')
    ? OLD_TYPES[solver.solver_type]
    : SOLVER_TYPES.find((type) => type === solver.type);

/** How the learning rate changes with the iteration: `SGDSolver::GetLearningRate` of Caffe's sgd_solver.cpp. */
export type LearningRatePolicy =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'step'; readonly gamma: number; readonly stepsize: number }
  | { readonly kind: 'exp'; readonly gamma: number }
  | { readonly kind: 'inv'; readonly gamma: number; readonly power: number }
  | { readonly kind: 'multistep'; readonly gamma: number; readonly stepvalues: readonly number[] }
  | { readonly kind: 'poly'; readonly power: number; readonly maxIter: number }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly stepsize: number };

/** Names of the policies. */
export const POLICIES: readonly LearningRatePolicy['kind'][] = [
  'fixed',
  'step',
  'exp',
  'inv',
  'multistep',
  'poly',
  'sigmoid',
];

/** Where a net is found: in a file, or in the solver text itself. */
export type NetReference =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'inline'; readonly text: string };

/** One net to test, with how long and in which state. */
export interface TestSettings {
  /** Undefined where the text names none (an editor then takes the net beside it). */
  readonly net: NetReference | undefined;
  /** Batches in a test. */
  readonly iterations: number;
  readonly state: NetState | undefined;
}

/** A solver text, resolved. Iteration counts are whole numbers; 0 means never where Caffe's does. */
export interface SolverSettings {
  readonly type: SolverKind;
  /** Undefined where the text names none (an editor then takes the net beside it). */
  readonly trainNet: NetReference | undefined;
  readonly trainState: NetState | undefined;
  readonly tests: readonly TestSettings[];
  readonly testInterval: number;
  readonly testInitialization: boolean;
  readonly testComputeLoss: boolean;
  readonly baseLr: number;
  readonly policy: LearningRatePolicy;
  readonly momentum: number;
  readonly momentum2: number;
  readonly delta: number;
  readonly rmsDecay: number;
  readonly weightDecay: number;
  readonly regularization: 'L1' | 'L2';
  /** Largest L2 norm of the gradient; undefined for no limit. */
  readonly clipGradients: number | undefined;
  readonly iterSize: number;
  readonly maxIter: number;
  readonly display: number;
  readonly averageLoss: number;
  readonly snapshot: number;
  readonly snapshotPrefix: string;
  readonly snapshotAfterTrain: boolean;
  readonly snapshotFormat: 'HDF5' | 'BINARYPROTO';
  /** Undefined: one is drawn. */
  readonly randomSeed: number | undefined;
  /** Weight files to start from. */
  readonly weights: readonly string[];
}
