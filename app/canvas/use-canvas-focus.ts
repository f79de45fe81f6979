/**
 * Keyboard focus on the canvas follows the selection while it is there, and what is selected comes into view. After a drop
 * the pane holds the focus until the new node has its place.
 */
import { useReactFlow } from '@xyflow/react';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { paneRoom } from './pane-room.ts';
import type { LayerFlowNode } from './LayerNode.tsx';
import { motionTime } from '../look/motion.ts';
import { useWiring } from './wiring-state.ts';

const MARGIN = 24;
const DURATION = 140;

/** Does the graph itself have the focus, and not what floats on it? */
function hasFocus(pane: HTMLElement): boolean {
  const active = document.activeElement;
  return active === pane || (active !== null && pane.querySelector('.react-flow')?.contains(active) === true);
}

/** Gives a node the focus; returns whether it has it. */
function focusNode(pane: HTMLElement, id: string): boolean {
  const found = pane.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  found?.focus({ preventScroll: true });
  return found !== null && document.activeElement === found;
}

/** How far a span lies outside of the one between `from` and `to`: to be added to bring it in. */
function overhang(start: number, length: number, from: number, to: number): number {
  if (start < from + MARGIN) return from + MARGIN - start;
  return Math.min(0, to - MARGIN - (start + length));
}

/** Keeps focus and view with a node: the one that the keyboard is on. */
export function useCanvasFocus(pane: RefObject<HTMLElement | null>, node: string | undefined): void {
  const flow = useReactFlow<LayerFlowNode>();
  const placed = useCanvas(({ picture }) => picture?.placed.nodes.find((item) => item.node.id === node));
  const isThere = placed !== undefined;
  const size = useCanvas((state) => state.size);

  useEffect(() => {
    const element = pane.current;
    if (element === null || node === undefined || !isThere) return undefined;
    // Under a rectangle that is being drawn nothing may move.
    if (useWiring.getState().marquee !== undefined) return undefined;
    // A frame later: only then the graph has drawn the node as the one that the Tab key reaches.
    let isDone = false;
    const frame = requestAnimationFrame(() => {
      if (hasFocus(element)) isDone = focusNode(element, node);
    });
    // Of a very large net only what is in view is drawn: the node may come only with the move of the view.
    // Not a second time: a command may have taken the focus off a node that is about to go.
    const whenInView = setTimeout(() => {
      if (!isDone && document.activeElement === element) focusNode(element, node);
    }, 2 * DURATION);
    const end = (): void => {
      cancelAnimationFrame(frame);
      clearTimeout(whenInView);
    };
    const found = useCanvas.getState().picture?.placed.nodes.find((item) => item.node.id === node);
    if (found === undefined || size === undefined) return end;
    const room = paneRoom(size, useCanvas.getState().paletteOpen);
    const { x, y, zoom } = flow.getViewport();
    const { box } = found.node;
    const dx = overhang(found.x * zoom + x, box.width * zoom, room.left, room.width - room.right);
    const dy = overhang(found.y * zoom + y, box.height * zoom, 0, room.height);
    if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: motionTime() });
    return end;
  }, [pane, flow, node, isThere, size]);
}
