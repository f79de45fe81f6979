/** Carries out what the form says: each change is one edit of the network's text, and one step of undo, for all selected layers. */
import type { TextEdit } from '../caffe/diagnostics.ts';
import type { LayerInfo } from '../caffe/net/layer-table.ts';
import { readNet } from '../caffe/net/read-net.ts';
import type { NetAction } from '../caffe/text/edit-actions.ts';
import { planEdits } from '../caffe/text/edits.ts';
import { useDocument } from '../store/document.ts';
import { formKey, useInspector } from './inspector-state.ts';
import { findSlice } from './layer-slice.ts';
import type { LayerSlice } from './layer-slice.ts';

/** The slices as the text is at this moment, not as it was when the form was last drawn. */
function freshSlices(slices: readonly LayerSlice[]): readonly LayerSlice[] {
  const { goodNets, netText } = useDocument.getState();
  if (goodNets === undefined) return [];
  const views = [...goodNets.TRAIN.layers, ...goodNets.TEST.layers];
  return slices.flatMap((slice) => {
    const view = views.find(({ id }) => id === slice.id);
    return (view && findSlice(goodNets, netText, view)) ?? [];
  });
}

/** Changes all layers of a form at once. */
export function changeLayers(
  slices: readonly LayerSlice[],
  label: string,
  edit: (slice: LayerSlice) => readonly TextEdit[],
): void {
  const edits = freshSlices(slices)
    .flatMap((slice) => edit(slice))
    .toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  if (edits.length > 0) useDocument.getState().applyEdits('network', edits, label);
}

/**
 * Gives a layer another name, and with it the blob that it makes and that is called like it. Returns why not, as a
 * sentence; undefined when done.
 */
export function renameLayer(layer: string, name: string): string | undefined {
  const { netText, applyEdits, selection } = useDocument.getState();
  const plan = planEdits(netText, { kind: 'rename-layer', layer, name, blobs: true });
  if (!plan.ok) return plan.message;
  if (plan.edits.length === 0) return undefined;
  const index = readNet(netText).layers.findIndex(({ id }) => id === layer);
  applyEdits('network', plan.edits, `Rename ${layer}`);
  const id = readNet(useDocument.getState().netText).layers[index]?.id;
  if (id !== undefined && id !== layer) followRename(layer, id, selection);
  return undefined;
}

/** Makes layers of another type; what both types know stays. Returns why not, as a sentence; undefined when done. */
export function retypeLayers(slices: readonly LayerSlice[], layer: LayerInfo): string | undefined {
  return performAction({ kind: 'retype', layers: slices.map(({ id }) => id), layer }, `Change type to ${layer.type}`);
}

/** Does to the network what a gesture on the canvas does. Returns why not, as a sentence; undefined when done. */
export function performAction(action: NetAction, label: string): string | undefined {
  const { netText, applyEdits } = useDocument.getState();
  const plan = planEdits(netText, action);
  if (!plan.ok) return plan.message;
  if (plan.edits.length > 0) applyEdits('network', plan.edits, label);
  return undefined;
}

/** The new id is known to the views only once the text has been analysed: until then the old one stays selected. */
function followRename(from: string, to: string, selection: readonly string[]): void {
  useInspector.setState(({ renamed }) => ({ renamed: { ...renamed, [to]: formKey(from, renamed) } }));
  const stop = useDocument.subscribe((state) => {
    const layers = state.goodNets && [...state.goodNets.TRAIN.layers, ...state.goodNets.TEST.layers];
    const known = layers?.some(({ id }) => id === to) === true;
    // Something else was selected meanwhile.
    if (!known && state.selection !== selection) return stop();
    if (!known) return;
    stop();
    // Whoever heard of the new net first may have dropped the old id already.
    if (!state.selection.every((id) => selection.includes(id))) return;
    useDocument.setState({ selection: selection.map((id) => (id === from ? to : id)) });
  });
}
