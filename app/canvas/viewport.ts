/** Where the view goes: the start of a net at a readable size, or all of it. Pure. */

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The canvas in CSS pixels, with the sides that floating parts cover. */
export interface Pane {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
}

export const MIN_ZOOM = 0.08;
export const MAX_ZOOM = 2;
const MARGIN = 24;
/** Below this the names of nodes cannot be read any more. */
const READABLE = 0.6;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Middle of the free part of the pane, or of the whole pane where the graph is too wide for the free part. */
function middle(pane: Pane, width: number): number {
  const free = pane.width - pane.left - pane.right;
  return width <= free ? pane.left + free / 2 : pane.width / 2;
}

/** The whole net, as large as fits but not enlarged. */
export function fitAll(bounds: Bounds, pane: Pane): Viewport {
  const free = pane.width - pane.left - pane.right - 2 * MARGIN;
  const zoom = clamp(Math.min(free / bounds.width, (pane.height - 2 * MARGIN) / bounds.height), MIN_ZOOM, 1);
  return {
    zoom,
    x: middle(pane, bounds.width * zoom) - (bounds.x + bounds.width / 2) * zoom,
    y: (pane.height - bounds.height * zoom) / 2 - bounds.y * zoom,
  };
}

/**
 * The first rows of the net from the top: all of its width if that stays readable, else around `trunk`, the x where it
 * begins.
 */
export function fitStart(bounds: Bounds, pane: Pane, trunk: number): Viewport {
  const free = pane.width - pane.left - pane.right - 2 * MARGIN;
  const zoom = clamp(free / bounds.width, READABLE, 1);
  if (bounds.height * zoom <= pane.height - 2 * MARGIN) return fitAll(bounds, pane);
  const centre = bounds.width * zoom <= free ? bounds.x + bounds.width / 2 : trunk;
  return {
    zoom,
    x: pane.left + (pane.width - pane.left - pane.right) / 2 - centre * zoom,
    y: MARGIN - bounds.y * zoom,
  };
}

/** The same for a net that flows to the right: its first columns from the left, around `trunk`, the y where it begins. */
export function fitStartRight(bounds: Bounds, pane: Pane, trunk: number): Viewport {
  const [free, height] = [pane.width - pane.left - pane.right - 2 * MARGIN, pane.height - 2 * MARGIN];
  const zoom = clamp(height / bounds.height, READABLE, 1);
  if (bounds.width * zoom <= free) return fitAll(bounds, pane);
  const centre = bounds.height * zoom <= height ? bounds.y + bounds.height / 2 : trunk;
  return { zoom, x: pane.left + MARGIN - bounds.x * zoom, y: pane.height / 2 - centre * zoom };
}

/** Some nodes in the middle, as large as fits but not enlarged. */
export const fitPart = (bounds: Bounds, pane: Pane): Viewport => {
  const { left, right, width, height } = pane;
  const [roomX, roomY] = [width - left - right - 2 * MARGIN, height - 2 * MARGIN];
  const zoom = clamp(Math.min(roomX / bounds.width, roomY / bounds.height), MIN_ZOOM, 1);
  return {
    zoom,
    x: left + (width - left - right) / 2 - (bounds.x + bounds.width / 2) * zoom,
    y: height / 2 - (bounds.y + bounds.height / 2) * zoom,
  };
};

/** The same middle at another zoom. */
export function zoomAround({ x, y, zoom }: Viewport, pane: Pane, to: number): Viewport {
  const [cx, cy] = [pane.left + (pane.width - pane.left - pane.right) / 2, pane.height / 2];
  return { zoom: to, x: cx - ((cx - x) / zoom) * to, y: cy - ((cy - y) / zoom) * to };
}
