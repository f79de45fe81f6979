/** How parameters begin and learn: weights that stay at zero, multipliers for some blobs only. */
import type { Diagnostic } from '../diagnostics.ts';
import { placeIn } from '../net/drafts.ts';
import type { NetLayer, NetParam } from '../net/typed-net.ts';
import { fixOf, isCurrentForm, setEdits, withFixes } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

/** Does the blob begin at zero everywhere? */
function beginsAtZero({ filler, initial }: NetParam): boolean {
  if (initial !== undefined) return false;
  if (filler === undefined) return true;
  if (filler.type === 'constant') return filler.value === 0;
  if (filler.type === 'gaussian') return filler.std === 0 && filler.mean === 0;
  return filler.type === 'uniform' && filler.min === 0 && filler.max === 0;
}

/**
 * `zero-weights`: learned weights that begin at zero, through which no gradient passes. A net without any filler is likely
 * written for weights from a file: that is remarked on once.
 */
export function zeroWeights(c: LintContext): Diagnostic[] {
  const { net } = c;
  const trains = net.phase === 'TRAIN' && [...net.blobs.values()].some(({ lossWeight }) => lossWeight !== 0);
  if (!trains) return [];
  const learning = net.layers.filter((layer) => {
    const family = layer.info?.family;
    const fits = (family === 'vision' || family === 'connect') && layer.info?.paramField !== undefined;
    return fits && layer.needsBackward && layer.params[0]?.lrMult !== 0 && owns(c, layer);
  });
  const zero = learning.filter((layer) => layer.params[0] !== undefined && beginsAtZero(layer.params[0]));
  const unfilled = learning.length > 1 && learning.every((layer) => layer.params[0]?.filler === undefined);
  const found = zero.map((layer): Diagnostic => {
    const settings = layer.info?.paramField ?? '';
    const rule = leadsToReLU(c, layer) ? 'msra' : 'xavier';
    return {
      code: 'zero-weights',
      severity: unfilled ? 'info' : 'warning',
      range: placeIn(layer, layer.params[0]?.filler ? `${settings}.weight_filler` : settings),
      message: `The ${layer.params[0]?.role} of "${layer.name}" begin at 0, and so does the gradient of what is before them. Give them a weight_filler, unless they are loaded from a file.`,
      ...withFixes(fixOf(`Fill with "${rule}"`, setEdits(c, layer, [settings, 'weight_filler', 'type'], `"${rule}"`))),
    };
  });
  const [first, ...others] = found;
  if (!unfilled || !first) return found;
  const fixes = found.flatMap(({ fixes: each = [] }) => each.flatMap(({ edits }) => edits));
  return [
    {
      ...first,
      message:
        'No weights of this net have a weight_filler: they begin at 0, and nothing learns unless they are loaded from a file.',
      related: others.map(({ range }) => ({ range, message: 'Begins at 0 too.' })),
      ...withFixes(fixOf('Give every layer a weight_filler', fixes)),
    },
  ];
}

function owns({ net }: LintContext, layer: NetLayer): boolean {
  const owner = net.params[layer.params[0]?.owner ?? -1];
  return owner?.layer === layer.index && owner.position === 0;
}

function leadsToReLU({ net }: LintContext, layer: NetLayer): boolean {
  const consumers = layer.tops.flatMap((top) => net.blobs.get(top)?.consumers ?? []);
  return consumers.some((consumer) => ['ReLU', 'PReLU', 'BatchNorm'].includes(net.layers[consumer.layer]?.type ?? ''));
}

/** `param-multipliers`: multipliers for some of a layer's blobs, so that the others silently have 1. */
export function missingMultipliers(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    const given = layer.parameter.param.length;
    const rest = layer.params.slice(given);
    if (given === 0 || rest.length === 0 || rest.some(({ learnable }) => learnable === false)) return [];
    // A frozen or shared blob beside one that learns is rarely meant; one learning blob with the default is common.
    if (layer.params.slice(0, given).every(({ lrMult, decayMult }) => lrMult === 1 && decayMult === 1)) return [];
    const names = rest.map(({ role }) => role).join(' and ');
    const edits = isCurrentForm(c) ? setEdits(c, layer, ['param', given, 'lr_mult'], '1') : [];
    return [
      {
        code: 'param-multipliers',
        severity: 'info',
        range: placeIn(layer, `param.${given - 1}`),
        message: `"${layer.name}" has ${layer.params.length} parameter blobs but multipliers for ${given}: its ${names} learn${rest.length === 1 ? 's' : ''} with lr_mult 1 and decay_mult 1.`,
        ...withFixes(fixOf('Write the multiplier out', edits)),
      },
    ];
  });
}
