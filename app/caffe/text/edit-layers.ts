/** Gestures on what single layers say: their phase and their type. */
import type { TextEdit } from '../diagnostics.ts';
import type { MessageType } from '../schema/dsl.ts';
import { LayerParameter } from '../schema/net-messages.ts';
import type { Phase } from '../schema/net-messages.ts';
import { sourceOf } from './decode.ts';
import { draftEdits, inOrder } from './draft-edits.ts';
import { blobsIn, called, renameVersion, worksInPlace } from './draft-net.ts';
import type { Draft, DraftLayer } from './draft-net.ts';
import type { EditPlan, NewLayer } from './edit-actions.ts';
import { clearFieldEdits, setFieldEdits } from './edit-fields.ts';
import { itemsOf, removeItems } from './edit-places.ts';
import type { Item, Style } from './edit-places.ts';
import { isOld, noOldType, oldTypeOf } from './new-layer.ts';
import { nextName } from './new-names.ts';
import { parse } from './parse.ts';
import { reworked, within } from './rework.ts';
import type { Step } from './rework.ts';
import { literalOf } from './strings.ts';
import type { FieldNode, MessageNode } from './tree.ts';

const isMessage = (type: unknown): type is MessageType => (type as MessageType).kind === 'message';

/** Limits layers to a phase, or lets them take part in both. Rules about stages and levels stay. */
export function phaseEdits(
  text: string,
  nodes: readonly MessageNode[],
  phase: Phase | undefined,
  style: Style,
): TextEdit[] {
  return nodes.flatMap((node) =>
    reworked(
      text,
      node,
      phase === undefined
        ? [clearPhases('include'), clearPhases('exclude')]
        : [(old, message) => clearPhases('exclude')(old, message), limitTo(phase, style)],
    ),
  );
}

/** Does a rule speak of the phase alone, so that it says nothing without it? */
const onlyPhase = ({ value }: Item): boolean =>
  value.kind === 'message' && value.fields.every(({ name }) => name === 'phase');

/** Takes the phase out of rules; those that say nothing else go. */
const clearPhases =
  (kind: 'include' | 'exclude'): Step =>
  (text, message) => {
    const rules = itemsOf(message, kind);
    const bare = rules.filter(onlyPhase);
    if (kind === 'exclude') return removeItems(text, bare);
    // A rule without conditions is always met, and one that is met is enough.
    if (bare.length > 0) return removeItems(text, rules);
    return rules.flatMap(({ value }) => (value.kind === 'message' ? clearFieldEdits(text, value, ['phase']) : []));
  };

const limitTo =
  (phase: Phase, style: Style): Step =>
  (text, message) => {
    const other = phase === 'TRAIN' ? 'TEST' : 'TRAIN';
    const excluding = itemsOf(message, 'exclude').length;
    // Caffe takes rules of one kind only.
    if (excluding > 0) return setFieldEdits(text, message, ['exclude', excluding, 'phase'], other, style);
    const [first, ...others] = itemsOf(message, 'include');
    if (!first) return setFieldEdits(text, message, ['include', 'phase'], phase, style);
    const bare = onlyPhase(first) ? others.filter(onlyPhase) : [];
    return inOrder([
      ...removeItems(text, bare),
      ...[first, ...others].flatMap((rule) =>
        bare.includes(rule) || rule.value.kind !== 'message'
          ? []
          : setFieldEdits(text, rule.value, ['phase'], phase, style),
      ),
    ]);
  };

/** Makes layers of another type. What both types know stays: bottoms, tops, multipliers, settings of the same names. */
export function retypeEdits(draft: Draft, ids: readonly string[], to: NewLayer, style: Style): EditPlan {
  const type = isOld(draft) ? oldTypeOf(to.type) : literalOf(to.type);
  if (type === undefined) return { ok: false, message: noOldType(to.type) };
  const chosen = draft.layers.filter(({ id, layer }) => ids.includes(id) && sourceOf(layer)?.field);
  if (chosen.length === 0) return { ok: false, message: 'That layer is not there any more.' };
  for (const layer of chosen) {
    const refusal = fitPins(draft, layer, to);
    if (refusal !== undefined) return { ok: false, message: refusal };
  }
  const wiring = draftEdits(draft, style);
  const { text } = draft.own;
  const edits: TextEdit[] = [];
  const nodes = chosen.flatMap(({ layer }) => sourceOf(layer)?.node ?? []);
  for (const node of nodes) {
    const own = wiring.filter(({ range }) => within(range, node.range));
    const steps: Step[] = [
      (old, message) => setFieldEdits(old, message, ['type'], type, style),
      (old, message) => dropOthers(old, message, to),
      (old, message) => keepShared(old, message, to),
      ...missingSettings(to, style),
    ];
    edits.push(...reworked(text, node, steps, own));
  }
  edits.push(...wiring.filter(({ range }) => !nodes.some((node) => within(range, node.range))));
  return { ok: true, edits: inOrder(edits) };
}

