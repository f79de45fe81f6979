/** A drag from the palette, on pointer events: it can be abandoned with Escape and works with pen and touch. */
import { useCanvas } from './canvas-state.ts';
import type { PaletteEntry } from './palette-entry.ts';
import type { DropTarget } from './placed-graph.ts';

/** Movement in pixels before a press becomes a drag. */
const THRESHOLD = 4;

export interface DragPlaces {
  /** What lies under client coordinates; undefined outside the canvas. */
  targetAt(x: number, y: number): DropTarget | undefined;
  drop(target: DropTarget): void;
}

/** Follows the pointer from its press on a palette item. Returns a function that abandons the drag. */
export function startPaletteDrag(entry: PaletteEntry, press: PointerEvent, places: DragPlaces): () => void {
  const end = new AbortController();
  const { signal } = end;
  const stop = (): void => {
    end.abort();
    useCanvas.setState({ drag: undefined });
  };
  window.addEventListener(
    'pointermove',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (pointerId !== press.pointerId) return;
      const { drag } = useCanvas.getState();
      if (drag === undefined && Math.hypot(x - press.clientX, y - press.clientY) < THRESHOLD) return;
      useCanvas.setState({ drag: { entry, x, y, target: places.targetAt(x, y) } });
    },
    { signal },
  );
  window.addEventListener(
    'pointerup',
    ({ pointerId }) => {
      if (pointerId !== press.pointerId) return;
      const { drag } = useCanvas.getState();
      stop();
      if (drag?.target !== undefined) places.drop(drag.target);
    },
    { signal },
  );
  window.addEventListener('pointercancel', stop, { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      stop();
    },
    { signal, capture: true },
  );
  return stop;
}
