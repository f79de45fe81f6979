/** Ways to mend the mistakes that are found while a net is built: renamings, labels, superfluous multipliers. */
import type { Diagnostic, TextEdit } from '../diagnostics.ts';
import type { NetLayer } from '../net/typed-net.ts';
import { rangeOf } from '../text/decode.ts';
import { literalOf } from '../text/strings.ts';
import { clearEdits, fixOf, freeBlob, freeName, isCurrentForm, newLayerEdits, setEdits } from './lint-context.ts';
import type { Fix, LintContext } from './lint-context.ts';

type Mender = (c: LintContext, layer: NetLayer, found: Diagnostic) => readonly Fix[];

const MENDERS: Partial<Record<Diagnostic['code'], Mender>> = {
  'duplicate-layer': renameLayer,
  'duplicate-top': renameTop,
  'in-place': ownTop,
  'unused-blob': silence,
  'param-count': removeMultipliers,
  'bottom-count': addLabel,
  'missing-blob': giveLabel,
  shape: freezeStatistics,
};

/** The findings, with fixes for those that have none and can be mended. */
export function addStandardFixes(c: LintContext, findings: readonly Diagnostic[]): Diagnostic[] {
  return findings.map((found) => {
    const mend = MENDERS[found.code];
    if (found.fixes !== undefined || !mend) return found;
    const layer = c.net.layers.find(({ range }) => range.start <= found.range.start && found.range.end <= range.end);
    const fixes = layer ? mend(c, layer, found) : [];
    return fixes.length === 0 ? found : { ...found, fixes };
  });
}

function renameLayer(c: LintContext, layer: NetLayer): readonly Fix[] {
  const range = rangeOf(layer.parameter, 'name');
  const name = freeName(c, layer.name);
  return range ? fixOf(`Rename this one to "${name}"`, [{ range, text: literalOf(name) }]) : [];
}

/** Position of the top or bottom that a finding points at. */
const indexAt = (layer: NetLayer, field: 'bottom' | 'top', { range }: Diagnostic): number =>
  layer.parameter[field].findIndex((_, i) => rangeOf(layer.parameter, field, i)?.start === range.start);

function renameTop(c: LintContext, layer: NetLayer, found: Diagnostic): readonly Fix[] {
  const blob = layer.parameter.top[indexAt(layer, 'top', found)];
  if (blob === undefined) return [];
  const name = freeBlob(c, layer.name === '' ? blob : layer.name);
  return fixOf(`Call this top "${name}"`, [{ range: found.range, text: literalOf(name) }]);
}

/** Gives the top of an in-place layer its own name, and lets all that read the changed blob read that. */
function ownTop(c: LintContext, layer: NetLayer, found: Diagnostic): readonly Fix[] {
  const index = indexAt(layer, 'top', found);
  const blob = layer.parameter.top[index];
  if (blob === undefined) return [];
  const name = freeBlob(c, layer.name === '' ? blob : layer.name);
  const edits: TextEdit[] = [];
  const rename = (at: NetLayer | undefined, field: 'bottom' | 'top', position: number): void => {
    const range = at && rangeOf(at.parameter, field, position);
    if (range) edits.push({ range, text: literalOf(name) });
  };
  for (const version of c.net.blobs.values()) {
    if (version.name !== blob || version.producer < layer.index) continue;
    rename(c.net.layers[version.producer], 'top', version.topIndex);
    for (const consumer of version.consumers) rename(c.net.layers[consumer.layer], 'bottom', consumer.bottomIndex);
  }
  return fixOf(`Call its top "${name}"`, edits);
}

function silence(c: LintContext, layer: NetLayer, found: Diagnostic): readonly Fix[] {
  const blob = layer.parameter.top[indexAt(layer, 'top', found)];
  if (blob === undefined) return [];
  const body = [
    `name: ${literalOf(freeName(c, `silence_${blob}`))}`,
    isCurrentForm(c) ? 'type: "Silence"' : 'type: SILENCE',
    `bottom: ${literalOf(blob)}`,
  ];
  return fixOf(`Let a Silence layer read "${blob}"`, newLayerEdits(c, undefined, body));
}

function removeMultipliers(c: LintContext, layer: NetLayer): readonly Fix[] {
  const extra = layer.parameter.param.slice(layer.params.length);
  if (layer.params.length === 0 && layer.problem === undefined) return [];
  const edits = extra.flatMap((_, i) => clearEdits(c, layer, ['param', layer.params.length + i]));
  return isCurrentForm(c) ? fixOf('Remove those too many', edits) : [];
}

/** The multipliers of a BatchNorm that is refused because they would let its statistics learn. */
function freezeStatistics(c: LintContext, layer: NetLayer): readonly Fix[] {
  if (layer.type !== 'BatchNorm' || !isCurrentForm(c)) return [];
  const edits = layer.parameter.param.flatMap(({ lr_mult: rate }, i) =>
    rate === 0 ? [] : setEdits(c, layer, ['param', i, 'lr_mult'], '0'),
  );
  return fixOf('Set lr_mult to 0', edits);
}

const takesLabel = ({ info }: NetLayer): boolean =>
  info !== undefined && info.bottoms.min === 2 && (info.loss === true || info.differentiable === false);

/** Source layers that could give a label as their second top, and do not. */
const unlabelled = (c: LintContext): readonly NetLayer[] =>
  c.net.layers.filter(
    ({ info, tops, type }) => info?.source === true && tops.length === 1 && info.tops.max === 2 && type !== 'Input',
  );

function addLabel(c: LintContext, layer: NetLayer): readonly Fix[] {
  if (!takesLabel(layer) || layer.bottoms.length !== 1) return [];
  const read = setEdits(c, layer, ['bottom', 1], '"label"');
  if ([...c.net.blobs.values()].some(({ name }) => name === 'label')) return fixOf('Read "label" too', read);
  const [source] = unlabelled(c);
  if (!source) return [];
  return fixOf(`Let "${source.name}" give labels, and read them`, [
    ...setEdits(c, source, ['top', 1], '"label"'),
    ...read,
  ]);
}

/** A blob that nobody makes, read as a label, while the data has labels to give. */
function giveLabel(c: LintContext, layer: NetLayer, found: Diagnostic): readonly Fix[] {
  const index = indexAt(layer, 'bottom', found);
  const blob = layer.parameter.bottom[index];
  const source = unlabelled(c).find(({ index: at }) => at < layer.index);
  if (blob === undefined || index !== 1 || !takesLabel(layer) || !source) return [];
  return fixOf(`Let "${source.name}" give "${blob}"`, setEdits(c, source, ['top', 1], literalOf(blob)));
}
