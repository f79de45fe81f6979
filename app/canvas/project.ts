/**
 * From a net to what the canvas draws: nodes, frames and edges as plain data. In-place layers are folded into the node of
 * the layer whose output they change, and closed groups are one node. What did not change since the last projection keeps
 * its identity, so that nothing is drawn or placed again without need.
 */
import type { BlobView, LayerView, NetView } from '../caffe/net/net-view.ts';
import { formatLarge, plural } from '../store/format.ts';
import type { LayoutRequest } from '../workers/protocol.ts';
import { foldNet, type FoldedUnit, type Folding } from './folding.ts';
import { shownGroups, type ShownGroups } from './group-state.ts';
import type { Group } from './groups.ts';
import { costOf, sumCosts, type NodeCost } from './node-cost.ts';
import { nodeBox, shapeText, type FlowDirection, type NodeBox, type OutputText } from './node-box.ts';
import { monoWidth } from './text-metrics.ts';

/** An in-place layer shown as a row of its producer's node. */
export interface FoldedLayer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly family: LayerView['family'];
  readonly problem: string | undefined;
}

/** What is said of a closed group beyond its node. */
export interface ClosedGroup {
  readonly id: string;
  readonly layers: number;
  readonly repeats: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface CanvasNode {
  /** Id of the layer; of a closed group `group:` and its own. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly family: LayerView['family'];
  readonly summary: string;
  readonly problem: string | undefined;
  readonly rows: readonly FoldedLayer[];
  readonly outputs: readonly OutputText[];
  readonly box: NodeBox;
  /** All layers it stands for, by id, in the order of the text. */
  readonly members: readonly string[];
  readonly group: ClosedGroup | undefined;
  /** The open group whose frame it stands in. */
  readonly inside: string | undefined;
  /** In-place layers could be folded into it and are shown one by one. */
  readonly unfolded: boolean;
  readonly cost: NodeCost;
  /** What a screen reader says. */
  readonly description: string;
}

/** A bottom of a layer. */
export interface EdgeReader {
  readonly consumer: string;
  readonly bottomIndex: number;
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
  /** All that it stands for, that reader first: more than one only where it leads into a closed group. */
  readonly readers: readonly EdgeReader[];
  readonly shape: string;
  /** Labels and the like: drawn quietly at the side. */
  readonly quiet: boolean;
  readonly description: string;
}

/** An open group: a frame with its name. */
export interface CanvasFrame {
  /** As in the sidecar. */
  readonly id: string;
  readonly label: string;
  readonly inside: string | undefined;
  readonly members: readonly string[];
  /** The box of the node that it is when closed. */
  readonly closedBox: NodeBox;
  readonly facts: string;
  readonly description: string;
}

export interface CanvasGraph {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly frames: readonly CanvasFrame[];
  /** Which node shows a layer: its own, the one it is folded into, or that of its closed group. */
  readonly nodeOf: ReadonlyMap<string, string>;
  /** The groups around each layer, outer ones first, by id. */
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  /** All groups of the net, open or not. */
  readonly groups: readonly Group[];
  /** Are groups closed that nobody opened or closed? */
  readonly closedByDefault: boolean;
  /** What the layout depends on; the same object as before while that is unchanged. */
  readonly layout: LayoutRequest;
}

/** How a net is shown: the part of the sidecar that the projection reads. */
export interface Appearance {
  readonly collapsed: Readonly<Record<string, boolean>>;
  readonly unfolded: readonly string[];
  readonly direction: FlowDirection;
}

export const PLAIN: Appearance = { collapsed: {}, unfolded: [], direction: 'down' };

const GROUP = 'group:';

/** Id of the node that shows a closed group. */
export const groupNodeId = (group: string): string => GROUP + group;

const SHAPE_READERS: ReadonlySet<string> = new Set(['Crop', 'PriorBox']);

/** The second bottom of these only lends its shape. */
const lendsShape = (reader: LayerView, bottomIndex: number): boolean =>
  bottomIndex === 1 && SHAPE_READERS.has(reader.type);

const outputText = (blob: BlobView, index: number): OutputText => ({
  blob: blob.id,
  text: index === 0 ? shapeText(blob.shape) : `${blob.name} ${shapeText(blob.shape)}`,
});

const blobText = (blob: BlobView): string => `${blob.name} ${shapeText(blob.shape)}`;

class Projection {
  readonly #view: NetView;
  readonly #blobs: ReadonlyMap<string, BlobView>;
  /** Of each layer, by id, in the order of the text. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #folding: Folding;
  readonly #shown: ShownGroups;
  readonly #direction: FlowDirection;

  constructor(view: NetView, appearance: Appearance) {
    this.#view = view;
    this.#blobs = new Map(view.blobs.map((blob) => [blob.id, blob]));
    this.#places = new Map(view.layers.map(({ id }, i) => [id, i]));
    this.#folding = foldNet(view, this.#blobs, new Set(appearance.unfolded));
    this.#shown = shownGroups(this.#folding, view, appearance.collapsed, lendsShape);
    this.#direction = appearance.direction;
  }

  graph(previous: CanvasGraph | undefined): CanvasGraph {
    const { units, unitOf } = this.#folding;
    const nodeIds = units.map(({ root }, i) => {
      const closed = this.#shown.closed[i];
      return closed === undefined ? root.id : groupNodeId(closed.id);
    });
    const nodeOf = new Map(this.#view.layers.map(({ id }, i) => [id, nodeIds[unitOf[i] as number] as string]));
    const nodes = new Map<string, CanvasNode>();
    units.forEach((unit, i) => {
      const id = nodeIds[i] as string;
      if (nodes.has(id)) return;
      const closed = this.#shown.closed[i];
      nodes.set(id, closed === undefined ? this.#layerNode(unit, i) : this.#groupNode(closed, this.#shown.inside[i]));
    });
    const edges = new Map<string, CanvasEdge>();
    units.forEach((unit, i) => {
      const node = nodes.get(nodeIds[i] as string);
      if (node === undefined) return;
      for (const edge of this.#edges(unit, node, nodeIds)) {
        const same = edges.get(edge.id);
        edges.set(edge.id, same === undefined ? edge : { ...same, readers: [...same.readers, ...edge.readers] });
      }
    });
    const frames = this.#shown.open.map(({ group, inside }) => this.#frame(group, inside));

    const keptNodes = keepIdentity([...nodes.values()], previous?.nodes ?? []);
    const keptEdges = keepIdentity([...edges.values()], previous?.edges ?? []);
    const keptFrames = keepIdentity(frames, previous?.frames ?? []);
    const layout = layoutRequest(keptNodes, keptEdges, keptFrames, this.#direction);
    const sameLayout = previous !== undefined && JSON.stringify(previous.layout) === JSON.stringify(layout);
    return {
      nodes: keptNodes,
      edges: keptEdges,
      frames: keptFrames,
      nodeOf,
      groupsOf: new Map(this.#view.layers.map(({ id }, i) => [id, this.#shown.paths[unitOf[i] as number] ?? []])),
      groups: this.#shown.all,
      closedByDefault: this.#shown.closedByDefault,
      layout: sameLayout ? previous.layout : layout,
    };
  }

  #layerNode(unit: FoldedUnit, index: number): CanvasNode {
    const { root, folded, finalTops } = unit;
    const read = finalTops.flatMap(({ blob }) => (blob !== undefined && blob.consumers.length > 0 ? [blob] : []));
    const outputs = read.map(outputText);
    const rows = folded.map(({ id, name, type, family, problem }) => ({ id, name, type, family, problem }));
    const source = root.bottoms.length === 0;
    return {
      id: root.id,
      name: root.name,
      type: root.type,
      family: root.family,
      summary: root.summary,
      problem: root.problem,
      rows,
      outputs,
      box: nodeBox({ ...root, rows, outputs, source, direction: this.#direction }),
      members: [root.id, ...rows.map(({ id }) => id)],
      group: undefined,
      inside: this.#shown.inside[index]?.id,
      unfolded: unit.unfolded,
      cost: costOf([root, ...folded], this.#blobs),
      description: this.#describeLayer(unit),
    };
  }

  #groupNode(group: Group, inside: Group | undefined): CanvasNode {
    const { units } = this.#folding;
    const own = group.units.flatMap((unit) => units[unit] ?? []);
    const layers = own.flatMap(({ root, folded }) => [root, ...folded]);
    const placeOf = (id: string): number => this.#places.get(id) ?? 0;
    const members = layers.map(({ id }) => id).sort((a, b) => placeOf(a) - placeOf(b));
    const within = new Set(members.map(placeOf));
    const made = own
      .flatMap(({ finalTops }) => finalTops.flatMap(({ blob }) => blob ?? []))
      .filter(({ consumers }) => consumers.some(({ layer }) => !within.has(layer)));
    const read = new Set(
      layers
        .flatMap(({ bottoms }) => bottoms.flatMap((bottom) => this.#blobs.get(bottom) ?? []))
        .filter(({ producer }) => !within.has(producer)),
    );
    const cost = sumCosts(own.map(({ root, folded }) => costOf([root, ...folded], this.#blobs)));
    const outputs = made.map(outputText);
    const facts: ClosedGroup = {
      id: group.id,
      layers: layers.length,
      repeats: group.repeats,
      inputs: [...read].map(blobText),
      outputs: made.map(blobText),
    };
    const type =
      group.repeats > 1
        ? `${group.repeats} × the same, ${plural(layers.length, 'layer')}`
        : plural(layers.length, 'layer');
    const summary = cost.parameters === 0 ? '' : `${formatLarge(cost.parameters)} params`;
    const name = group.label;
    return {
      id: groupNodeId(group.id),
      name,
      type,
      family: dominantFamily(layers),
      summary,
      problem: layers.find(({ problem }) => problem !== undefined)?.problem,
      rows: [],
      outputs,
      box: nodeBox({
        name,
        type,
        summary,
        rows: [],
        outputs,
        source: read.size === 0,
        direction: this.#direction,
        closed: true,
      }),
      members,
      group: facts,
      inside: inside?.id,
      unfolded: false,
      cost,
      description: describeGroup(name, type, facts, cost),
    };
  }

  #frame(group: Group, inside: Group | undefined): CanvasFrame {
    const { units } = this.#folding;
    const own = group.units.flatMap((unit) => units[unit] ?? []);
    const layers = own.flatMap(({ root, folded }) => [root, ...folded]);
    const { parameters, macs } = costOf(layers, this.#blobs);
    const facts = [
      plural(layers.length, 'layer'),
      ...(parameters > 0 ? [`${formatLarge(parameters)} params`] : []),
      ...(macs > 0 ? [`${formatLarge(macs)} MACs`] : []),
    ].join(' · ');
    return {
      id: group.id,
      label: group.label,
      inside: inside?.id,
      members: layers.map(({ id }) => id),
      closedBox: this.#groupNode(group, undefined).box,
      facts,
      description: `Group ${group.label}, open; ${facts}`,
    };
  }

  #edges(unit: FoldedUnit, node: CanvasNode, nodeIds: readonly string[]): CanvasEdge[] {
    const { unitOf } = this.#folding;
    return unit.finalTops.flatMap(({ blob, maker }) =>
      (blob?.consumers ?? []).flatMap(({ layer, bottomIndex }) => {
        const consumer = this.#view.layers[layer];
        const target = unitOf[layer];
        const to = target === undefined ? undefined : nodeIds[target];
        if (blob === undefined || consumer === undefined || target === undefined || to === undefined) return [];
        if (to === node.id) return [];
        const exit = node.outputs.findIndex((output) => output.blob === blob.id);
        const shape = shapeText(blob.shape);
        const closed = this.#shown.closed[target];
        return [
          {
            id: closed === undefined ? `${blob.id} → ${consumer.id} ${bottomIndex}` : `${blob.id} → ${to}`,
            from: node.id,
            exit,
            to,
            blob: blob.name,
            producer: maker.id,
            consumer: consumer.id,
            bottomIndex,
            readers: [{ consumer: consumer.id, bottomIndex }],
            shape,
            quiet: (unit.root.bottoms.length === 0 && exit > 0) || lendsShape(consumer, bottomIndex),
            description: `${blob.name} ${shape}, from ${maker.name} to ${closed?.label ?? consumer.name}`,
          },
        ];
      }),
    );
  }

  #describeLayer({ root, folded, finalTops }: FoldedUnit): string {
    const parts = [`${root.name}, ${root.type}`];
    if (root.summary !== '') parts.push(root.summary);
    for (const layer of folded) parts.push(`with ${layer.name}, ${layer.type}, in place`);
    const names = root.bottoms.map((bottom) => this.#blobs.get(bottom)?.name ?? bottom);
    if (names.length > 0) parts.push(`reads ${names.join(' and ')}`);
    const made = finalTops.flatMap(({ blob }) => (blob === undefined ? [] : [blobText(blob)]));
    if (made.length > 0) parts.push(`makes ${made.join(' and ')}`);
    const problem = [root, ...folded].find((layer) => layer.problem !== undefined)?.problem;
    if (problem !== undefined) parts.push(problem);
    return parts.join('; ');
  }
}

function describeGroup(name: string, type: string, { inputs, outputs }: ClosedGroup, cost: NodeCost): string {
  const parts = [`${name}, closed group of ${type}`];
  if (cost.parameters > 0) parts.push(`${formatLarge(cost.parameters)} parameters`);
  if (cost.macs > 0) parts.push(`${formatLarge(cost.macs)} multiply-adds`);
  if (inputs.length > 0) parts.push(`reads ${inputs.join(' and ')}`);
  if (outputs.length > 0) parts.push(`makes ${outputs.join(' and ')}`);
  return parts.join('; ');
}

/** The family that most of a group's layers belong to; of layers that are drawn in other colours the first counts. */
function dominantFamily(layers: readonly LayerView[]): LayerView['family'] {
  const counts = new Map<LayerView['family'], number>();
  for (const { family, inPlace } of layers) if (!inPlace) counts.set(family, (counts.get(family) ?? 0) + 1);
  let best: readonly [LayerView['family'], number] | undefined;
  for (const entry of counts) if (best === undefined || entry[1] > best[1]) best = entry;
  return best?.[0] ?? 'unknown';
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

/** Size of a frame's name, and what stands beside it. */
const FRAME_NAME_SIZE = 11;
const FRAME_BUTTON = 36;

function layoutRequest(
  nodes: readonly CanvasNode[],
  edges: readonly CanvasEdge[],
  frames: readonly CanvasFrame[],
  direction: FlowDirection,
): LayoutRequest {
  return {
    kind: 'layout',
    direction,
    nodes: nodes.map(({ id, box, inside }) => {
      const { width, height, boxWidth, boxHeight, exits } = box;
      return direction === 'down'
        ? { id, width: boxWidth, height: boxHeight, bodyHeight: height, entry: width / 2, exits, group: inside }
        : { id, width: boxHeight, height: boxWidth, bodyHeight: width, entry: height / 2, exits, group: inside };
    }),
    edges: edges.map(({ id, from, exit, to, quiet }) => ({ id, from, exit, to, aside: quiet })),
    groups: frames.map(({ id, label, inside }) => ({
      id,
      group: inside,
      nameWidth: Math.ceil(monoWidth(label, FRAME_NAME_SIZE) + FRAME_BUTTON),
    })),
  };
}

/** Projects a net of one phase. Pass the last graph so that what is unchanged keeps its identity. */
export const project = (view: NetView, previous?: CanvasGraph, appearance: Appearance = PLAIN): CanvasGraph =>
  new Projection(view, appearance).graph(previous);
