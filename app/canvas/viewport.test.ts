/** Where the view goes. */
import { expect, it } from 'vitest';
import { isPaletteOpen, paneRoom } from './pane-room.ts';
import { fitAll, fitPart, fitStart, fitStartRight, zoomAround } from './viewport.ts';

const pane = { width: 1000, height: 600, left: 180, right: 100 };

it('shows a small net at its size in the middle of the free part', () => {
  const view = fitAll({ x: 0, y: 0, width: 200, height: 300 }, pane);
  expect(view).toEqual({ zoom: 1, x: 180 + 720 / 2 - 100, y: 150 });
  expect(fitStart({ x: 0, y: 0, width: 200, height: 300 }, pane, 100)).toEqual(view);
});

it('fits all of a large net', () => {
  const bounds = { x: -50, y: 20, width: 2000, height: 4000 };
  const { x, y, zoom } = fitAll(bounds, pane);
  expect(bounds.y * zoom + y).toBeGreaterThanOrEqual(0);
  expect((bounds.y + bounds.height) * zoom + y).toBeLessThanOrEqual(pane.height);
  expect(bounds.x * zoom + x).toBeGreaterThanOrEqual(pane.left);
});

it('starts a tall net at its top, at a readable size', () => {
  const { y, zoom } = fitStart({ x: 0, y: 0, width: 300, height: 4000 }, pane, 150);
  expect([y, zoom]).toEqual([24, 1]);
});

it('starts a net too wide to be readable around its trunk', () => {
  const { x, zoom } = fitStart({ x: 0, y: 0, width: 4000, height: 4000 }, pane, 900);
  expect(zoom).toBe(0.6);
  expect(900 * zoom + x).toBe(180 + 720 / 2);
});

it('folds the palette away where it is narrow, unless it was opened by hand', () => {
  expect(isPaletteOpen(undefined, { width: 465, height: 400 })).toBe(false);
  expect(isPaletteOpen(true, { width: 465, height: 400 })).toBe(true);
  expect(paneRoom({ width: 465, height: 400 }, undefined)).toMatchObject({ left: 0, right: 0 });
  expect(paneRoom({ width: 900, height: 500 }, undefined).left).toBeGreaterThan(0);
});

it('starts a long net that flows to the right at its left, at a readable size', () => {
  const view = fitStartRight({ x: -100, y: -40, width: 9000, height: 120 }, pane, 0);
  expect(view).toEqual({ zoom: 1, x: 180 + 24 + 100, y: 300 - 20 });
  const high = fitStartRight({ x: 0, y: 0, width: 9000, height: 4000 }, pane, 700);
  expect(high.zoom).toBe(0.6);
  expect(700 * high.zoom + high.y).toBe(300);
  const small = { x: 0, y: 0, width: 300, height: 100 };
  expect(fitStartRight(small, pane, 50)).toEqual(fitAll(small, pane));
});

it('shows some nodes in the middle of the free part, never enlarged', () => {
  const { x, y, zoom } = fitPart({ x: 1000, y: 2000, width: 100, height: 50 }, pane);
  expect([zoom, 1050 * zoom + x, 2025 * zoom + y]).toEqual([1, 180 + 720 / 2, 300]);
  expect(fitPart({ x: 0, y: 0, width: 100, height: 5520 }, pane).zoom).toBe(0.1);
});

it('keeps the middle where it is when only the zoom changes', () => {
  const before = { x: 30, y: -70, zoom: 0.4 };
  const after = zoomAround(before, pane, 1);
  const middle = ({ x, y, zoom }: typeof before) => [(540 - x) / zoom, (300 - y) / zoom];
  expect(after.zoom).toBe(1);
  middle(after).forEach((value, i) => expect(value).toBeCloseTo(middle(before)[i] as number));
});
