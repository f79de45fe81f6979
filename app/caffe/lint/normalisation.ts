/** BatchNorm as it is best used: a Scale behind it, and no bias in front of it that it takes out again. */
import type { Diagnostic, TextEdit } from '../diagnostics.ts';
import { placeIn } from '../net/drafts.ts';
import type { NetLayer } from '../net/typed-net.ts';
import { sourceOf } from '../text/decode.ts';
import { literalOf } from '../text/strings.ts';
import { clearEdits, fixOf, freeName, isCurrentForm, newLayerEdits, setEdits, withFixes } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

/** `batch-norm-scale`: a BatchNorm whose result goes on without a learned scale and shift. */
export function batchNormWithoutScale(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    if (layer.type !== 'BatchNorm') return [];
    const readers = readersOf(c, layer);
    if (readers.length === 0 || readers.some(({ type }) => type === 'Scale' || type === 'Bias')) return [];
    return [
      {
        code: 'batch-norm-scale',
        severity: 'info',
        range: placeIn(layer, 'type'),
        message: `BatchNorm only normalises. A Scale with bias_term behind "${layer.name}" would learn the scale and shift that usually go with it.`,
        ...withFixes(fixOf('Add a Scale layer', scaleEdits(c, layer))),
      },
    ];
  });
}

function scaleEdits(c: LintContext, layer: NetLayer): TextEdit[] {
  const { include, exclude, top } = layer.parameter;
  const [blob] = top;
  // With rules, a Scale of its own for each phase would not share its weights.
  if (include.length > 0 || exclude.length > 0 || blob === undefined || !isCurrentForm(c)) return [];
  return newLayerEdits(c, layer, [
    `name: ${literalOf(freeName(c, `${layer.name}_scale`))}`,
    'type: "Scale"',
    `bottom: ${literalOf(blob)}`,
    `top: ${literalOf(blob)}`,
    'scale_param {',
    `${c.style.step}bias_term: true`,
    '}',
  ]);
}

/** `bias-before-norm`: a learned bias whose only reader is a BatchNorm, which takes the mean out at once. */
export function biasBeforeBatchNorm(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    const position = layer.params.findIndex(({ role }) => role === 'bias');
    const settings = layer.info?.paramField;
    const bias = layer.params[position];
    if (!bias || settings === undefined || bias.lrMult === 0 || bias.name !== undefined) return [];
    const readers = readersOf(c, layer);
    const [reader] = readers;
    if (reader?.type !== 'BatchNorm' || readers.length > 1) return [];
    if (reader.parameter.batch_norm_param?.use_global_stats === true) return [];
    return [
      {
        code: 'bias-before-norm',
        severity: 'info',
        range: placeIn(layer),
        message: `The bias of "${layer.name}" has no effect: the BatchNorm "${reader.name}" takes every channel's mean out again.`,
        related: [{ range: placeIn(reader), message: 'Takes the mean out.' }],
        ...withFixes(fixOf('Do without the bias', withoutBias(c, layer, settings, position))),
      },
    ];
  });
}

function withoutBias(c: LintContext, layer: NetLayer, settings: string, position: number): TextEdit[] {
  const message = (layer.parameter as unknown as Record<string, object | undefined>)[settings];
  const fillers = message ? (sourceOf(message)?.occurrences.get('bias_filler') ?? []) : [];
  const [filler] = fillers;
  // Its filler goes, and gives its place to what takes the bias away.
  const edits: TextEdit[] = filler
    ? [{ range: filler.field.range, text: 'bias_term: false' }, ...clearEdits(c, layer, [settings, 'bias_term'])]
    : setEdits(c, layer, [settings, 'bias_term'], 'false');
  if (layer.parameter.param.length <= position) return edits;
  return isCurrentForm(c) ? [...edits, ...clearEdits(c, layer, ['param', position])] : [];
}

/** The layers that read any top of a layer. */
function readersOf({ net }: LintContext, layer: NetLayer): NetLayer[] {
  const consumers = layer.tops.flatMap((top) => net.blobs.get(top)?.consumers ?? []);
  return consumers.flatMap((consumer) => net.layers[consumer.layer] ?? []);
}
