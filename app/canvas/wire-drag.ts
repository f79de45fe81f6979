/**
 * A line drawn from a port or an edge's end. A press without movement takes the line along too, until the next click:
 * nobody has to drag.
 */
import type { Point } from './edge-path.ts';
import { followPress, type Press } from './follow-press.ts';
import { swallowClick } from './swallow-click.ts';
import { dropWire, holdWire, judgeTarget } from './wiring.ts';
import { useWiring, type Held } from './wiring-state.ts';

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
export function startWire(held: Held, press: Press, places: WirePlaces): () => void {
  let at: Point = { x: press.clientX, y: press.clientY };
  let wasClicked = false;
  let frame = 0;
  holdWire(held, 'pointer', at);
  places.focus();

  const stop = (): void => {
    cancelAnimationFrame(frame);
    end();
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

  const end = followPress(press, {
    move: (to) => {
      at = to;
    },
    up: (to, isDragged) => {
      at = to;
      if (!isDragged && !wasClicked) {
        // The press was a click: the next one ends the line.
        wasClicked = true;
        return;
      }
      if (wasClicked) swallowClick();
      drop();
    },
    abandon: stop,
  });
  frame = requestAnimationFrame(follow);
  return stop;
}
