/** Settings beyond Caffe's, in comments, that stand where nothing reads them or say different things to both phases. */
import type { Diagnostic } from '../diagnostics.ts';
import { placeIn } from '../net/drafts.ts';
import { phasesOf } from '../net/rules.ts';
import { EXPLICIT, isExtension, writtenName } from '../schema/dsl.ts';
import { PixelParameter } from '../schema/net-messages.ts';
import { setting } from '../schema/values.ts';
import { printMessage } from '../text/print-message.ts';
import { clearEdits, fixOf, setEdits, withFixes } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

/** `extension-unread`: a comment for Crema in a layer that does not read it, or whose phase does not. */
export function extensionsUnread(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer) =>
    [...layer.parameter[EXPLICIT]].filter(isExtension).flatMap((name): Diagnostic[] => {
      const reads: readonly string[] = layer.info?.extensions ?? [];
      const word = writtenName(name);
      const inTest = name !== 'crema:pixels' && phasesOf(layer.parameter).join() === 'TEST';
      if (layer.info === undefined || (reads.includes(name) && !inTest)) return [];
      const message = reads.includes(name)
        ? `"${word}" is for training, but this layer takes part in testing only: it changes nothing here.`
        : `${layer.type} does not read "${word}": it changes nothing here.`;
      const range = placeIn(layer, name);
      const fix = fixOf(`Take out ${word}`, clearEdits(c, layer, [name]));
      return [{ code: 'extension-unread', severity: 'warning', range, message, ...withFixes(fix) }];
    }),
  );
}

/** `extension-phases`: data layers of one name that hand the net pixels made ready in different ways. */
export function pixelsDiffer(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    if (layer.info?.extensions?.includes('crema:pixels') !== true) return [];
    const own = setting(layer.parameter, 'crema:pixels');
    const text = printMessage(own, PixelParameter);
    const other = c.source.layers.find(
      ({ layer: twin }) =>
        twin.name === layer.name &&
        twin.type === layer.type &&
        phasesOf(twin).join() !== phasesOf(layer.parameter).join() &&
        printMessage(setting(twin, 'crema:pixels'), PixelParameter) !== text,
    );
    if (other === undefined || text !== '') return [];
    const theirs = printMessage(setting(other.layer, 'crema:pixels'), PixelParameter).trim().replace(/\s+/g, ' ');
    const literal = `{ ${theirs} }`;
    return [
      {
        code: 'extension-phases',
        severity: 'warning',
        range: placeIn(layer),
        message: `The layer "${layer.name}" of the other phase changes pixels, this one does not: the net would see other values when tested. Write "# crema: pixels ${literal}" here, too.`,
        ...withFixes(fixOf('Write it here, too', setEdits(c, layer, ['crema:pixels'], literal))),
      },
    ];
  });
}
