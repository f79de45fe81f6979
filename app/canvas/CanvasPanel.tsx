/**
 * The canvas: the net as a graph that can be walked, changed and read. It shows `goodNets` of the document, and turns
 * every gesture into a text edit.
 */
import '@xyflow/react/dist/base.css';
import './canvas.css';
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import type { NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { MouseEvent as ReactMouseEvent } from 'react';
import { useDocument } from '../store/document.ts';
import { layoutClient } from '../workers/client.ts';
import { ArrowHeads, BlobEdge } from './BlobEdge.tsx';
import { CanvasControls } from './CanvasControls.tsx';
import { CanvasNotice } from './CanvasNotice.tsx';
import { useCanvas } from './canvas-state.ts';
import { canvasKey } from './canvas-keys.ts';
import { DragGhost } from './DragGhost.tsx';
import { flowElements } from './flow-elements.ts';
import { followDocument, moveNodes } from './follow-document.ts';
import { LayerCard } from './LayerCard.tsx';
import { useCanvasFocus } from './use-canvas-focus.ts';
import { familyColour, LayerNode, type LayerFlowNode } from './LayerNode.tsx';
import { Palette } from './Palette.tsx';
import { hasOverview, paneRoom } from './pane-room.ts';
import { boundsOf } from './placed-graph.ts';
import { useCanvasSize } from './use-canvas-size.ts';
import { fitAll, fitStart, MAX_ZOOM, MIN_ZOOM } from './viewport.ts';

const nodeTypes = { layer: LayerNode };
const edgeTypes = { blob: BlobEdge };
const layouts = layoutClient();
const MINIMAP_WIDTH = 80;
const MINIMAP_HEIGHT = 148;
/** Rest of the pointer on a node before its card opens, in milliseconds. */
const CARD_DELAY = 450;

/** The canvas with everything on it. */
export function CanvasPanel() {
  useEffect(() => followDocument((request) => layouts.call(request)), []);
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  );
}

function Canvas() {
  const pane = useRef<HTMLElement>(null);
  const flow = useReactFlow<LayerFlowNode>();
  const picture = useCanvas((state) => state.picture);
  const fits = useCanvas((state) => state.fits);
  const size = useCanvas((state) => state.size);
  const selection = useDocument((state) => state.selection);
  const stale = useDocument((state) => state.nets !== undefined && !state.nets[state.phase].parsed);

  const selectedNodes = useMemo(
    () => new Set(selection.flatMap((id) => picture?.graph.nodeOf.get(id) ?? [])),
    [selection, picture],
  );
  const { nodes, edges } = useMemo(() => {
    if (picture === undefined) return { nodes: [], edges: [] };
    const [first] = selectedNodes;
    return flowElements(picture.placed, selectedNodes, first ?? picture.placed.nodes[0]?.node.id);
  }, [picture, selectedNodes]);

  const goTo = useCallback(
    (choose: typeof fitStart, duration: number) => {
      const { picture: shown, size: now, paletteOpen } = useCanvas.getState();
      const first = shown?.placed.nodes[0];
      const bounds = shown === undefined ? undefined : boundsOf(shown.placed);
      if (now === undefined || bounds === undefined || first === undefined) return;
      const trunk = first.x + first.node.box.width / 2;
      void flow.setViewport(choose(bounds, paneRoom(now, paletteOpen), trunk), { duration });
    },
    [flow],
  );
  useEffect(() => {
    if (fits > 0) goTo(fitStart, 0);
  }, [fits, goTo]);

  useCanvasSize(pane);
  const [firstSelected] = selectedNodes;
  useCanvasFocus(pane, firstSelected);

  const openCard = useRef<ReturnType<typeof setTimeout>>(undefined);
  const closeCard = useCallback(() => {
    clearTimeout(openCard.current);
    useCanvas.setState({ card: undefined });
  }, []);

  return (
    <section
      ref={pane}
      className={`canvas${stale ? ' is-stale' : ''}`}
      aria-label="Network graph"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (pane.current !== null) canvasKey(event, pane.current, flow, () => goTo(fitAll, 140));
      }}
      onPointerDownCapture={closeCard}
      onWheelCapture={closeCard}
    >
      <ArrowHeads />
      <ReactFlow<LayerFlowNode, (typeof edges)[number]>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={moveChanged}
        onNodeClick={(event, node) => {
          pane.current?.focus({ preventScroll: true });
          selectClicked(event, node);
        }}
        onPaneClick={() => {
          pane.current?.focus({ preventScroll: true });
          useDocument.setState({ selection: [] });
        }}
        onNodeMouseEnter={(_event, node) => {
          clearTimeout(openCard.current);
          openCard.current = setTimeout(() => useCanvas.setState({ card: node.id }), CARD_DELAY);
        }}
        onNodeMouseLeave={closeCard}
        onNodeDragStart={closeCard}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesConnectable={false}
        edgesFocusable={false}
        selectNodesOnDrag={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        // Listened to on the whole page: it would take the space bar away from the editor.
        panActivationKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} color="var(--canvas-dot)" />
        {size !== undefined && hasOverview(size) && picture !== undefined && picture.graph.nodes.length > 0 && (
          <MiniMap<LayerFlowNode>
            position="top-right"
            ariaLabel="Overview of the net"
            pannable
            zoomable
            style={{ width: MINIMAP_WIDTH, height: MINIMAP_HEIGHT }}
            nodeColor={(node) => familyColour(node.data.layer.family)}
            nodeBorderRadius={6}
            nodeStrokeWidth={0}
          />
        )}
      </ReactFlow>
      <Palette pane={pane} />
      <CanvasControls onFit={() => goTo(fitAll, 140)} />
      <CanvasNotice stale={stale} />
      <LayerCard pane={pane} />
      <DragGhost />
    </section>
  );
}

function moveChanged(changes: readonly NodeChange<LayerFlowNode>[]): void {
  const moves = changes.flatMap((change) =>
    change.type === 'position' && change.position !== undefined ? ([[change.id, change.position]] as const) : [],
  );
  if (moves.length > 0) moveNodes(new Map([...useCanvas.getState().moved, ...moves]));
}

/** Selects the layer clicked, its own or the row of a folded one; with Ctrl, Command or Shift adds or takes it away. */
function selectClicked(event: ReactMouseEvent, node: LayerFlowNode): void {
  const row = event.target instanceof Element ? event.target.closest('[data-layer]') : null;
  const id = row?.getAttribute('data-layer') ?? node.id;
  const add = event.ctrlKey || event.metaKey || event.shiftKey;
  useDocument.setState(({ selection }) => {
    if (!add) return { selection: [id] };
    return { selection: selection.includes(id) ? selection.filter((other) => other !== id) : [...selection, id] };
  });
}
