/** The canvas as a hand works on it: dragging from the palette, ports and grips, lines. */
import { expect, type Locator, type Page } from '@playwright/test';
import { graph } from './crema-page.ts';

/** A place on the page, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The middle of something on the page. */
export async function centre(place: Locator): Promise<Place> {
  const box = await place.boundingBox();
  if (box === null) throw new Error('Not on the page.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Waits until something has come to rest: the graph glides to what is selected. */
export async function atRest(place: Locator): Promise<void> {
  let before: Place | undefined;
  await expect
    .poll(async () => {
      const now = await centre(place);
      const still = before !== undefined && before.x === now.x && before.y === now.y;
      before = now;
      return still;
    })
    .toBe(true);
}

/** Presses at one place and moves to another, without letting go. */
export async function drag(page: Page, from: Place, to: Place): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
}

/** An item of the palette, a layer or a block. */
export const paletteItem = (page: Page, title: string): Locator =>
  page.getByRole('region', { name: 'Palette of layers' }).getByRole('button', { name: title, exact: true });

/** Drags a layer from the palette over the middle of something, checks what the drag promises, and drops it. */
export async function dragLayer(page: Page, title: string, onto: Locator, promise: string): Promise<void> {
  const item = paletteItem(page, title);
  await item.scrollIntoViewIfNeeded();
  await drag(page, await centre(item), await centre(onto));
  await expect(page.getByText(promise, { exact: true })).toBeVisible();
  await page.mouse.up();
  await expect(page.getByText(promise, { exact: true })).toBeHidden();
}

/** The line of a blob from one layer to another. */
export const edge = (page: Page, description: string): Locator =>
  graph(page).locator(`.blob-edge[aria-label="${description}"]`);

/** The port of a node that gives one of its blobs; the pointer goes to the node, so that it shows. */
export async function exitPort(node: Locator, blob: string): Promise<Locator> {
  await node.hover({ position: { x: 12, y: 8 } });
  return node.getByRole('button', { name: new RegExp(`^Connect ${blob} of `) });
}

/** The port of a node that takes a blob. */
export async function entryPort(node: Locator): Promise<Locator> {
  await node.hover({ position: { x: 12, y: 8 } });
  return node.getByRole('button', { name: /^Let .* read another blob$/ });
}

/** What is said beside the pointer while a line is held. */
export const wireHint = (page: Page): Locator => page.locator('.wire-hint');
