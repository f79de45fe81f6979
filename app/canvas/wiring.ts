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
import { shapeText } from './node-box.ts';
import { performInTurn, whyNoChange } from './perform.ts';
import { exitsOf, layerOf } from './ports.ts';
import type { CanvasEdge, CanvasNode } from './project.ts';
import { select, selectEdge } from './selection.ts';
import { nearestExit, placedNode } from './wire-anchors.ts';
import { useWiring, type Held, type Joint, type Verdict, type Wire, type WireOption } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

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
function problemOf(held: Held, { from, to }: Pick<Joint, 'from' | 'to'>): string | undefined {
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
      const { consumer, blob, to: reader } = held.edge;
      if (reader === target) return undefined;
      const to = freeBottom(target);
      // From behind, so that those before keep their places.
      const [last, ...others] = held.edge.readers.toReversed();
      if (last === undefined) return undefined;
      return {
        action: { kind: 'reconnect', ...last, to },
        further: others.map((other) => ({ kind: 'disconnect', ...other })),
        from: topOf(held.edge),
        to,
        says: `Let ${target} read ${blob} instead of ${others.length === 0 ? consumer : nameOf(reader)}`,
        reader: target,
      };
    }
    case 'source': {
      const { consumer, bottomIndex, blob, producer, readers, to } = held.edge;
      if (from === undefined || (from.layer === producer && from.blob === blob)) return undefined;
      const top = { layer: from.layer, top: from.top };
      const [first, ...others] = readers.map((reader): NetAction => ({ kind: 'reconnect', ...reader, from: top }));
      if (first === undefined) return undefined;
      return {
        action: first,
        further: others,
        from: top,
        to: { layer: consumer, bottom: bottomIndex },
        says: `Let ${others.length === 0 ? consumer : nameOf(to)} read ${from.blob} instead of ${blob}`,
        reader: consumer,
      };
    }
  }
}