/** Takes pins away that the type does not have, adds the top it needs, and parts what it cannot do in place. */
function fitPins(draft: Draft, layer: DraftLayer, to: NewLayer): string | undefined {
  layer.bottoms.splice(Math.min(to.bottoms.max, layer.bottoms.length));
  layer.tops.splice(Math.min(to.tops.max, layer.tops.length));
  const blobs = blobsIn(draft.layers);
  const ownName = (): string => {
    const wanted = layer.name || to.type.toLowerCase();
    return blobs.has(wanted) ? nextName(wanted, (name) => !blobs.has(name)) : wanted;
  };
  if (layer.tops.length === 0 && to.tops.max > 0) layer.tops.push({ name: ownName(), at: undefined });
  const [bottom] = layer.bottoms;
  const [top] = layer.tops;
  if (to.inPlace === true || !bottom || !top || !worksInPlace(layer, 0)) return undefined;
  const blob = bottom.name;
  renameVersion(draft.layers, top, ownName());
  bottom.name = blob;
  return top.name === blob ? `${called(layer)} works in place, which ${to.type} cannot.` : undefined;
}

/** Settings that many types have, and who reads them. */
const COMMON: Readonly<Record<string, (to: NewLayer) => boolean>> = {
  transform_param: (to) => to.bottoms.max === 0,
  loss_param: (to) => to.loss === true,
};

const settingsType = (name: string | undefined): MessageType | undefined => {
  if (name === undefined || !Object.hasOwn(LayerParameter.fields, name)) return undefined;
  const { type } = LayerParameter.fields[name as keyof typeof LayerParameter.fields];
  return isMessage(type) ? type : undefined;
};

/** Does the type have parameters? Those that do have fillers for them. */
function learns(to: NewLayer): boolean {
  const names = Object.keys(settingsType(to.paramField)?.fields ?? {});
  return to.bottoms.max > 0 && names.some((name) => name.endsWith('filler'));
}

/** The settings of the layer that are not the new type's, though it may share some of them. */
const foreignSettings = (message: MessageNode, to: NewLayer): FieldNode[] =>
  message.fields.filter(
    ({ name }) => name.endsWith('_param') && name !== to.paramField && !Object.hasOwn(COMMON, name),
  );

/** The settings that become those of the new type: some of their fields are known there. */
function heirs(message: MessageNode, to: NewLayer): FieldNode | undefined {
  if (message.fields.some(({ name }) => name === to.paramField)) return undefined;
  return foreignSettings(message, to).find(({ name, value }) => {
    return value?.kind === 'message' && value.fields.some((field) => isShared(name, field.name, to));
  });
}

function isShared(from: string, field: string, to: NewLayer): boolean {
  const [before, after] = [settingsType(from)?.fields, settingsType(to.paramField)?.fields];
  if (!before || !after || !Object.hasOwn(before, field) || !Object.hasOwn(after, field)) return false;
  return before[field]?.type === after[field]?.type;
}

/** Takes out what the new type does not read. */
function dropOthers(text: string, message: MessageNode, to: NewLayer): TextEdit[] {
  const heir = heirs(message, to);
  const gone = new Set<string>(foreignSettings(message, to).flatMap((field) => (field === heir ? [] : [field.name])));
  for (const [name, reads] of Object.entries(COMMON)) if (!reads(to)) gone.add(name);
  if (!learns(to)) for (const name of ['param', 'blobs_lr', 'weight_decay', 'blob_share_mode']) gone.add(name);
  return inOrder([...gone].flatMap((name) => clearFieldEdits(text, message, [name])));
}

/** Renames the settings, and takes out those of their fields that the new type does not have. */
function keepShared(text: string, message: MessageNode, to: NewLayer): TextEdit[] {
  const heir = heirs(message, to);
  if (heir?.value?.kind !== 'message' || to.paramField === undefined) return [];
  const { value, name } = heir;
  const others = new Set(value.fields.map((field) => field.name).filter((field) => !isShared(name, field, to)));
  return [
    { range: heir.nameRange, text: to.paramField },
    ...inOrder([...others].flatMap((field) => removeItems(text, itemsOf(value, field)))),
  ];
}

/** One step for each setting of a new layer of the type that this one does not have. */
function missingSettings({ template = '', paramField }: NewLayer, style: Style): Step[] {
  const settings = parse(template).root.fields.find(({ name }) => name === paramField)?.value;
  if (settings?.kind !== 'message' || paramField === undefined) return [];
  return settings.fields.map(({ name, value }): Step => {
    return (text, message) => {
      const [there] = itemsOf(message, paramField);
      if (!value || (there?.value.kind === 'message' && itemsOf(there.value, name).length > 0)) return [];
      return setFieldEdits(
        text,
        message,
        [paramField, name],
        template.slice(value.range.start, value.range.end),
        style,
      );
    };
  });
}
