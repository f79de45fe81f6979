/** What of the graph lies under a pointer event. */
import type { ReactFlowInstance } from '@xyflow/react';
import type { MouseEvent as ReactMouseEvent } from 'react';
import { selectForMenu, type MenuPlace } from './CanvasMenu.tsx';
import { useCanvas } from './canvas-state.ts';
import type { LayerFlowNode } from './LayerNode.tsx';
import { dropTargetAt } from './placed-graph.ts';
import { headNode } from './selection.ts';
import { useWiring } from './wiring-state.ts';

/** How near the pointer has to be to an edge, in pixels on the screen. */
const REACH = 7;

type Flow = Pick<ReactFlowInstance<LayerFlowNode>, 'screenToFlowPosition' | 'getZoom'>;
type At = Pick<ReactMouseEvent, 'clientX' | 'clientY' | 'target'>;

/** The layer whose row of a folded node this is. */
export function layerUnder(target: EventTarget): string | undefined {
  return (target instanceof Element ? target.closest('[data-layer]') : null)?.getAttribute('data-layer') ?? undefined;
}

/** The edge under the pointer; on one of the grips of an edge, that edge. */
export function edgeAt({ clientX: x, clientY: y, target }: At, flow: Flow): string | undefined {
  if (!(target instanceof Element)) return undefined;
  if (target.closest('.edge-grip') !== null) return useWiring.getState().hoveredEdge;
  const { picture } = useCanvas.getState();
  if (picture === undefined || !target.matches('.react-flow__pane')) return undefined;
  const hit = dropTargetAt(
    picture.placed,
    flow.screenToFlowPosition({ x, y }, { snapToGrid: false }),
    REACH / flow.getZoom(),
  );
  return hit.kind === 'edge' ? hit.id : undefined;
}

/** Selects what a context menu is opened on. By keyboard, that is the selection. */
export function menuPlaceOf(event: ReactMouseEvent, flow: Flow): MenuPlace {
  const { target, nativeEvent } = event;
  const node = target instanceof Element ? target.closest('.react-flow__node')?.getAttribute('data-id') : undefined;
  if (node != null) return selectForMenu(layerUnder(target) ?? node, undefined);
  const byKeyboard = 'pointerType' in nativeEvent && nativeEvent.pointerType === '';
  if (byKeyboard) return selectForMenu(headNode(), useWiring.getState().edge);
  return selectForMenu(undefined, edgeAt(event, flow));
}
