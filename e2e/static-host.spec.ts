/** The built page on a host that sets no headers, from a path of its own: all of it is there, isolated, and trains on threads. */
import { expect, test } from '@playwright/test';
import { expectStepsReady, iteration, node, paste, runButton, step, train } from './crema-page.ts';
import { serveFolder, type StaticHost } from './static-host.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

let host: StaticHost;
test.beforeEach(async () => {
  host = await serveFolder(process.env['CREMA_E2E_DIST'] ?? 'dist', '/some/sub/path/');
});
test.afterEach(() => host.close());

/** The script of a thread of the processor engine; without isolation the engine does without. */
const isThread = (path: string): boolean => path.includes('/wasm.worker');

test('the page isolates itself on a host without headers, and trains on threads', async ({ page }) => {
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(host.address);
  await expectStepsReady(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // Once as the host gives it, once through the service worker.
  expect(loads).toBe(2);
  await expect(node(page, 'conv1')).toBeVisible();

  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', tinySolver({ maxIter: 60 }));
  await expect(step(page, 'Net')).toContainText('params');
  await train(page);
  await expect.poll(() => iteration(page), { timeout: 120_000 }).toBe(60);
  await expect(runButton(page, 'Pause')).toBeHidden();
  expect(host.served.some(isThread)).toBe(true);
  expect(host.missing).toEqual([]);

  await page.reload();
  await expectStepsReady(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(loads).toBe(3);
});

test.describe('where the browser keeps service workers from the page', () => {
  test.use({ serviceWorkers: 'block' });

  test('it opens all the same, once, and trains on one thread', async ({ page }) => {
    let loads = 0;
    page.on('load', () => loads++);
    await page.goto(host.address);
    await expectStepsReady(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await train(page);
    await expect.poll(() => iteration(page), { timeout: 120_000 }).toBeGreaterThan(1);
    expect(loads).toBe(1);
    expect(host.served.some(isThread)).toBe(false);
  });
});
