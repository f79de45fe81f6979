/**
 * Selection and groups: a closed group that is selected stands for its layers, and a layer that is selected inside of a
 * closed group opens it.
 */
import { useDocument } from '../store/document.ts';
import { useSidecar } from '../store/sidecar.ts';
import { useCanvas } from './canvas-state.ts';
import type { CanvasGraph } from './project.ts';

/** The layers that are meant by ids of layers and of closed groups, each once. */
export function layersMeant(graph: CanvasGraph, ids: readonly string[]): readonly string[] {
  const groups = new Map(graph.nodes.flatMap((node) => (node.group === undefined ? [] : [[node.id, node]])));
  if (!ids.some((id) => groups.has(id))) return ids;
  return [...new Set(ids.flatMap((id) => groups.get(id)?.members ?? [id]))];
}

/** The closed groups, by id, that have to open for the layers that are selected in parts of them. */
export function groupsToOpen(graph: CanvasGraph, selection: readonly string[]): readonly string[] {
  const selected = new Set(selection);
  const open = new Set<string>();
  for (const { group, members } of graph.nodes) {
    if (group === undefined) continue;
    const within = members.filter((id) => selected.has(id));
    if (within.length === 0 || within.length === members.length) continue;
    for (const id of within) for (const around of graph.groupsOf.get(id) ?? []) open.add(around);
  }
  return [...open];
}

/** Opens or closes groups. */
export function setGroups(ids: readonly string[], closed: boolean): void {
  if (ids.length === 0) return;
  useSidecar.setState(({ collapsed }) => ({
    collapsed: { ...collapsed, ...Object.fromEntries(ids.map((id) => [id, closed])) },
  }));
}

/** Starts to follow; returns the function that ends it. */
export function followSelection(): () => void {
  return useDocument.subscribe(({ selection }, before) => {
    const { picture } = useCanvas.getState();
    if (selection === before.selection || picture === undefined) return;
    const layers = layersMeant(picture.graph, selection);
    if (layers !== selection) useDocument.setState({ selection: layers });
    else setGroups(groupsToOpen(picture.graph, selection), false);
  });
}
