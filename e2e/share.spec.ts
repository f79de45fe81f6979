/** Links: a whole document in the address, examples by name, and addresses that lead nowhere. */
import { expect, test, type Page } from '@playwright/test';
import { expectText, graph, node, nodes, openReady, paste } from './crema-page.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const nameField = (page: Page) => page.getByLabel('Name of the network');
const notice = (page: Page, text: string | RegExp) => page.getByRole('alert').filter({ hasText: text });

test('a link carries network, solver and name to another browser, and does so once', async ({ page, browser }) => {
  const solver = tinySolver({ maxIter: 12 });
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', solver);
  await nameField(page).fill('to share');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Copy a link' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'on the clipboard' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#/share/');
  expect(link.length).toBeLessThan(2000);

  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const other = await context.newPage();
  await other.goto(link);
  await expect(nodes(other)).toHaveCount(4, { timeout: 60_000 });
  await expect(nameField(other)).toHaveValue('to share');
  await expectText(other, 'Network', tinyNet);
  await expectText(other, 'Solver', solver);
  expect(other.url()).not.toContain('#');
  await context.close();

  await test.step('a damaged one is refused, and what is on the page stays', async () => {
    await page.evaluate((hash) => (location.hash = hash), `${link.slice(link.indexOf('#'), -7)}`);
    await expect(notice(page, 'This link is damaged or cut off')).toBeVisible();
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('opened where it was made, it is the document itself', async () => {
    await page.evaluate((hash) => (location.hash = hash), link.slice(link.indexOf('#')));
    await expect.poll(() => page.url()).not.toContain('#');
    await expect(nameField(page)).toHaveValue('to share');
  });
});

test('examples open by name, the editor empty, and unknown addresses say what there is', async ({ page }) => {
  await page.goto('/#/preset/LeNet');
  await expect(node(page, 'ip1')).toBeVisible({ timeout: 60_000 });
  await expect(nameField(page)).toHaveValue('lenet');
  await page.evaluate(() => (location.hash = '#/preset/lenet/deploy'));
  await expectText(page, 'Solver', '');
  await page.evaluate(() => (location.hash = '#/preset/nonesuch'));
  await expect(notice(page, /no network called "nonesuch".*opening, .*lenet/)).toBeVisible();
  await page.evaluate(() => (location.hash = '#/nowhere'));
  await expect(notice(page, 'There is nothing at "#/nowhere"')).toBeVisible();
  await page.evaluate(() => (location.hash = '#/editor'));
  await expect(graph(page).getByText('No network yet')).toBeVisible();
  await page.reload();
  await expect(graph(page).getByText('No network yet')).toBeVisible();
});
