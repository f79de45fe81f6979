/**
 * From a net to what the canvas draws: nodes and edges as plain data. In-place layers are folded into the node of the
 * layer whose output they change. What did not change since the last projection keeps its identity, so that nothing is
 * drawn or placed again without need.
 */
import type { BlobView, LayerView, NetView } from '../caffe/net/net-view.ts';
import type { LayoutRequest } from '../workers/protocol.ts';
import { nodeBox, shapeText, type NodeBox, type OutputText } from './node-box.ts';

/** An in-place layer shown as a row of its producer's node. */
export interface FoldedLayer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly family: LayerView['family'];
  readonly problem: string | undefined;
}

export interface CanvasNode {
  /** Id of the layer. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly family: LayerView['family'];
  readonly summary: string;
  readonly problem: string | undefined;
  readonly rows: readonly FoldedLayer[];
  readonly outputs: readonly OutputText[];
  readonly box: NodeBox;
  /** What a screen reader says. */
  readonly description: string;
}

export interface CanvasEdge {
  readonly id: string;
  readonly from: string;
  readonly exit: number;
  readonly to: string;
  /** Name of the blob that flows here. */
  readonly blob: string;
  /** The layer that made this version of the blob (a folded one perhaps), and the reader with the bottom it reads. */
  readonly producer: string;
  readonly consumer: string;
  readonly bottomIndex: number;
  readonly shape: string;
  /** Labels and the like: drawn quietly at the side. */
  readonly quiet: boolean;
  readonly description: string;
}

export interface CanvasGraph {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  /** Which node shows a layer: its own, or the one it is folded into. */
  readonly nodeOf: ReadonlyMap<string, string>;
  /** What the layout depends on; the same object as before while that is unchanged. */
  readonly layout: LayoutRequest;
}

/** The index of the layer that a layer is drawn in: its own where it is not folded. */
function foldingRoots(view: NetView, blobs: ReadonlyMap<string, BlobView>): number[] {
  const roots: number[] = [];
  view.layers.forEach((layer, index) => {
    const [bottom] = layer.bottoms;
    const blob = bottom === undefined ? undefined : blobs.get(bottom);
    const root = blob === undefined ? undefined : roots[blob.producer];
    const folds =
      layer.inPlace && layer.bottoms.length === 1 && layer.tops.length === 1 && blob?.consumers.length === 1;
    roots.push(folds && root !== undefined ? root : index);
  });
  return roots;
}

interface Group {
  readonly root: LayerView;
  readonly folded: readonly LayerView[];
  /** For each top of the root, its last version and who made it. */
  readonly finalTops: readonly { readonly blob: BlobView | undefined; readonly maker: LayerView }[];
}

function groupOf(root: LayerView, folded: readonly LayerView[], blobs: ReadonlyMap<string, BlobView>): Group {
  const finalTops = root.tops.map((top) => {
    let id = top;
    let maker = root;
    for (const layer of folded) {
      const next = layer.tops[0];
      if (layer.bottoms[0] === id && next !== undefined) [id, maker] = [next, layer];
    }
    return { blob: blobs.get(id), maker };
  });
  return { root, folded, finalTops };
}

const outputText = (blob: BlobView, index: number): OutputText => ({
  blob: blob.id,
  text: index === 0 ? shapeText(blob.shape) : `${blob.name} ${shapeText(blob.shape)}`,
});

function describeNode(group: Group, names: readonly string[]): string {
  const { root, folded, finalTops } = group;
  const parts = [`${root.name}, ${root.type}`];
  if (root.summary !== '') parts.push(root.summary);
  for (const layer of folded) parts.push(`with ${layer.name}, ${layer.type}, in place`);
  if (names.length > 0) parts.push(`reads ${names.join(' and ')}`);
  const made = finalTops.flatMap(({ blob }) => (blob === undefined ? [] : [`${blob.name} ${shapeText(blob.shape)}`]));
  if (made.length > 0) parts.push(`makes ${made.join(' and ')}`);
  const problem = [root, ...folded].find((layer) => layer.problem !== undefined)?.problem;
  if (problem !== undefined) parts.push(problem);
  return parts.join('; ');
}

