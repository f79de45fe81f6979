/**
 * The canvas: the net as a graph that can be walked, changed and read. It shows `goodNets` of the document, and turns
 * every gesture into a text edit.
 */
import '@xyflow/react/dist/base.css';
import './canvas.css';
import './wiring.css';
import './groups.css';
import './search.css';
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import type { NodeChange, ReactFlowProps } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { PointerEvent as ReactPointerEvent } from 'react';
import { motionTime } from '../look/motion.ts';
import { runCommandById } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { layoutClient } from '../workers/client.ts';
import { moveNodes } from './arrange.ts';
import { CanvasControls } from './CanvasControls.tsx';
import { CanvasMenu } from './CanvasMenu.tsx';
import { CanvasNotice } from './CanvasNotice.tsx';
import { useCanvas } from './canvas-state.ts';
import { DragGhost } from './DragGhost.tsx';
import { EdgeOverlay } from './EdgeOverlay.tsx';
import { Edges } from './Edges.tsx';
import { flowNodes } from './flow-nodes.ts';
import { FarView } from './FarView.tsx';
import { FindBar } from './FindBar.tsx';
import { followDocument } from './follow-document.ts';
import { Frames } from './Frames.tsx';
import { openNode } from './graph-commands.ts';
import { abandonWire, keyboardWire } from './keyboard-wire.ts';
import { LayerCard } from './LayerCard.tsx';
import { Marquee } from './Marquee.tsx';
import { useCanvasFocus } from './use-canvas-focus.ts';
import { familyColour, LayerNode, type LayerFlowNode } from './LayerNode.tsx';
import { Palette } from './Palette.tsx';
import { hasOverview, paneRoom } from './pane-room.ts';
import { boundsOf, entryPoint } from './placed-graph.ts';
import { edgeAt, layerUnder, menuPlaceOf } from './under-pointer.ts';
import { QuickPalette } from './QuickPalette.tsx';
import { headOf, select, selectEdge, selectLayer, startMarquee } from './selection.ts';
import { useCanvasSize } from './use-canvas-size.ts';
import { useClipboard } from './use-clipboard.ts';
import { useGraphCommands } from './use-graph-commands.ts';
import { useReadingCommands } from './use-reading.ts';
import { fitAll, fitStart, fitStartRight, MAX_ZOOM, MIN_ZOOM } from './viewport.ts';
import { WireOverlay } from './WireOverlay.tsx';
import { judgeTarget } from './wiring.ts';
import { useWiring } from './wiring-state.ts';

type NodeHandlers = Pick<
  ReactFlowProps<LayerFlowNode>,
  'onNodeClick' | 'onNodeDoubleClick' | 'onPaneClick' | 'onNodeMouseEnter' | 'onNodeMouseLeave' | 'onNodeDragStart'
>;

