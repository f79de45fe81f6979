/**
 * Keeps the picture on the canvas true to the document: projects each new net, has it placed, and shows it only once it
 * has its places, so that nothing jumps about in between. Layouts that were overtaken are dropped.
 */
import { readNet } from '../caffe/net/read-net.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import { useDocument, type DocumentState } from '../store/document.ts';
import { WorkerError } from '../workers/failure.ts';
import type { LayoutAnswer, LayoutRequest } from '../workers/protocol.ts';
import { useCanvas, type Picture } from './canvas-state.ts';
import type { Point } from './edge-path.ts';
import { NOTHING_MOVED, placeGraph } from './placed-graph.ts';
import { project, type CanvasGraph } from './project.ts';

/** Places a graph; rejects with a WorkerError, of code `cancelled` when a newer request took its place. */
export type PlaceGraph = (request: LayoutRequest) => Promise<LayoutAnswer>;

const shownNet = ({ goodNets, phase }: DocumentState): NetView | undefined => goodNets?.[phase];

/** Fewer than half of the nodes were there before: another net, not an edit. */
function isAnotherNet(before: CanvasGraph | undefined, now: CanvasGraph): boolean {
  if (before === undefined || before.nodes.length === 0) return true;
  const old = new Set(before.nodes.map(({ id }) => id));
  return now.nodes.filter(({ id }) => old.has(id)).length * 2 < Math.min(now.nodes.length, before.nodes.length);
}

/** Starts to follow; returns the function that ends it. */
export function followDocument(place: PlaceGraph): () => void {
  let graph: CanvasGraph | undefined;
  let ended = false;

  const show = (next: CanvasGraph, answer: LayoutAnswer): void =>
    useCanvas.setState((state) => {
      const placed = placeGraph(next, answer, state.moved, state.picture?.placed);
      const picture: Picture = { graph: next, request: next.layout, answer, placed };
      const fits = isAnotherNet(state.picture?.graph, next) ? state.fits + 1 : state.fits;
      return { picture, fits, failure: undefined };
    });

  const update = (view: NetView | undefined): void => {
    if (view === undefined) {
      graph = undefined;
      useCanvas.setState({ picture: undefined });
      return;
    }
    const next = project(view, graph);
    graph = next;
    const { picture } = useCanvas.getState();
    if (picture?.request === next.layout) {
      show(next, picture.answer);
      return;
    }
    place(next.layout).then(
      (answer) => {
        if (!ended && graph?.layout === next.layout) show(graph, answer);
      },
      (error: unknown) => {
        if (ended || (error instanceof WorkerError && error.failure.code === 'cancelled')) return;
        const reason = error instanceof Error ? error.message : String(error);
        useCanvas.setState({ failure: `The graph could not be laid out: ${reason}` });
      },
    );
  };

  update(shownNet(useDocument.getState()));
  const leaveDocument = useDocument.subscribe((state, before) => {
    if (state.name !== before.name) moveNodes(NOTHING_MOVED);
    if (state.goodNets !== before.goodNets) forgetGone(state);
    if (shownNet(state) !== shownNet(before)) update(shownNet(state));
  });
  return () => {
    ended = true;
    leaveDocument();
  };
}

/** Takes layers out of the selection that are not in the text any more. */
function forgetGone({ selection, netText }: DocumentState): void {
  if (selection.length === 0) return;
  const there = new Set(readNet(netText).layers.map(({ id }) => id));
  const kept = selection.filter((id) => there.has(id));
  if (kept.length < selection.length) useDocument.setState({ selection: kept });
}

/** Sets the positions of the nodes moved by hand; `NOTHING_MOVED` gives the layout back its say. */
export function moveNodes(moved: ReadonlyMap<string, Point>): void {
  useCanvas.setState(({ picture }) => ({
    moved,
    ...(picture === undefined
      ? {}
      : { picture: { ...picture, placed: placeGraph(picture.graph, picture.answer, moved, picture.placed) } }),
  }));
}
