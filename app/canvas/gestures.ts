/** What the gestures of adding, deleting and copying do to the text. Those of wiring are in `wiring.ts`. */
import type { NetAction } from '../caffe/text/edit-actions.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import type { BlockTemplate } from '../caffe/text/blocks/block-template.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { perform, performInTurn } from './perform.ts';
import { exitsOf, layerOf } from './ports.ts';
import type { DropTarget } from './placed-graph.ts';
import type { PaletteEntry } from './palette-entry.ts';
import type { CanvasGraph } from './project.ts';
import { headOf, withFolded } from './selection.ts';
import type { Held } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

/** The action of a drop; undefined where the graph has no such edge any more. */
export function actionOfDrop(
  entry: PaletteEntry,
  target: DropTarget,
  graph: CanvasGraph | undefined,
): NetAction | undefined {
  const edge = target.kind === 'edge' ? graph?.edges.find(({ id }) => id === target.id) : undefined;
  if (target.kind === 'edge' && edge === undefined) return undefined;
  if (entry.kind === 'block') {
    const { block } = entry;
    if (edge !== undefined) {
      const at = { kind: 'edge', consumer: edge.consumer, bottomIndex: edge.bottomIndex } as const;
      return { kind: 'block', block, at, ...channelsFor(block, readBy(edge.consumer, edge.bottomIndex)) };
    }
    if (target.kind !== 'node') return { kind: 'block', block, at: { kind: 'end' } };
    const layer = makerAt(target.id);
    return { kind: 'block', block, at: { kind: 'node', layer }, ...channelsFor(block, madeBy(target.id)) };
  }
  const { layer } = entry;
  if (edge !== undefined) return { kind: 'splice', layer, consumer: edge.consumer, bottomIndex: edge.bottomIndex };
  return target.kind === 'node' ? { kind: 'append', layer, to: makerAt(target.id) } : { kind: 'insert', layer };
}

/** How many channels a block is to have that must keep those of what it reads; nothing for others. */
function channelsFor({ keepsChannels }: BlockTemplate, read: Shape | undefined): { readonly channels?: number } {
  const channels = read?.[1];
  return keepsChannels === true && channels !== undefined ? { channels } : {};
}

const shapeOf = (blob: string | undefined): Shape | undefined => viewNow()?.blobs.find(({ id }) => id === blob)?.shape;

/** The shape that a bottom of a layer reads. */
function readBy(layer: string, bottomIndex: number): Shape | undefined {
  const view = viewNow();
  return shapeOf(view && layerOf(view, layer)?.bottoms[bottomIndex]);
}

/** The shape of the first blob that leaves a node. */
function madeBy(node: string): Shape | undefined {
  const view = viewNow();
  const drawn = useCanvas.getState().picture?.graph.nodes.find(({ id }) => id === node);
  return shapeOf(view && drawn && exitsOf(drawn, view)[0]?.id);
}

/** The layer behind which something dropped on a node goes: its own; of a closed group, the one that makes its result. */
function makerAt(node: string): string {
  const view = viewNow();
  const group = useCanvas.getState().picture?.graph.nodes.find(({ id }) => id === node);
  if (view === undefined || group === undefined || layerOf(view, node) !== undefined) return node;
  return exitsOf(group, view).at(-1)?.layer ?? group.members.at(-1) ?? node;
}

/** Drops a new layer or block: into an edge, behind a node, or at the end of the text. */
export function dropEntry(entry: PaletteEntry, target: DropTarget): boolean {
  const graph = useCanvas.getState().picture?.graph;
  const action = actionOfDrop(entry, target, graph);
  if (action === undefined) return false;
  const label = `Add ${entry.title}`;
  const edge = target.kind === 'edge' ? graph?.edges.find(({ id }) => id === target.id) : undefined;
  const further = edge?.readers.slice(1) ?? [];
  if (further.length === 0) return perform(action, { label });
  // Into a line that leads into a closed group: all that read it there read what was put in.
  return performInTurn(
    action,
    (made) => further.map((reader) => ({ kind: 'reconnect', ...reader, from: { layer: made.at(-1) ?? '', top: 0 } })),
    { label },
  );
}

