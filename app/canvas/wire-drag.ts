/**
 * A line drawn from a port or an edge's end, on pointer events: it can be abandoned with Escape and works with pen and
 * touch. A press without movement takes the line along too, until the next click: nobody has to drag.
 */
import type { Point } from './edge-path.ts';
import { swallowClick } from './swallow-click.ts';
import { dropWire, holdWire, judgeTarget } from './wiring.ts';
import { useWiring, type Held } from './wiring-state.ts';

/** Movement in pixels before a press becomes a drag. */
const THRESHOLD = 4;

/** What lies under a point: a node, or the empty canvas. */
export type WirePlace = { readonly kind: 'node'; readonly id: string } | { readonly kind: 'canvas' };

export interface WirePlaces {
  /** What lies under client coordinates; undefined outside the canvas. */
  placeAt(at: Point): WirePlace | undefined;
  /** Client coordinates as those of the graph. */
  toGraph(at: Point): Point;
  /** Client coordinates as pixels of the canvas. */
  toPane(at: Point): Point;
  /** Moves the graph along while the pointer is near a side of the canvas. */
  pan(at: Point): void;
  /** Takes the keyboard to the canvas. */
  focus(): void;
}

/** Follows the pointer from its press. Returns a function that abandons the line. */
export function startWire(
  held: Held,
  press: Pick<PointerEvent, 'pointerId' | 'clientX' | 'clientY'>,
  places: WirePlaces,
): () => void {
  const end = new AbortController();
  const { signal } = end;
  let at: Point = { x: press.clientX, y: press.clientY };
  let hasMoved = false;
  let wasClicked = false;
  let frame = 0;
  holdWire(held, 'pointer', at);
  places.focus();

  const stop = (): void => {
    cancelAnimationFrame(frame);
    end.abort();
    useWiring.setState({ wire: undefined });
  };
  const look = (): WirePlace | undefined => {
    const place = places.placeAt(at);
    judgeTarget(place?.kind === 'node' ? place.id : undefined, at, places.toGraph(at));
    return place;
  };
  const follow = (): void => {
    // A node at the side is what was wanted: it stays where it is.
    if (look()?.kind !== 'node') places.pan(at);
    frame = requestAnimationFrame(follow);
  };
  const drop = (): void => {
    const place = look();
    const { wire } = useWiring.getState();
    stop();
    if (wire === undefined || place === undefined) return;
    dropWire(wire, place.kind === 'node' ? place.id : undefined, places.toGraph(at), places.toPane(at));
  };

  window.addEventListener(
    'pointermove',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (pointerId !== press.pointerId) return;
      hasMoved ||= Math.hypot(x - press.clientX, y - press.clientY) >= THRESHOLD;
      at = { x, y };
    },
    { signal },
  );
  window.addEventListener(
    'pointerup',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (pointerId !== press.pointerId) return;
      at = { x, y };
      if (!hasMoved) {
        // The press was a click: the next one ends the line.
        hasMoved = wasClicked = true;
        return;
      }
      if (wasClicked) swallowClick();
      drop();
    },
    { signal },
  );
  window.addEventListener('pointercancel', stop, { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      stop();
    },
    { signal, capture: true },
  );
  frame = requestAnimationFrame(follow);
  return stop;
}
