/** From a solver prototxt's message to the settings of the update rule, the rate policy and the fillers. */
import type { FillerParameter } from '../caffe/schema/net-messages.ts';
import type { SolverParameter } from '../caffe/schema/solver-messages.ts';
import { NO_EXTENSIONS, type SolverExtensions } from '../caffe/solver/extensions.ts';
import { LR_POLICIES, type LrPolicy, type LrSettings } from '../caffe/solver/lr-policy.ts';
import { SOLVER_TYPES, solverKindOf } from '../caffe/solver/solver-settings.ts';
import type { FillerSettings } from '../engine/train/fillers.ts';
import type { UpdateSettings } from '../engine/train/solver-update.ts';
import type { UpdateRule } from '../engine/train/update-rules.ts';
import { TrainingError } from './training-error.ts';

/** The rate policy. Throws TrainingError where the solver names none that exists. */
export function policyOf(solver: SolverParameter, { warmupIter }: SolverExtensions = NO_EXTENSIONS): LrSettings {
  const lrPolicy = solver.lr_policy;
  if (!isPolicy(lrPolicy))
    throw new TrainingError(
      `The solver's lr_policy is ${lrPolicy === undefined ? 'missing' : `"${lrPolicy}"`}. Use one of ${LR_POLICIES.join(', ')}.`,
    );
  if (solver.base_lr === undefined)
    throw new TrainingError('The solver has no base_lr. Add the learning rate, for example base_lr: 0.001.');
  return {
    lrPolicy,
    baseLr: solver.base_lr,
    gamma: solver.gamma ?? 0,
    power: solver.power ?? 0,
    stepsize: solver.stepsize ?? 0,
    stepvalue: solver.stepvalue,
    maxIter: solver.max_iter ?? 0,
    warmupIter,
  };
}

const isPolicy = (name: string | undefined): name is LrPolicy => LR_POLICIES.some((p) => p === name);

/** The update rule. Throws TrainingError where the solver asks for one that does not exist, or for momentum with one that has none. */
export function updateSettingsOf(
  solver: SolverParameter,
  extensions: SolverExtensions = NO_EXTENSIONS,
): UpdateSettings {
  const regularization = solver.regularization_type;
  if (regularization !== 'L1' && regularization !== 'L2')
    throw new TrainingError(`regularization_type is "${regularization}". Use "L2" or "L1".`);
  return {
    rule: ruleOf(solver, extensions),
    weightDecay: solver.weight_decay ?? 0,
    regularization,
    clipGradients: solver.clip_gradients,
    iterSize: solver.iter_size,
  };
}

function ruleOf(solver: SolverParameter, extensions: SolverExtensions): UpdateRule {
  const type = extensions.type ?? solverKindOf(solver);
  const { momentum = 0, momentum2, delta, rms_decay: rmsDecay } = solver;
  switch (type) {
    case undefined:
      throw new TrainingError(`There is no solver type "${solver.type}". Use one of ${SOLVER_TYPES.join(', ')}.`);
    case 'SGD':
    case 'Nesterov':
      return { type, momentum };
    case 'AdaDelta':
      return { type, momentum, delta };
    case 'Adam':
    case 'AdamW':
      return { type, momentum, momentum2, delta };
    case 'AdaGrad':
    case 'RMSProp':
      if (momentum !== 0)
        throw new TrainingError(`${type} does not work with momentum. Remove it, or choose another type.`);
      return type === 'AdaGrad' ? { type, delta } : { type, rmsDecay, delta };
  }
}

/** A layer's filler for a blob of a shape. Throws TrainingError for a type that does not exist or does not fit. */
export function fillerSettingsOf(filler: FillerParameter, layer: string, shape: readonly number[]): FillerSettings {
  switch (filler.type) {
    case 'constant':
      return { type: 'constant', value: filler.value };
    case 'uniform':
      return { type: 'uniform', min: filler.min, max: filler.max };
    case 'gaussian':
      return { type: 'gaussian', mean: filler.mean, std: filler.std, sparse: filler.sparse };
    case 'xavier':
    case 'msra':
      return { type: filler.type, varianceNorm: filler.variance_norm };
    case 'positive_unitball':
      return { type: 'positive_unitball' };
    case 'bilinear':
      if (shape.length !== 4 || shape[2] !== shape[3])
        throw new TrainingError(
          `Layer "${layer}" has a filler of type "bilinear", which is for square kernels of two axes; the blob is ${shape.join('×')}. Use another filler, or make the kernel square.`,
          layer,
        );
      return { type: 'bilinear' };
    default:
      throw new TrainingError(
        `Layer "${layer}" has a filler of type "${filler.type}". Use constant, gaussian, uniform, xavier, msra, positive_unitball or bilinear.`,
        layer,
      );
  }
}
