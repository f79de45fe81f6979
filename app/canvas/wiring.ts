/**
 * Drawing lines between layers, whatever they are drawn with: what the end of a line could be joined to, why not to the
 * rest, and the edit that joins it.
 */
import type { BottomEnd, NetAction, TopEnd } from '../caffe/text/edit-actions.ts';
import { shapesFrom } from '../caffe/net/connection-shapes.ts';
import { connectionsFrom, type ConnectCheck } from '../caffe/text/connect-problem.ts';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import { perform, whyNoChange } from './perform.ts';
import { exitsOf, layerOf } from './ports.ts';
import type { CanvasEdge } from './project.ts';
import { select, selectEdge } from './selection.ts';
import { nearestExit, placedNode } from './wire-anchors.ts';
import { useWiring, type Held, type Verdict, type Wire } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

/** What joining a held end to a node means. */
export interface Joint {
  readonly action: NetAction;
  readonly from: TopEnd;
  readonly to: BottomEnd;
  readonly says: string;
  /** The layer that reads afterwards. */
  readonly reader: string;
}

/** A bottom of a layer whose blob nobody makes: what is connected takes its place. */
function danglingBottom(id: string): number | undefined {
  const view = viewNow();
  const layer = view && layerOf(view, id);
  if (view === undefined || layer === undefined) return undefined;
  const index = layer.bottoms.findIndex((bottom) => !view.blobs.some((blob) => blob.id === bottom));
  return index < 0 ? undefined : index;
}

/** The bottom end that a new connection to a layer takes. */
export function freeBottom(layer: string): BottomEnd {
  const bottom = danglingBottom(layer);
  return bottom === undefined ? { layer } : { layer, bottom };
}

/** What was found out for a held line, while the text stays: the pointer asks for the same again and again. */
interface Known {
  readonly text: string;
  readonly reasons: Map<string, string | undefined>;
  /** For lines whose source stays: what was found out for one reader helps with the next. */
  check: ConnectCheck | undefined;
}

const known = new WeakMap<Held, Known>();

function knownOf(held: Held): Known {
  const { netText: text } = useDocument.getState();
  const before = known.get(held);
  if (before?.text === text) return before;
  const fresh: Known = { text, reasons: new Map(), check: undefined };
  known.set(held, fresh);
  return fresh;
}

/** Why a joint cannot be; undefined when it can. */
function problemOf(held: Held, { from, to }: Joint): string | undefined {
  const about = knownOf(held);
  const key = JSON.stringify([from, to]);
  if (about.reasons.has(key)) return about.reasons.get(key);
  const fixed = held.kind === 'exit' || held.kind === 'reader';
  const check = (fixed ? about.check : undefined) ?? checkFrom(about.text, from);
  about.check = check;
  const reason = check(to);
  about.reasons.set(key, reason);
  return reason;
}

/** Asks first whether a line may be at all, then whether the shapes agree. */
function checkFrom(text: string, from: TopEnd): ConnectCheck {
  const view = viewNow();
  const mayBe = connectionsFrom(text, from, layerTable);
  const shapes = view && shapesFrom(text, view, from, layerTable);
  return (to) => mayBe(to) ?? shapes?.(to);
}

/** The top that an edge starts at. */
function topOf({ producer, blob }: CanvasEdge): TopEnd {
  const view = viewNow();
  const layer = view && layerOf(view, producer);
  const top = layer?.tops.findIndex((id) => view?.blobs.some((one) => one.id === id && one.name === blob)) ?? 0;
  return { layer: producer, top: Math.max(0, top) };
}

/** The action of joining; undefined where the node makes no blob, or the line would stay where it is. */
export function jointOf(held: Held, target: string, from: MadeBlob | undefined): Joint | undefined {
  switch (held.kind) {
    case 'exit': {
      const top = { layer: held.layer, top: held.top };
      return connecting(top, held.blob, freeBottom(target));
    }
    case 'entry':
      return from && connecting({ layer: from.layer, top: from.top }, from.blob, freeBottom(held.layer));
    case 'reader': {
      const { consumer, bottomIndex, blob, to: reader } = held.edge;
      if (reader === target) return undefined;
      const to = freeBottom(target);
      return {
        action: { kind: 'reconnect', consumer, bottomIndex, to },
        from: topOf(held.edge),
        to,
        says: `Let ${target} read ${blob} instead of ${consumer}`,
        reader: target,
      };
    }
    case 'source': {
      const { consumer, bottomIndex, blob, producer } = held.edge;
      if (from === undefined || (from.layer === producer && from.blob === blob)) return undefined;
      const top = { layer: from.layer, top: from.top };
      return {
        action: { kind: 'reconnect', consumer, bottomIndex, from: top },
        from: top,
        to: { layer: consumer, bottom: bottomIndex },
        says: `Let ${consumer} read ${from.blob} instead of ${blob}`,
        reader: consumer,
      };
    }
  }
}

const connecting = (from: TopEnd, blob: string, to: BottomEnd): Joint => ({
  action: { kind: 'connect', from, to },
  from,
  to,
  says: `Connect ${blob} to ${to.layer}`,
  reader: to.layer,
});

/** A top with the name of its blob. */
interface MadeBlob extends TopEnd {
  readonly blob: string;
}

