/** What every drag on the canvas has in common: it follows one pointer, with pen and touch too, and Escape abandons it. */
import type { Point } from './edge-path.ts';

/** Where and by which pointer a drag began. */
export type Press = Pick<PointerEvent, 'pointerId' | 'clientX' | 'clientY'>;

/** Movement in pixels before a press becomes a drag. */
const THRESHOLD = 4;

/** Points are client coordinates; `isDragged` stays true once the pointer has moved away from its press. */
export interface PressSteps {
  readonly move: (at: Point, isDragged: boolean) => void;
  readonly up: (at: Point, isDragged: boolean) => void;
  /** Escape was pressed, or the pointer was taken away. */
  readonly abandon: () => void;
}

/** Follows the pointer from its press until the function that it returns is called. */
export function followPress(press: Press, { move, up, abandon }: PressSteps): () => void {
  const end = new AbortController();
  const { signal } = end;
  let isDragged = false;
  window.addEventListener(
    'pointermove',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (pointerId !== press.pointerId) return;
      isDragged ||= Math.hypot(x - press.clientX, y - press.clientY) >= THRESHOLD;
      move({ x, y }, isDragged);
    },
    { signal },
  );
  window.addEventListener(
    'pointerup',
    ({ pointerId, clientX: x, clientY: y }) => pointerId === press.pointerId && up({ x, y }, isDragged),
    { signal },
  );
  window.addEventListener('pointercancel', ({ pointerId }) => pointerId === press.pointerId && abandon(), { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      abandon();
    },
    { signal, capture: true },
  );
  return () => end.abort();
}