const nodeTypes = { layer: LayerNode };
const layouts = layoutClient();
const MINIMAP_WIDTH = 80;
const MINIMAP_HEIGHT = 148;
/** Of larger nets only what is in view is drawn. */
const MOST_DRAWN = 400;
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
  const head = picture?.graph.nodeOf.get(headOf(selection) ?? '');
  const nodes = useMemo(() => {
    const placed = picture?.placed.nodes ?? [];
    return flowNodes(placed, selectedNodes, head ?? placed[0]?.node.id);
  }, [picture, selectedNodes, head]);

  const goTo = useCallback(
    (choose: typeof fitStart, duration: number) => {
      const { picture: shown, size: now, paletteOpen } = useCanvas.getState();
      const first = shown?.placed.nodes[0];
      const bounds = shown === undefined ? undefined : boundsOf(shown.placed);
      if (now === undefined || bounds === undefined || first === undefined) return;
      const trunk = shown?.request.direction === 'right' ? entryPoint(first).y : entryPoint(first).x;
      void flow.setViewport(choose(bounds, paneRoom(now, paletteOpen), trunk), { duration });
    },
    [flow],
  );
  useEffect(() => {
    if (fits === 0) return;
    goTo(useCanvas.getState().picture?.request.direction === 'right' ? fitStartRight : fitStart, 0);
  }, [fits, goTo]);

  useCanvasSize(pane);
  useCanvasFocus(pane, head);
  useClipboard(pane);
  const fit = useCallback(() => goTo(fitAll, motionTime()), [goTo]);
  useGraphCommands(pane, fit);
  useReadingCommands(pane);

  const openCard = useRef<ReturnType<typeof setTimeout>>(undefined);
  const closeCard = useCallback(() => {
    clearTimeout(openCard.current);
    if (useCanvas.getState().card !== undefined) useCanvas.setState({ card: undefined });
  }, []);

  const drewMarquee = useRef(false);
  const focus = useCallback((): void => pane.current?.focus({ preventScroll: true }), []);
  // Always the same: with new ones, React Flow would draw all nodes again.
  const handlers = useMemo(
    (): NodeHandlers => ({
      onNodeClick: (event, node) => {
        focus();
        if (keyboardWire() !== undefined) {
          judgeTarget(node.id, undefined, undefined);
          runCommandById('graph.connect-here');
          return;
        }
        selectLayer(layerUnder(event.target) ?? node.id, event.ctrlKey || event.metaKey || event.shiftKey);
      },
      onNodeDoubleClick: openNode,
      onPaneClick: (event) => {
        focus();
        if (event.shiftKey || drewMarquee.current) return;
        if (keyboardWire() !== undefined) abandonWire();
        const edge = edgeAt(event, flow);
        if (edge === undefined) select([]);
        selectEdge(edge);
      },
      onNodeMouseEnter: (_event, node) => {
        clearTimeout(openCard.current);
        useWiring.setState({ near: node.id });
        openCard.current = setTimeout(() => useCanvas.setState({ card: node.id }), CARD_DELAY);
      },
      onNodeMouseLeave: () => {
        closeCard();
        useWiring.setState({ near: undefined });
      },
      onNodeDragStart: closeCard,
    }),
    [flow, focus, closeCard],
  );
  const press = (event: ReactPointerEvent): void => {
    closeCard();
    drewMarquee.current = false;
    const onPane = event.target instanceof Element && event.target.matches('.react-flow__pane');
    if (!event.shiftKey || event.button !== 0 || !onPane) return;
    // Else the same press would move the view.
    event.preventDefault();
    focus();
    startMarquee(
      event.nativeEvent,
      event.ctrlKey || event.metaKey,
      (at) => flow.screenToFlowPosition(at, { snapToGrid: false }),
      () => (drewMarquee.current = true),
    );
  };

  const section = (
    <section
      ref={pane}
      className={`canvas${stale ? ' is-stale' : ''}`}
      aria-label="Network graph"
      tabIndex={-1}
      onPointerDownCapture={press}
      onPointerMove={(event) => {
        if (event.buttons !== 0 || useWiring.getState().wire !== undefined) return;
        const hoveredEdge = edgeAt(event, flow);
        if (hoveredEdge !== useWiring.getState().hoveredEdge) useWiring.setState({ hoveredEdge });
      }}
      onPointerLeave={() => useWiring.setState({ hoveredEdge: undefined })}
      onWheelCapture={closeCard}
    >
      <ReactFlow<LayerFlowNode>
        nodes={nodes}
        nodeTypes={nodeTypes}
        onNodesChange={moveChanged}
        {...handlers}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesConnectable={false}
        selectNodesOnDrag={false}
        elevateNodesOnSelect={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        // Listened to on the whole page: it would take the space bar away from the editor.
        panActivationKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll
        onlyRenderVisibleElements={nodes.length > MOST_DRAWN}
        proOptions={{ hideAttribution: true }}
      >
        <Frames />
        <Edges />
        <FarView pane={pane} selected={selectedNodes} />
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
      <EdgeOverlay pane={pane} />
      <WireOverlay />
      <Palette pane={pane} />
      <QuickPalette pane={pane} />
      <CanvasControls onFit={fit} />
      <CanvasNotice stale={stale} />
      <FindBar pane={pane} />
      <LayerCard pane={pane} />
      <DragGhost />
      <Marquee />
    </section>
  );
  return (
    <CanvasMenu pane={pane} placeOf={(event) => menuPlaceOf(event, flow)}>
      {section}
    </CanvasMenu>
  );
}

function moveChanged(changes: readonly NodeChange<LayerFlowNode>[]): void {
  const moves = changes.flatMap((change) =>
    change.type === 'position' && change.position !== undefined ? [{ id: change.id, to: change.position }] : [],
  );
  const dragging = changes.some((change) => change.type === 'position' && change.dragging === true);
  moveNodes(moves, dragging);
}
