/** Knows the size of the canvas and keeps the graph in the middle of its room when that changes. */
import { useReactFlow } from '@xyflow/react';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { paneRoom } from './pane-room.ts';
import type { Pane } from './viewport.ts';

const middle = ({ width, left, right }: Pane): number => left + (width - left - right) / 2;

/** Puts the size of the pane into the canvas's state. */
export function useCanvasSize(pane: RefObject<HTMLElement | null>): void {
  const flow = useReactFlow();
  useEffect(() => {
    const element = pane.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const { size, paletteOpen } = useCanvas.getState();
      if (width === 0 || (size?.width === width && size.height === height)) return;
      const now = { width, height };
      useCanvas.setState({ size: now });
      if (size === undefined) return;
      const shift = middle(paneRoom(now, paletteOpen)) - middle(paneRoom(size, paletteOpen));
      const { x, y, zoom } = flow.getViewport();
      if (shift !== 0) void flow.setViewport({ x: x + shift, y, zoom });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [pane, flow]);
}