const connecting = (from: TopEnd, blob: string, to: BottomEnd): Joint => ({
  action: { kind: 'connect', from, to },
  further: [],
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

const drawnNode = (id: string): CanvasNode | undefined =>
  useCanvas.getState().picture?.graph.nodes.find((node) => node.id === id);

const nameOf = (node: string): string => drawnNode(node)?.name ?? node;

/** What letting a line go somewhere would do; `joint` where that changes the text. */
type Judgement = Verdict & { readonly joint?: Joint };

/** Where a line that is held is let go over a node: what it would do, or why it cannot. */
export function judge(held: Held, target: string, at?: Point): Judgement {
  const node = drawnNode(target);
  if (node?.group !== undefined) return judgeGroup(held, node);
  const from = held.kind === 'entry' || held.kind === 'source' ? topAt(target, at) : undefined;
  const joint = jointOf(held, target, from);
  if (joint !== undefined) return judgeJoint(held, joint);
  if (held.kind === 'entry' || (held.kind === 'source' && from === undefined)) {
    return { possible: false, says: `${target} makes no blob that could be read.` };
  }
  return { possible: true, says: 'It stays where it is' };
}

function judgeJoint(held: Held, joint: Joint): Judgement {
  // An edge into a closed group stands for all that read there.
  const also = held.kind === 'source' ? held.edge.readers.slice(1) : [];
  const ends = [joint.to, ...also.map(({ consumer, bottomIndex }) => ({ layer: consumer, bottom: bottomIndex }))];
  for (const to of ends) {
    const problem = problemOf(held, { from: joint.from, to });
    if (problem !== undefined) return { possible: false, says: problem };
  }
  return { possible: true, says: joint.says, joint };
}

function judgeGroup(held: Held, node: CanvasNode): Judgement {
  if (held.kind === 'reader' && held.edge.to === node.id) return { possible: true, says: 'It stays where it is' };
  const places = optionsIn(held, node);
  const first = places.next().value;
  if (first === undefined) {
    const outward = held.kind === 'exit' || held.kind === 'reader';
    const what = outward ? 'No layer in it can take this blob.' : 'It makes nothing that fits here.';
    return { possible: false, says: `${node.name} is a closed group. ${what}` };
  }
  if (places.next().done === true) return { possible: true, says: first.joint.says, joint: first.joint };
  return { possible: true, says: `Choose a place in ${node.name}…` };
}

/** The places in a closed group where a line can end, found one after the other: its layers, or what they make. */
function* optionsIn(held: Held, node: CanvasNode): Generator<WireOption, undefined> {
  const view = viewNow();
  if (view === undefined) return;
  const shape = (blob: string | undefined): string => shapeText(view.blobs.find(({ id }) => id === blob)?.shape);
  for (const id of node.members) {
    const layer = layerOf(view, id);
    if (layer === undefined) continue;
    if (held.kind === 'exit' || held.kind === 'reader') {
      const { joint } = judgeLayer(held, id, undefined);
      const note = `${layer.type}, reads ${layer.bottoms.map(shape).join(' and ') || 'nothing yet'}`;
      if (joint !== undefined) yield { title: layer.name, note, family: layer.family, joint };
      continue;
    }
    // What works in place leaves the blob of another.
    if (layer.inPlace) continue;
    for (const [top, made] of layer.tops.entries()) {
      const blob = view.blobs.find((one) => one.id === made);
      const { joint } = blob === undefined ? {} : judgeLayer(held, id, { layer: id, top, blob: blob.name });
      const note = `${shapeText(blob?.shape)}, from ${layer.name}`;
      if (joint !== undefined) yield { title: blob?.name ?? made, note, family: layer.family, joint };
    }
  }
}

function judgeLayer(held: Held, target: string, from: MadeBlob | undefined): Partial<Judgement> {
  const joint = jointOf(held, target, from);
  return joint === undefined ? {} : judgeJoint(held, joint);
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
  return joint !== undefined && carryOutJoint(joint, target);
}

/** Does what a joint means; a closed group that it leads into stays closed. */
export function carryOutJoint({ action, further, says, reader }: Joint, target: string): boolean {
  const select = [drawnNode(target)?.members.includes(reader) === true ? target : reader];
  return performInTurn(action, () => further, { label: says, select });
}

/** Of a closed group with several places for the line, offers these; returns whether there are several. */
export function offerPlaces(held: Held, target: string, at: Point): boolean {
  const node = drawnNode(target);
  if (node?.group === undefined || judge(held, target).joint !== undefined) return false;
  const options = [...optionsIn(held, node)];
  if (options.length < 2) return false;
  useWiring.setState({ quick: { at, purpose: { kind: 'choice', group: target, name: node.name, options } } });
  return true;
}

/** Lets the line go over a node, or (undefined) over the empty canvas, which offers a new layer for its end. */
export function dropWire({ held }: Wire, target: string | undefined, inGraph: Point, inPane: Point): void {
  if (target !== undefined) {
    if (!offerPlaces(held, target, inPane)) join(held, target, inGraph);
  } else if (held.kind === 'exit' || held.kind === 'entry') {
    useWiring.setState({ quick: { at: inPane, purpose: { kind: 'wire', held } } });
  }
}

/** Takes an edge away: its reader, or all that it stands for, have one bottom less. */
export function disconnect({ readers, blob, to }: CanvasEdge): boolean {
  // From behind, so that those before keep their places.
  const [first, ...others] = readers.toReversed();
  if (first === undefined) return false;
  const outcome =
    others.length === 0
      ? { label: `Disconnect ${blob} from ${first.consumer}`, select: [first.consumer] }
      : { label: `Disconnect ${blob} from ${nameOf(to)}`, select: [to] };
  const done = performInTurn(
    { kind: 'disconnect', ...first },
    () => others.map((other) => ({ kind: 'disconnect', ...other })),
    outcome,
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
