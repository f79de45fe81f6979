/** Registers the commands that help to read the graph, and keeps what they show true, while the canvas is on the page. */
import { useReactFlow } from '@xyflow/react';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { motionTime } from '../look/motion.ts';
import { registerCommands } from '../store/commands.ts';
import { useCanvas } from './canvas-state.ts';
import { paneRoom } from './pane-room.ts';
import { boundsOf } from './placed-graph.ts';
import { readingCommands } from './reading-commands.ts';
import { useRelated } from './use-related.ts';
import { fitPart, zoomAround, type Viewport } from './viewport.ts';

/** Registers the commands. */
export function useReadingCommands(pane: RefObject<HTMLElement | null>): void {
  const flow = useReactFlow();
  useEffect(() => {
    const go = (viewport: Viewport): void => void flow.setViewport(viewport, { duration: motionTime() });
    const room = () => {
      const { size, paletteOpen } = useCanvas.getState();
      return size === undefined ? undefined : paneRoom(size, paletteOpen);
    };
    return registerCommands(
      readingCommands({
        focus: () => pane.current?.focus({ preventScroll: true }),
        fitNodes: (ids) => {
          const placed = useCanvas.getState().picture?.placed;
          const nodes = placed?.nodes.filter(({ node }) => ids.has(node.id)) ?? [];
          const [bounds, pane] = [boundsOf({ nodes, edges: [], frames: [] }), room()];
          if (bounds !== undefined && pane !== undefined) go(fitPart(bounds, pane));
        },
        actualSize: () => {
          const pane = room();
          if (pane !== undefined) go(zoomAround(flow.getViewport(), pane, 1));
        },
      }),
    );
  }, [pane, flow]);
  useRelated();
}
