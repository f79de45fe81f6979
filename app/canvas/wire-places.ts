/** The canvas under a line that is being drawn: what lies where, and moving along at its sides. */
import type { ReactFlowInstance } from '@xyflow/react';
import { useCanvas } from './canvas-state.ts';
import { dropTargetAt } from './placed-graph.ts';
import type { WirePlaces } from './wire-drag.ts';

/** How near a side the pointer moves the graph, and by how much a frame at most, in pixels. */
const SIDE = 32;
const SPEED = 14;

const push = (place: number, size: number): number => {
  if (place < SIDE) return SPEED * Math.min(1, (SIDE - place) / SIDE);
  if (place > size - SIDE) return -SPEED * Math.min(1, (place - (size - SIDE)) / SIDE);
  return 0;
};

/** Over the graph itself, not over what floats on it. */
export function isOverGraph(pane: HTMLElement, x: number, y: number): boolean {
  const hit = document.elementFromPoint(x, y);
  return (
    hit !== null &&
    pane.contains(hit) &&
    hit.closest('.react-flow') !== null &&
    hit.closest('.react-flow__minimap') === null
  );
}

/** The places of a canvas. */
export function wirePlaces(
  pane: HTMLElement,
  flow: Pick<ReactFlowInstance, 'screenToFlowPosition' | 'getViewport' | 'setViewport'>,
): WirePlaces {
  const toGraph: WirePlaces['toGraph'] = (at) => flow.screenToFlowPosition(at, { snapToGrid: false });
  return {
    toGraph,
    placeAt: (at) => {
      if (!isOverGraph(pane, at.x, at.y)) return undefined;
      const { picture } = useCanvas.getState();
      const target = picture && dropTargetAt(picture.placed, toGraph(at), 0);
      return target?.kind === 'node' ? target : { kind: 'canvas' };
    },
    toPane: ({ x, y }) => {
      const { left, top } = pane.getBoundingClientRect();
      return { x: x - left, y: y - top };
    },
    pan: ({ x, y }) => {
      const { left, top, width, height } = pane.getBoundingClientRect();
      if (x < left || x > left + width || y < top || y > top + height) return;
      const [dx, dy] = [push(x - left, width), push(y - top, height)];
      if (dx === 0 && dy === 0) return;
      const viewport = flow.getViewport();
      void flow.setViewport({ ...viewport, x: viewport.x + dx, y: viewport.y + dy });
    },
    focus: () => pane.focus({ preventScroll: true }),
  };
}
