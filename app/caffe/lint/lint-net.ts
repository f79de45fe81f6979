/** All rules about a net, run one after the other. */
import type { Diagnostic } from '../diagnostics.ts';
import type { NetSource } from '../net/read-net.ts';
import type { TypedNet } from '../net/typed-net.ts';
import { upgradeNetEdits } from '../text/upgrade-edits.ts';
import { extensionsUnread, pixelsDiffer } from './extensions.ts';
import { fixOf, lintContext, withFixes } from './lint-context.ts';
import type { Fix, LintContext, LintRule } from './lint-context.ts';
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
  extensionsUnread,
  pixelsDiffer,
];

/** The findings about a net that was built, with advice and fixes added. */
export function lintNet(net: TypedNet, source: NetSource): Diagnostic[] {
  const context = lintContext(net, source);
  const broken = net.diagnostics.some(({ code, severity }) => code === 'syntax' && severity === 'error');
  // While a brace is missing, the net is a guess: advice would come and go with every key.
  const advice = broken ? [] : RULES.flatMap((rule) => rule(context));
  return [...addStandardFixes(context, net.diagnostics.map(withUpgrade(context))), ...advice];
}

/** Offers to write an old text in today's form, once for the whole text. */
function withUpgrade({ text }: LintContext): (found: Diagnostic) => Diagnostic {
  return (found) => {
    if (found.code !== 'old-format' || found.severity === 'error') return found;
    return { ...found, ...withFixes(upgradeOf(text)) };
  };
}

let lastUpgrade: { readonly text: string; readonly fixes: readonly Fix[] } | undefined;

/** The upgrade of a whole text: worked out once for all findings and both phases. */
function upgradeOf(text: string): readonly Fix[] {
  if (lastUpgrade?.text !== text) {
    lastUpgrade = { text, fixes: fixOf('Upgrade to current format', upgradeNetEdits(text)) };
  }
  return lastUpgrade.fixes;
}
