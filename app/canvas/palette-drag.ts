/** A drag from the palette. */
import { useCanvas } from './canvas-state.ts';
import { followPress } from './follow-press.ts';
import type { PaletteEntry } from './palette-entry.ts';
import type { DropTarget } from './placed-graph.ts';

export interface DragPlaces {
  /** What lies under client coordinates; undefined outside the canvas. */
  targetAt(x: number, y: number): DropTarget | undefined;
  drop(target: DropTarget): void;
}

/** Follows the pointer from its press on a palette item. Returns a function that abandons the drag. */
export function startPaletteDrag(entry: PaletteEntry, press: PointerEvent, places: DragPlaces): () => void {
  const stop = (): void => {
    end();
    useCanvas.setState({ drag: undefined });
  };
  const end = followPress(press, {
    move: ({ x, y }, isDragged) => {
      if (isDragged) useCanvas.setState({ drag: { entry, x, y, target: places.targetAt(x, y) } });
    },
    up: () => {
      const { drag } = useCanvas.getState();
      stop();
      if (drag?.target !== undefined) places.drop(drag.target);
    },
    abandon: stop,
  });
  return stop;
}