/** Adds a layer or block behind a layer, or at the end of the text where none is given or the new one reads nothing. */
export function appendTo(entry: PaletteEntry, to: string | undefined): boolean {
  const reads = entry.kind === 'block' ? entry.block.reads : entry.layer.bottoms.max > 0;
  return dropEntry(entry, to === undefined || !reads ? { kind: 'canvas' } : { kind: 'node', id: to });
}

/** Adds a layer or block behind the selected layer, or at the end of the text when none is selected. */
export const appendAfterSelection = (entry: PaletteEntry): boolean =>
  appendTo(entry, headOf(useDocument.getState().selection));

/** Adds a layer or block at the free end of a line: one that reads the blob, or one that the layer is to read. */
export function addAtLine(entry: PaletteEntry, held: Extract<Held, { kind: 'exit' | 'entry' }>): boolean {
  const label = `Add ${entry.title}`;
  const put = (after: string | undefined): NetAction =>
    entry.kind === 'block'
      ? { kind: 'block', block: entry.block, at: { kind: 'end' } }
      : { kind: 'insert', layer: entry.layer, ...(after === undefined ? {} : { after }) };
  if (held.kind === 'exit') {
    if (held.top > 0) {
      return performInTurn(
        put(held.layer),
        ([first = '']) => [{ kind: 'connect', from: { layer: held.layer, top: held.top }, to: { layer: first } }],
        { label },
      );
    }
    const action: NetAction =
      entry.kind === 'block'
        ? {
            kind: 'block',
            block: entry.block,
            at: { kind: 'node', layer: held.layer, onto: 'branch' },
            ...channelsFor(entry.block, madeBy(held.node)),
          }
        : { kind: 'append', layer: entry.layer, to: held.layer, onto: 'branch' };
    return perform(action, { label });
  }
  return performInTurn(
    put(layerBefore(held.layer)),
    (made) => [{ kind: 'connect', from: { layer: made.at(-1) ?? '', top: 0 }, to: { layer: held.layer } }],
    { label },
  );
}

/** The layer in front of another in the shown net; undefined for the first. */
function layerBefore(id: string): string | undefined {
  const layers = viewNow()?.layers ?? [];
  return layers[layers.findIndex((layer) => layer.id === id) - 1]?.id;
}

const naming = (verb: string, ids: readonly string[]): string =>
  ids.length === 1 ? `${verb} ${ids[0] ?? ''}` : `${verb} ${ids.length} layers`;

/**
 * Deletes layers, by id, with those folded into them. What read them reads what they read, unless `heal` is false: then
 * the gap stays open.
 */
export function deleteLayers(ids: readonly string[], heal = true): boolean {
  if (ids.length === 0) return false;
  const layers = withFolded(ids);
  const next = heal ? neighbourOf(ids) : undefined;
  const action: NetAction = { kind: 'delete', layers, ...(heal ? {} : { heal }) };
  return perform(action, { label: naming('Delete', layers), select: next === undefined ? [] : [next] });
}

/** What the deleted node read: where the keyboard goes on. Nothing for several. */
function neighbourOf(ids: readonly string[]): string | undefined {
  const { picture } = useCanvas.getState();
  const [only] = ids;
  if (only === undefined || ids.length > 1) return undefined;
  return picture?.graph.edges.find(({ to, quiet }) => to === only && !quiet)?.from;
}

/** Copies layers with those folded into them, beside them. */
export function duplicateLayers(ids: readonly string[]): boolean {
  const layers = withFolded(ids);
  return layers.length > 0 && perform({ kind: 'duplicate', layers }, { label: naming('Duplicate', layers) });
}

/** Limits layers to one phase, or lets them take part in both. */
export function limitToPhase(ids: readonly string[], only: Phase | undefined): boolean {
  const layers = withFolded(ids);
  return perform({ kind: 'phase', layers, phase: only }, { label: naming('Phase of', layers), select: ids });
}

/** Lets layers change their blob in place, or make one of their own. */
export function setInPlace(ids: readonly string[], inPlace: boolean): boolean {
  return perform({ kind: 'in-place', layers: ids, inPlace }, { label: naming('In place', ids), select: ids });
}

/** Does a layer of the shown net work in place? Undefined for a layer that is not in it. */
export function isInPlace(id: string): boolean | undefined {
  const view = viewNow();
  return view && layerOf(view, id)?.inPlace;
}