/** The blob of a node that a line to it would read: of several, the one whose exit is nearest to the pointer. */
function topAt(target: string, at: Point | undefined): MadeBlob | undefined {
  const { picture } = useCanvas.getState();
  const view = viewNow();
  const node = picture && placedNode(picture.placed, target);
  if (view === undefined || node === undefined) return undefined;
  const exit = at === undefined ? exitsOf(node.node, view)[0] : nearestExit(node, view, at)?.exit;
  return exit && { layer: exit.layer, top: exit.top, blob: exit.blob };
}

/** Does a node stand for one layer, and not for a group? */
function isLayer(node: string): boolean {
  const view = viewNow();
  return view !== undefined && layerOf(view, node) !== undefined;
}

/** Where a line that is held is let go over a node: what it would do, or why it cannot. */
export function judge(held: Held, target: string, at?: Point): Verdict & { readonly joint?: Joint } {
  if (!isLayer(target)) {
    return { possible: false, says: 'This is a group: open it, then choose one of its layers.' };
  }
  const from = held.kind === 'entry' || held.kind === 'source' ? topAt(target, at) : undefined;
  const joint = jointOf(held, target, from);
  if (joint === undefined) {
    if (held.kind === 'entry' || (held.kind === 'source' && from === undefined)) {
      return { possible: false, says: `${target} makes no blob that could be read.` };
    }
    return { possible: true, says: 'It stays where it is' };
  }
  const problem = problemOf(held, joint);
  return problem === undefined ? { possible: true, says: joint.says, joint } : { possible: false, says: problem };
}

/** Takes hold of an end. Which nodes it fits is found out a few at a time, so that even a long net follows the pointer. */
export function holdWire(held: Held, by: Wire['by'], at: Point | undefined): void {
  const reason = whyNoChange();
  const wire: Wire = { held, by, at, target: undefined, verdict: undefined, fits: new Map() };
  useWiring.setState({ wire, near: undefined, quick: undefined, hoveredEdge: undefined });
  if (reason === undefined) judgeRest(held);
}

/** Time that judging nodes may take at a stretch, in milliseconds. */
const SLICE = 8;

function judgeRest(held: Held): void {
  const { wire } = useWiring.getState();
  const { picture } = useCanvas.getState();
  if (wire?.held !== held || picture === undefined) return;
  const fits = new Map(wire.fits);
  const end = performance.now() + SLICE;
  for (const { id } of picture.graph.nodes) {
    if (fits.has(id)) continue;
    fits.set(id, judge(held, id).possible);
    if (performance.now() > end) break;
  }
  useWiring.setState({ wire: { ...wire, fits } });
  if (fits.size < picture.graph.nodes.length) setTimeout(() => judgeRest(held), 0);
}

/** The end of the line has come to a node, or to none. `at` is the pointer in client coordinates, `inGraph` in those of the graph. */
export function judgeTarget(target: string | undefined, at: Point | undefined, inGraph: Point | undefined): void {
  const { wire } = useWiring.getState();
  if (wire === undefined) return;
  const verdict = target === undefined ? undefined : judge(wire.held, target, inGraph);
  if (wire.target === target && wire.at?.x === at?.x && wire.at?.y === at?.y && wire.verdict?.says === verdict?.says)
    return;
  useWiring.setState({ wire: { ...wire, at, target, verdict } });
}

/** Joins the line to a node; returns whether the text changed. Where that cannot be, the reason has been shown already. */
export function join(held: Held, target: string, at?: Point): boolean {
  const { joint } = judge(held, target, at);
  return joint !== undefined && perform(joint.action, { label: joint.says, select: [joint.reader] });
}

/** Lets the line go over a node, or (undefined) over the empty canvas, which offers a new layer for its end. */
export function dropWire({ held }: Wire, target: string | undefined, inGraph: Point, inPane: Point): void {
  if (target !== undefined) {
    join(held, target, inGraph);
  } else if (held.kind === 'exit' || held.kind === 'entry') {
    useWiring.setState({ quick: { at: inPane, purpose: { kind: 'wire', held } } });
  }
}

/** Takes an edge away: its reader has one bottom less. */
export function disconnect({ consumer, bottomIndex, blob }: CanvasEdge): boolean {
  const done = perform(
    { kind: 'disconnect', consumer, bottomIndex },
    { label: `Disconnect ${blob} from ${consumer}`, select: [consumer] },
  );
  if (done) useWiring.setState({ edge: undefined });
  return done;
}

/** The selected edge, while it is in the picture. */
export function selectedEdge(): CanvasEdge | undefined {
  const { edge: id } = useWiring.getState();
  return id === undefined ? undefined : useCanvas.getState().picture?.graph.edges.find((edge) => edge.id === id);
}

/** Selects the edges of a node one after the other, what it reads first; `step` goes on to the next or back. */
export function cycleEdges(step: 1 | -1, node: string): void {
  const edges = useCanvas.getState().picture?.graph.edges ?? [];
  const own = [...edges.filter(({ to }) => to === node), ...edges.filter(({ from }) => from === node)];
  const at = own.findIndex(({ id }) => id === useWiring.getState().edge);
  const next = own[(Math.max(at, step === 1 ? -1 : 0) + step + own.length) % own.length];
  if (next !== undefined) selectEdge(next.id);
}

/** Leaves the selected edge for the layer that reads it. */
export function leaveEdge(): void {
  const edge = selectedEdge();
  selectEdge(undefined);
  if (edge !== undefined) select([edge.consumer]);
}
