/** The Cost tab: exact figures, sorting by keyboard, rows tied to graph and text, the table as a file, and a large net. */
import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { downloadOf, editor, monitorTab, node, openReady, paste, showTab } from './crema-page.ts';

const QUICK = readFileSync('public/models/cifar10_quick/train_test.prototxt', 'utf8');

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const table = (page: Page): Locator => page.getByRole('grid', { name: 'Cost of each layer' });
const row = (page: Page, layer: string): Locator =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: layer, exact: true }) });
const heading = (page: Page, name: string): Locator => table(page).getByRole('columnheader', { name });
const names = (page: Page): Promise<string[]> => table(page).locator('tbody').getByRole('rowheader').allInnerTexts();

test('cifar10_quick: what it costs, sorted, and tied to graph and text', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', QUICK);
  await showTab(page, 'Cost');

  // 100 images × 32 filters × 32×32 places × 3 channels × 5×5; 32×3×5×5 weights and 32 biases.
  await expect(row(page, 'conv1')).toContainText('100×32×32×32');
  await expect(row(page, 'conv1')).toContainText('2,432');
  await expect(row(page, 'conv1')).toContainText('246 M');
  await expect(row(page, 'conv1')).toContainText('5×5');
  await expect(row(page, 'Whole net')).toContainText('145,578');

  // One image instead of the batch; then training.
  await page.getByRole('radio', { name: 'One image' }).click();
  await expect(row(page, 'conv1')).toContainText('2.46 M');
  await expect(row(page, 'Whole net')).toContainText('145,578');
  await page.getByRole('radio', { name: 'Training', exact: true }).click();
  await expect(heading(page, 'Gradients')).toBeVisible();
  await expect(row(page, 'conv1')).toContainText('4.92 M');

  // Sorting with the keyboard: most parameters, least, the order of the text.
  const inText = await names(page);
  const sort = heading(page, 'Parameters');
  await sort.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(sort).toHaveAttribute('aria-sort', 'descending');
  await expect.poll(async () => (await names(page)).slice(0, 3)).toEqual(['ip1', 'conv3', 'conv2']);
  await page.keyboard.press('Enter');
  await expect(sort).toHaveAttribute('aria-sort', 'ascending');
  await page.keyboard.press('Enter');
  await expect(sort).toHaveAttribute('aria-sort', 'none');
  await expect.poll(() => names(page)).toEqual(inText);

  // A row selects its layer; the arrow keys go on; Enter goes to the text.
  await row(page, 'conv2').click();
  await expect(row(page, 'conv2')).toHaveAttribute('aria-selected', 'true');
  await expect(node(page, 'conv2')).toHaveAttribute('aria-pressed', 'true');
  await table(page).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'pool1')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(editor(page, 'Network')).toBeFocused();

  // And back: a node of the graph is a row of the table.
  await node(page, 'ip1').click();
  await expect(row(page, 'ip1')).toHaveAttribute('aria-selected', 'true');
  await expect(row(page, 'ip1')).toBeInViewport();

  // The filter, and the file.
  await page.getByRole('searchbox', { name: 'Filter layers' }).fill('conv');
  await expect.poll(() => names(page)).toEqual(['conv1', 'conv2', 'conv3']);
  await page.getByRole('radio', { name: /Batch of/ }).click();
  const file = await downloadOf(page, () => monitorTab(page).getByRole('button', { name: 'CSV' }).click());
  expect(file.name).toMatch(/_cost_train\.csv$/);
  const lines = new TextDecoder().decode(file.bytes).split('\r\n');
  expect(lines[0]).toMatch(/^layer,type,shape,parameters,learned,parameter_bytes,forward_macs,/);
  expect(lines.find((line) => line.startsWith('conv1,'))).toBe(
    'conv1,Convolution,100x32x32x32,2432,2432,9728,245760000,245760000,491520000,0,13107200,13107200,5x5,1x1,-2x-2',
  );
  expect(lines.find((line) => line.startsWith('total,'))).toMatch(/^total,,,145578,145578,582312,/);
});

test('ResNet-152: a few rows are drawn, all can be reached', async ({ page }) => {
  const net = readFileSync('public/models/resnet152/deploy.prototxt', 'utf8');
  const count = net.match(/^layer \{/gm)?.length ?? 0;
  expect(count).toBeGreaterThan(500);
  await openReady(page);
  await showTab(page, 'Cost');
  await paste(page, 'Network', net);
  await expect(table(page)).toHaveAttribute('aria-rowcount', String(count + 2));
  expect((await names(page)).length).toBeLessThan(60);
  // 11.3 G multiply-adds and 60 M numbers, as published.
  await expect(row(page, 'Whole net')).toContainText('11.3 G');
  await expect(row(page, 'Whole net')).toContainText('60,344,387');
  await table(page).focus();
  await page.keyboard.press('End');
  await expect(row(page, 'prob')).toHaveAttribute('aria-selected', 'true');
  await expect(row(page, 'prob')).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(row(page, 'data')).toBeInViewport();
});
