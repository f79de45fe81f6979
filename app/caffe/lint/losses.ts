/** What a net learns from: losses that reach nothing, scores squashed twice, measures in the wrong phase. */
import type { Diagnostic } from '../diagnostics.ts';
import { placeIn } from '../net/drafts.ts';
import { phasesOf } from '../net/rules.ts';
import { rangeOf } from '../text/decode.ts';
import { literalOf } from '../text/strings.ts';
import { fixOf, withFixes } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

/** `no-gradient`: a loss in training that no learning parameter leads to. */
export function lossWithoutGradient({ net }: LintContext): Diagnostic[] {
  if (net.phase !== 'TRAIN' || !net.complete) return [];
  return net.layers.flatMap((layer): Diagnostic[] => {
    if (layer.needsBackward || !layer.tops.some((top) => net.blobs.get(top)?.lossWeight !== 0)) return [];
    const frozen = net.params.length > 0 && net.params.every(({ lrMult }) => lrMult === 0);
    const why = frozen
      ? 'every lr_mult of the net is 0'
      : 'no layer whose parameters learn leads to it, or propagate_down stops its gradient';
    return [
      {
        code: 'no-gradient',
        severity: 'warning',
        range: placeIn(layer),
        message: `Nothing learns from the loss "${layer.name}": ${why}.`,
      },
    ];
  });
}

/** Losses that squash the scores themselves, with the layer that must not stand before them. */
const SQUASHING: Readonly<Record<string, string>> = {
  SoftmaxWithLoss: 'Softmax',
  SigmoidCrossEntropyLoss: 'Sigmoid',
};

/** `double-softmax`: probabilities given to a loss that expects scores. */
export function squashedTwice({ net }: LintContext): Diagnostic[] {
  return net.layers.flatMap((layer): Diagnostic[] => {
    const squash = SQUASHING[layer.type];
    const blob = net.blobs.get(layer.bottoms[0] ?? '');
    const before = blob && net.layers[blob.producer];
    if (squash === undefined || before?.type !== squash) return [];
    const [scores] = before.parameter.bottom;
    const range = rangeOf(layer.parameter, 'bottom', 0);
    const fixes =
      before.inPlace || scores === undefined || !range
        ? []
        : fixOf(`Read the scores "${scores}"`, [{ range, text: literalOf(scores) }]);
    return [
      {
        code: 'double-softmax',
        severity: 'warning',
        range: placeIn(layer, 'bottom.0'),
        message: `${layer.type} takes scores and applies ${squash} itself, but "${blob?.name ?? ''}" has been through ${squash} already. Let it read what "${before.name}" reads.`,
        related: [{ range: placeIn(before), message: `The ${squash} before it.` }],
        ...withFixes(fixes),
      },
    ];
  });
}

/** `accuracy-phase`: an Accuracy that only takes part in training, where it says little. */
export function accuracyInTrainingOnly({ net }: LintContext): Diagnostic[] {
  return net.layers.flatMap((layer): Diagnostic[] => {
    const { include } = layer.parameter;
    if (layer.type !== 'Accuracy' || phasesOf(layer.parameter).join() !== 'TRAIN') return [];
    if (include.some((rule) => rule.stage.length > 0 || rule.not_stage.length > 0)) return [];
    const edits = include.flatMap((rule) => {
      const range = rangeOf(rule, 'phase');
      return range ? [{ range, text: 'TEST' }] : [];
    });
    return [
      {
        code: 'accuracy-phase',
        severity: 'warning',
        range: placeIn(layer, include.length > 0 ? 'include.0.phase' : 'exclude.0'),
        message: `"${layer.name}" measures only in TRAIN, on the images that the net learns from. Let it take part in TEST.`,
        ...withFixes(fixOf('Measure in TEST', edits)),
      },
    ];
  });
}
