/**
 * What a gesture on the canvas does to the network text: each action becomes the fewest text edits that say it. Comments,
 * field order and formatting stay. All edits of a result refer to the text as it was, in order and without overlap.
 */
import type { TextEdit } from '../diagnostics.ts';
import { readNet } from '../net/read-net.ts';
import { sourceOf } from './decode.ts';
import { draftEdits, inOrder } from './draft-edits.ts';
import { draftOf, findLayer } from './draft-net.ts';
import type { Draft } from './draft-net.ts';
import type { EditPlan, NetAction } from './edit-actions.ts';
import { clearFieldEdits, setFieldEdits } from './edit-fields.ts';
import type { FieldPath } from './edit-fields.ts';
import {
  appendLayer,
  duplicateLayers,
  insertBlockOfLayers,
  insertLayer,
  pasteLayers,
  spliceLayer,
} from './edit-insert.ts';
import type { Refusal } from './edit-insert.ts';
import { phaseEdits, retypeEdits } from './edit-layers.ts';
import { listEdits } from './edit-lists.ts';
import { itemsOf, styleOf } from './edit-places.ts';
import type { Style } from './edit-places.ts';
import {
  connect,
  deleteLayers,
  disconnect,
  reconnect,
  renameBlob,
  renameLayer,
  reorder,
  setInPlace,
} from './edit-wiring.ts';
import type { MessageNode } from './tree.ts';

export type { BlockPlace, BottomEnd, EditPlan, ListChange, NetAction, NewLayer, Onto, TopEnd } from './edit-actions.ts';

/** What a gesture does to the text, or a sentence why it cannot be done. Edits may be none: all is as wanted. */
export function planEdits(text: string, action: NetAction): EditPlan {
  const source = readNet(text);
  const style = styleOf(text, source.document.root);
  const draft = draftOf(text, source);
  switch (action.kind) {
    case 'set':
      return fieldPlan(draft, [action.layer], (node) => valueEdits(draft, node, action.path, action.value, style));
    case 'set-all':
      return fieldPlan(draft, action.layers, (node) => valueEdits(draft, node, action.path, action.value, style));
    case 'list':
      return fieldPlan(draft, action.layers, (node) => listEdits(text, node, action.path, action.change, style));
    case 'phase':
      return fieldPlan(draft, action.layers, (node) => phaseEdits(text, [node], action.phase, style));
    case 'retype':
      return retypeEdits(draft, action.layers, action.layer, style);
    default: {
      const refusal = change(draft, action);
      return refusal === undefined ? { ok: true, edits: draftEdits(draft, style) } : { ok: false, message: refusal };
    }
  }
}

/** The edits for a gesture; none where it cannot be done: see `planEdits` for why. */
export function netEdits(text: string, action: NetAction): readonly TextEdit[] {
  const plan = planEdits(text, action);
  return plan.ok ? plan.edits : [];
}

type GraphAction = Exclude<NetAction, { readonly kind: 'set' | 'set-all' | 'list' | 'phase' | 'retype' }>;

function change(draft: Draft, action: GraphAction): Refusal {
  switch (action.kind) {
    case 'insert':
      return insertLayer(draft, action.layer, action.after);
    case 'splice':
      return spliceLayer(draft, action.layer, action.consumer, action.bottomIndex);
    case 'append':
      return appendLayer(draft, action.layer, action.to, action.onto ?? 'chain');
    case 'delete':
      return deleteLayers(draft, action.layers, action.heal ?? true);
    case 'connect':
      return connect(draft, action.from, action.to);
    case 'disconnect':
      return disconnect(draft, action.consumer, action.bottomIndex);
    case 'reconnect':
      return reconnect(draft, action.consumer, action.bottomIndex, action.from, action.to);
    case 'reorder':
      return reorder(draft, action.layers, action);
    case 'rename-layer':
      return renameLayer(draft, action.layer, action.name, action.blobs ?? false);
    case 'rename-blob':
      return renameBlob(draft, action.blob, action.name);
    case 'duplicate':
      return duplicateLayers(draft, action.layers);
    case 'paste':
      return pasteLayers(draft, action.text, action.after);
    case 'block':
      return insertBlockOfLayers(draft, action.block, action.at, action.channels);
    case 'in-place':
      return setInPlace(draft, action.layers, action.inPlace);
  }
}

/** Edits inside the messages of layers. */
function fieldPlan(
  draft: Draft,
  ids: readonly string[],
  editsOf: (node: MessageNode) => readonly TextEdit[],
): EditPlan {
  const nodes = ids.flatMap((id) => {
    const { layer } = findLayer(draft, id);
    return (layer && sourceOf(layer.layer)?.node) ?? [];
  });
  if (nodes.length === 0) return { ok: false, message: 'That layer is not there any more.' };
  return { ok: true, edits: inOrder(nodes.flatMap(editsOf)) };
}

/** In the old form, multipliers and names of parameters stand in rows of their own. */
const OLD_ROWS: Readonly<Record<string, string>> = { lr_mult: 'blobs_lr', decay_mult: 'weight_decay', name: 'param' };

function valueEdits(
  { own }: Draft,
  node: MessageNode,
  path: FieldPath,
  value: string | undefined,
  style: Style,
): readonly TextEdit[] {
  const { text, message } = own;
  const row = message.layers.length > 0 && path[0] === 'param' ? OLD_ROWS[String(path.at(-1))] : undefined;
  if (row === undefined) {
    return value === undefined ? clearFieldEdits(text, node, path) : setFieldEdits(text, node, path, value, style);
  }
  const at = typeof path[1] === 'number' ? path[1] : 0;
  if (value === undefined) return clearFieldEdits(text, node, [row, at]);
  const values = itemsOf(node, row).map((item) => text.slice(item.value.range.start, item.value.range.end));
  // Those before it say what holds when nothing is said.
  while (values.length < at) values.push(row === 'param' ? '""' : '1');
  values[at] = value;
  return listEdits(text, node, [row], { kind: 'replace', values }, style);
}
