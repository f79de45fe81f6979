/** Registers the canvas's commands while it is on the page, and keeps edge and layers from being selected at once. */
import { useReactFlow } from '@xyflow/react';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { motionTime } from '../look/motion.ts';
import { registerCommands } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { graphCommands, type CanvasControl } from './graph-commands.ts';
import type { LayerFlowNode } from './LayerNode.tsx';
import { paneRoom } from './pane-room.ts';
import { useWiring } from './wiring-state.ts';

/** Distance of what opens beside a node from it. */
const GAP = 10;
/** Where something opens that belongs to no node, from the free part's top left. */
const APART = 32;

/** Registers the commands; `fit` shows the whole net. */
export function useGraphCommands(pane: RefObject<HTMLElement | null>, fit: () => void): void {
  const flow = useReactFlow<LayerFlowNode>();
  useEffect(() => {
    const control: CanvasControl = {
      focus: () => pane.current?.focus({ preventScroll: true }),
      zoomIn: () => void flow.zoomIn({ duration: motionTime() }),
      zoomOut: () => void flow.zoomOut({ duration: motionTime() }),
      fit,
      placeFor: (node) => {
        const { picture, size, paletteOpen } = useCanvas.getState();
        const placed = picture?.placed.nodes.find((item) => item.node.id === node);
        if (placed === undefined) {
          return { x: (size === undefined ? 0 : paneRoom(size, paletteOpen).left) + APART, y: APART };
        }
        const { x, y, zoom } = flow.getViewport();
        return { x: placed.x * zoom + x, y: (placed.y + placed.node.box.height) * zoom + y + GAP };
      },
    };
    return registerCommands(graphCommands(control));
  }, [pane, flow, fit]);
  useEffect(
    () =>
      useDocument.subscribe(({ selection }, before) => {
        if (selection !== before.selection && selection.length > 0) useWiring.setState({ edge: undefined });
      }),
    [],
  );
}
