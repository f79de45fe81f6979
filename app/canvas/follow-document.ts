/**
 * Keeps the picture on the canvas true to the document: projects each new net, has it placed, and shows it only once it
 * has its places, so that nothing jumps about in between. Layouts that were overtaken are dropped.
 */
import type { NetView } from '../caffe/net/net-view.ts';
import { useDocument, type DocumentState } from '../store/document.ts';
import { useSidecar, type Sidecar } from '../store/sidecar.ts';
import { useView } from '../store/view.ts';
import { WorkerError } from '../workers/failure.ts';
import type { LayoutAnswer, LayoutRequest } from '../workers/protocol.ts';
import { useCanvas, type Picture } from './canvas-state.ts';
import { followSelection } from './follow-selection.ts';
import { placeGraph } from './placed-graph.ts';
import { project, type CanvasGraph } from './project.ts';
import { shownNet } from './shown-net.ts';

/** Places a graph; rejects with a WorkerError, of code `cancelled` when a newer request took its place. */
export type PlaceGraph = (request: LayoutRequest) => Promise<LayoutAnswer>;

const netToShow = (): NetView | undefined => shownNet(useDocument.getState(), useView.getState().deploy);

/** Fewer than half of the layers were there before: another net, not an edit. */
function isAnotherNet(before: CanvasGraph | undefined, now: CanvasGraph): boolean {
  if (before === undefined || before.nodeOf.size === 0) return true;
  let same = 0;
  for (const id of now.nodeOf.keys()) if (before.nodeOf.has(id)) same++;
  return same * 2 < Math.min(now.nodeOf.size, before.nodeOf.size);
}

const looksOtherwise = (now: Sidecar, before: Sidecar): boolean =>
  now.collapsed !== before.collapsed || now.unfolded !== before.unfolded || now.direction !== before.direction;

/** Starts to follow; returns the function that ends it. */
export function followDocument(place: PlaceGraph): () => void {
  let graph: CanvasGraph | undefined;
  let ended = false;

  const show = (next: CanvasGraph, answer: LayoutAnswer): void =>
    useCanvas.setState((state) => {
      const placed = placeGraph(next, answer, useSidecar.getState().moved, state.picture?.placed);
      const picture: Picture = { graph: next, request: next.layout, answer, placed };
      const turned = state.picture !== undefined && state.picture.request.direction !== next.layout.direction;
      const fits = turned || isAnotherNet(state.picture?.graph, next) ? state.fits + 1 : state.fits;
      return { picture, fits, failure: undefined };
    });

  const update = (): void => {
    const view = netToShow();
    if (view === undefined) {
      graph = undefined;
      useCanvas.setState({ picture: undefined });
      return;
    }
    const next = project(view, graph, useSidecar.getState());
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

  update();
  const leaveDocument = useDocument.subscribe((state, before) => {
    if (state.goodNets !== before.goodNets) forgetGone(state, before);
    if (state.goodNets !== before.goodNets || state.phase !== before.phase) update();
  });
  const leaveView = useView.subscribe((state, before) => {
    if (state.deploy !== before.deploy) update();
  });
  const leaveSidecar = useSidecar.subscribe((state, before) => {
    if (looksOtherwise(state, before)) update();
    else if (state.moved !== before.moved) replace();
  });
  const leaveSelection = followSelection();
  return () => {
    ended = true;
    leaveDocument();
    leaveView();
    leaveSidecar();
    leaveSelection();
  };
}

/** Puts the nodes of the same picture where they are now. */
function replace(): void {
  useCanvas.setState(({ picture }) => {
    if (picture === undefined) return {};
    const placed = placeGraph(picture.graph, picture.answer, useSidecar.getState().moved, picture.placed);
    return { picture: { ...picture, placed } };
  });
}

const idsOf = (nets: DocumentState['goodNets']): Set<string> =>
  new Set([...(nets?.TRAIN.layers ?? []), ...(nets?.TEST.layers ?? [])].map(({ id }) => id));

/** Takes layers out of the selection that were in the net before and are not any more. */
function forgetGone({ selection, goodNets }: DocumentState, before: DocumentState): void {
  if (selection.length === 0) return;
  const [there, were] = [idsOf(goodNets), idsOf(before.goodNets)];
  const kept = selection.filter((id) => there.has(id) || !were.has(id));
  if (kept.length < selection.length) useDocument.setState({ selection: kept });
}
