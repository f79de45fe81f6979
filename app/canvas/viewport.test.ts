/** Where the view goes. */
import { expect, it } from 'vitest';
import { isPaletteOpen, paneRoom } from './pane-room.ts';
import { fitAll, fitStart } from './viewport.ts';

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
