/** Dragging an open group by its name, on pointer events: it can be abandoned with Escape and works with pen and touch. */
import { useSidecar } from '../store/sidecar.ts';
import { moveFrame, showNoGuides } from './arrange.ts';
import type { Point } from './edge-path.ts';
import { swallowClick } from './swallow-click.ts';
import { useCanvas } from './canvas-state.ts';

/** Movement in pixels before a press becomes a drag. */
const THRESHOLD = 4;

/** Follows the pointer from its press on the name of an open group, by id. */
export function startFrameDrag(
  group: string,
  press: Pick<PointerEvent, 'pointerId' | 'clientX' | 'clientY'>,
  toGraph: (at: Point) => Point,
): void {
  const end = new AbortController();
  const { signal } = end;
  const { moved: before } = useSidecar.getState();
  const placed = useCanvas.getState().picture?.placed.frames.find(({ frame }) => frame.id === group);
  if (placed === undefined) return;
  const from = toGraph({ x: press.clientX, y: press.clientY });
  let isDragged = false;
  const stop = (): void => {
    end.abort();
    showNoGuides();
  };
  window.addEventListener(
    'pointermove',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (pointerId !== press.pointerId) return;
      isDragged ||= Math.hypot(x - press.clientX, y - press.clientY) >= THRESHOLD;
      if (!isDragged) return;
      const at = toGraph({ x, y });
      moveFrame(group, { x: placed.x + at.x - from.x, y: placed.y + at.y - from.y });
    },
    { signal },
  );
  window.addEventListener(
    'pointerup',
    ({ pointerId }) => {
      if (pointerId !== press.pointerId) return;
      if (isDragged) swallowClick();
      stop();
    },
    { signal },
  );
  window.addEventListener('pointercancel', stop, { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      swallowClick();
      stop();
      useSidecar.setState({ moved: before });
    },
    { signal, capture: true },
  );
}
