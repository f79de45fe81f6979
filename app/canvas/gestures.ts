/**
 * What a gesture on the canvas does: one undoable edit of the text, after which the new layer is selected. What cannot be
 * done is said in a sentence.
 */
import { readNet } from '../caffe/net/read-net.ts';
import { netEdits, type NetAction } from '../caffe/text/edits.ts';
import { layerTable } from '../layers/index.ts';
import { applyTextEdits, useDocument } from '../store/document.ts';
import { notify } from '../store/notices.ts';
import type { CanvasGraph } from './project.ts';
import { useCanvas } from './canvas-state.ts';
import type { DropTarget } from './placed-graph.ts';

/** The layers of `after` that `before` does not have, by id. */
function newLayers(before: string, after: string): string[] {
  const old = new Set(readNet(before).layers.map(({ id }) => id));
  return readNet(after).layers.flatMap(({ id }) => (old.has(id) ? [] : [id]));
}

/** Carries an action out; returns whether it changed the text. */
function perform(action: NetAction, label: string): boolean {
  const { netText, nets, phase, applyEdits } = useDocument.getState();
  if (nets !== undefined && !nets[phase].parsed) {
    notify({ code: 'net', message: 'The text has a mistake: mend it first, then change the graph.' });
    return false;
  }
  const edits = netEdits(netText, action);
  if (edits.length === 0) return false;
  const added = newLayers(netText, applyTextEdits(netText, edits));
  applyEdits('network', edits, label);
  useDocument.setState({ selection: added });
  return true;
}

/** The action of a drop; undefined where the graph has no such node or edge any more. */
export function actionOfDrop(type: string, target: DropTarget, graph: CanvasGraph | undefined): NetAction | undefined {
  const layer = layerTable.get(type);
  if (layer === undefined) return undefined;
  switch (target.kind) {
    case 'canvas':
      return { kind: 'insert', layer };
    case 'node':
      return { kind: 'append', layer, to: target.id };
    case 'edge': {
      const edge = graph?.edges.find(({ id }) => id === target.id);
      return edge && { kind: 'splice', layer, consumer: edge.consumer, bottomIndex: edge.bottomIndex };
    }
  }
}

/** Drops a new layer of a type: spliced into an edge, appended to a node, or put at the end of the text. */
export function dropLayer(type: string, target: DropTarget): void {
  const action = actionOfDrop(type, target, useCanvas.getState().picture?.graph);
  if (action === undefined || perform(action, `Add ${type}`) || isStale()) return;
  const reason =
    action.kind === 'splice'
      ? `${type} cannot stand between two layers: it reads or makes nothing.`
      : `${type} cannot stand there: it reads nothing. Drop it on the empty canvas.`;
  notify({ code: 'net', message: reason });
}

/** Adds a new layer of a type behind the selected one, or at the end of the text when none is selected. */
export function appendAfterSelection(type: string): void {
  const selected = useDocument.getState().selection.at(-1);
  const reads = (layerTable.get(type)?.bottoms.max ?? 0) > 0;
  dropLayer(type, selected === undefined || !reads ? { kind: 'canvas' } : { kind: 'node', id: selected });
}

/** Deletes layers, by id, with those folded into them; what read them reads what they read. */
export function deleteLayers(ids: readonly string[]): void {
  if (ids.length === 0) return;
  const folded = useCanvas.getState().picture?.graph.nodes.filter(({ id }) => ids.includes(id)) ?? [];
  const layers = [...new Set([...ids, ...folded.flatMap(({ rows }) => rows.map(({ id }) => id))])];
  perform({ kind: 'delete', layers }, layers.length === 1 ? `Delete ${layers[0] ?? ''}` : 'Delete layers');
}

function isStale(): boolean {
  const { nets, phase } = useDocument.getState();
  return nets !== undefined && !nets[phase].parsed;
}
