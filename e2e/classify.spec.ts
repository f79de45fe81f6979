/** Classifying with the weights at hand: a test image, and one's own. */
import { expect, test, type Page } from '@playwright/test';
import { chooseFiles, drop, monitorTab, openReady, paste, showTab, stateText, step, train } from './crema-page.ts';
import { png } from './png.ts';
import { classNames, singleBatch } from './test-set.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const answers = (page: Page) => monitorTab(page).getByRole('list', { name: 'Likeliest classes' }).getByRole('listitem');

/** Five different classes of the set, the likeliest first, each with a bar as long as its share says. */
async function expectFiveClasses(page: Page): Promise<readonly string[]> {
  await expect(answers(page)).toHaveCount(5, { timeout: 60_000 });
  const found = await answers(page).evaluateAll((items) =>
    items.map((item) => ({
      text: item.textContent,
      bar:
        (item.querySelector('.guess-bar')?.getBoundingClientRect().width ?? NaN) /
        (item.querySelector('.guess-track')?.getBoundingClientRect().width ?? NaN),
    })),
  );
  const shares = found.map(({ text }) => Number(/([\d.]+)%/.exec(text)?.[1]) / 100);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  expect(shares[0]).toBeGreaterThan(0.1);
  // Five shares, each rounded to a tenth of a percent.
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1.0026);
  found.forEach(({ bar }, i) => expect(bar).toBeCloseTo(shares[i] ?? NaN, 1));
  const names = found.map(({ text }) => text.replace(/[\d.]+%.*/, ''));
  expect(new Set(names).size).toBe(5);
  return names;
}

test('a test image and one of one’s own get their five likeliest classes', async ({ page }) => {
  await openReady(page);
  await showTab(page, 'Classify');
  await expect(monitorTab(page)).toContainText('The net has no weights yet');
  await drop(page, [singleBatch('data_batch_1'), singleBatch('test_batch')]);
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  await paste(page, 'Network', tinyNet);
  await paste(page, 'Solver', tinySolver({ maxIter: 30 }));
  await train(page);
  await expect(stateText(page)).toContainText('Finished', { timeout: 120_000 });
  await showTab(page, 'Classify');

  await test.step('a test image', async () => {
    const image = page
      .getByRole('region', { name: 'Test images' })
      .getByRole('button')
      .filter({ has: page.locator('canvas') })
      .first();
    await image.click();
    await expect(image).toHaveAttribute('aria-pressed', 'true');
    await expectFiveClasses(page);
    await expect(monitorTab(page)).toContainText(/test image \d+/);
    const truth = monitorTab(page)
      .getByLabel('the true class')
      .or(page.getByText(/^The true class, /));
    await expect(truth).toHaveCount(1);
  });

  await test.step('one’s own, chosen', async () => {
    const stripes = png(50, 40, (x) => (x % 10 < 5 ? [230, 60, 40] : [20, 40, 160]));
    await chooseFiles(page, 'Your own image', [{ name: 'stripes.png', bytes: stripes }]);
    await expect(monitorTab(page)).toContainText('stripes.png');
    await expectFiveClasses(page);
    await expect(monitorTab(page).getByRole('img', { name: 'The chosen image' })).toBeVisible();
  });

  await test.step('one’s own, dropped', async () => {
    await drop(page, [{ name: 'plain.png', bytes: png(32, 32, () => [128, 128, 128]) }]);
    await expect(monitorTab(page)).toContainText('plain.png');
    await expectFiveClasses(page);
  });

  await test.step('a file that is no image', async () => {
    await drop(page, [{ name: 'broken.png', bytes: new TextEncoder().encode('not a picture') }]);
    await expect(page.getByRole('alert').filter({ hasText: 'broken.png' })).toBeVisible();
  });
  expect(classNames).toHaveLength(10);
});
