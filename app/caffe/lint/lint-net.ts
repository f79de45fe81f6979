/** All rules about a net, run one after the other. */
import type { Diagnostic } from '../diagnostics.ts';
import type { NetSource } from '../net/read-net.ts';
import type { TypedNet } from '../net/typed-net.ts';
import { lintContext } from './lint-context.ts';
import type { LintRule } from './lint-context.ts';
import { accuracyInTrainingOnly, lossWithoutGradient, squashedTwice } from './losses.ts';
import { batchNormWithoutScale, biasBeforeBatchNorm } from './normalisation.ts';
import { missingMultipliers, zeroWeights } from './parameters.ts';
import { addStandardFixes } from './standard-fixes.ts';
import { largeKernels, poolingEdges } from './windows.ts';

const RULES: readonly LintRule[] = [
  batchNormWithoutScale,
  biasBeforeBatchNorm,
  poolingEdges,
  largeKernels,
  lossWithoutGradient,
  squashedTwice,
  accuracyInTrainingOnly,
  zeroWeights,
  missingMultipliers,
];

/** The findings about a net that was built, with advice and fixes added. */
export function lintNet(net: TypedNet, source: NetSource): Diagnostic[] {
  const context = lintContext(net, source);
  const broken = net.diagnostics.some(({ code, severity }) => code === 'syntax' && severity === 'error');
  // While a brace is missing, the net is a guess: advice would come and go with every key.
  const advice = broken ? [] : RULES.flatMap((rule) => rule(context));
  return [...addStandardFixes(context, net.diagnostics), ...advice];
}