function toNode(group: Group, blobs: ReadonlyMap<string, BlobView>): CanvasNode {
  const { root, folded, finalTops } = group;
  const read = finalTops.flatMap(({ blob }) => (blob !== undefined && blob.consumers.length > 0 ? [blob] : []));
  const outputs = read.map(outputText);
  const rows = folded.map(({ id, name, type, family, problem }) => ({ id, name, type, family, problem }));
  return {
    id: root.id,
    name: root.name,
    type: root.type,
    family: root.family,
    summary: root.summary,
    problem: root.problem,
    rows,
    outputs,
    box: nodeBox({
      name: root.name,
      type: root.type,
      summary: root.summary,
      rows,
      outputs,
      source: root.bottoms.length === 0,
    }),
    description: describeNode(
      group,
      root.bottoms.map((bottom) => blobs.get(bottom)?.name ?? bottom),
    ),
  };
}

function toEdges(group: Group, node: CanvasNode, roots: readonly number[], view: NetView): CanvasEdge[] {
  return group.finalTops.flatMap(({ blob, maker }) =>
    (blob?.consumers ?? []).flatMap(({ layer, bottomIndex }) => {
      const consumer = view.layers[layer];
      const target = view.layers[roots[layer] ?? layer];
      if (blob === undefined || consumer === undefined || target === undefined) return [];
      const exit = node.outputs.findIndex((output) => output.blob === blob.id);
      const shape = shapeText(blob.shape);
      return [
        {
          id: `${blob.id} → ${consumer.id} ${bottomIndex}`,
          from: node.id,
          exit,
          to: target.id,
          blob: blob.name,
          producer: maker.id,
          consumer: consumer.id,
          bottomIndex,
          shape,
          quiet: group.root.bottoms.length === 0 && exit > 0,
          description: `${blob.name} ${shape}, from ${maker.name} to ${consumer.name}`,
        },
      ];
    }),
  );
}

/** Takes over each element of `before` that equals its successor; the whole array if all do. */
function keepIdentity<T extends { readonly id: string }>(now: readonly T[], before: readonly T[]): readonly T[] {
  const old = new Map(before.map((item) => [item.id, item]));
  const kept = now.map((item) => {
    const twin = old.get(item.id);
    return twin !== undefined && JSON.stringify(twin) === JSON.stringify(item) ? twin : item;
  });
  return kept.length === before.length && kept.every((item, i) => item === before[i]) ? before : kept;
}

function layoutRequest(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): LayoutRequest {
  return {
    kind: 'layout',
    nodes: nodes.map(({ id, box }) => ({
      id,
      width: box.boxWidth,
      height: box.boxHeight,
      bodyHeight: box.height,
      entry: box.width / 2,
      exits: box.exits,
    })),
    edges: edges.map(({ id, from, exit, to, quiet }) => ({ id, from, exit, to, aside: quiet })),
  };
}

/** Projects a net of one phase. Pass the last graph so that what is unchanged keeps its identity. */
export function project(view: NetView, previous?: CanvasGraph): CanvasGraph {
  const blobs = new Map(view.blobs.map((blob) => [blob.id, blob]));
  const roots = foldingRoots(view, blobs);
  const foldedInto = new Map<number, LayerView[]>();
  const nodeOf = new Map<string, string>();
  view.layers.forEach((layer, index) => {
    const root = roots[index] ?? index;
    const list = foldedInto.get(root) ?? [];
    if (root !== index) list.push(layer);
    foldedInto.set(root, list);
    nodeOf.set(layer.id, view.layers[root]?.id ?? layer.id);
  });

  const nodes: CanvasNode[] = [];
  const edges: CanvasEdge[] = [];
  view.layers.forEach((layer, index) => {
    if (roots[index] !== index) return;
    const group = groupOf(layer, foldedInto.get(index) ?? [], blobs);
    const node = toNode(group, blobs);
    nodes.push(node);
    edges.push(...toEdges(group, node, roots, view));
  });

  const keptNodes = keepIdentity(nodes, previous?.nodes ?? []);
  const keptEdges = keepIdentity(edges, previous?.edges ?? []);
  const layout = layoutRequest(keptNodes, keptEdges);
  const sameLayout = previous !== undefined && JSON.stringify(previous.layout) === JSON.stringify(layout);
  return { nodes: keptNodes, edges: keptEdges, nodeOf, layout: sameLayout ? previous.layout : layout };
}
