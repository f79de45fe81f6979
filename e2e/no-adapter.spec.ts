/** WebGPU in the browser, but no graphics adapter behind it: the page says that, and trains on the processor. */
import { expect, test } from '@playwright/test';
import { offline, openReady, paste, stateText, train } from './crema-page.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

// Without the switches for the software adapter there is none on a machine without a graphics card.
test.use({
  permissions: ['clipboard-read', 'clipboard-write'],
  launchOptions: {
    executablePath: process.env['CREMA_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [...offline, '--disable-gpu'],
  },
});

test('without a graphics adapter the page says so, and the processor trains', async ({ page }) => {
  await openReady(page);
  await page.getByRole('button', { name: /^Engine: CPU/ }).click();
  await expect(page.getByText(/There is no GPU to train on.*no graphics adapter/)).toBeVisible();
  await page.keyboard.press('Escape');
  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', tinySolver({ maxIter: 20 }));
  await train(page);
  await expect(stateText(page)).toContainText('Finished', { timeout: 60_000 });
});

test('without a graphics adapter the loss on the sample data falls within ten seconds of pressing Train', async ({
  page,
}) => {
  await openReady(page);
  const smoothed = page
    .locator('.plot-loss')
    .getByText(/^\d\.\d+$/)
    .first();
  await train(page);
  const pressed = Date.now();
  await expect(smoothed).toBeVisible();
  const first = Number(await smoothed.textContent());
  await expect
    .poll(async () => Number(await smoothed.textContent()), { timeout: 10_000 - (Date.now() - pressed) })
    .toBeLessThan(first - 0.1);
});
