/** Augmentation, in comments that Caffe passes over: written by the form, shown on sixteen copies of an image, trained with. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectText, node, openReady, paste } from './crema-page.ts';
import { tinyNet } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const panel = (page: Page): Locator => page.locator('.inspector');
const copies = (page: Page): Locator => panel(page).getByRole('list', { name: 'Copies' }).getByRole('img');

/** What the copies look like, as one string. */
const looks = (page: Page): Promise<readonly string[]> =>
  copies(page).evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));

test('copies of an image follow the text; the form writes the comment', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await node(page, 'images').click({ position: { x: 30, y: 10 } });
  await panel(page).getByRole('tab', { name: 'Preview' }).click();
  await expect(copies(page)).toHaveCount(16);
  // Nothing is drawn at random yet but what the net itself asks for.
  expect(new Set(await looks(page)).size).toBeLessThanOrEqual(2);

  await panel(page).getByRole('tab', { name: 'Settings' }).click();
  await panel(page).getByRole('button', { name: 'Augmentation' }).click();
  const rotation = panel(page).getByRole('spinbutton', { name: 'rotation', exact: true });
  await rotation.fill('30');
  await rotation.press('Enter');
  const line = '  data_param { source: "train_lmdb" batch_size: 10 backend: LMDB }\n';
  const augmentedBy = (degrees: number): string =>
    tinyNet.replace(line, `${line}  # crema: augment { rotation: ${degrees} }\n`);
  await expectText(page, 'Network', augmentedBy(30));

  await panel(page).getByRole('tab', { name: 'Preview' }).click();
  await expect.poll(async () => new Set(await looks(page)).size).toBe(16);
  const before = await looks(page);
  await panel(page).getByRole('button', { name: 'Draw again' }).press('Enter');
  await expect.poll(async () => (await looks(page)).every((one, i) => one !== before[i])).toBe(true);
  await panel(page).getByRole('spinbutton', { name: 'Number of the image' }).fill('3');
  await expect(panel(page).getByRole('img', { name: 'Image 3 as it is' })).toBeVisible();

  await paste(page, 'Network', augmentedBy(270));
  await expect(panel(page).getByRole('alert')).toContainText('"rotation" must lie between 0 and 180; 270 does not.');
});
