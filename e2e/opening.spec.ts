/** What a person finds on the first visit, and that Train trains at once. */
import { expect, test } from '@playwright/test';
import {
  exportCurves,
  focusEditor,
  iteration,
  mean,
  node,
  openReady,
  runButton,
  shapeLabels,
  showTab,
  stateText,
  step,
} from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

// On two busy processor cores an iteration can take seconds.
test.setTimeout(420_000);

test('the page opens with a network, a solver and data, and Train makes the loss fall', async ({ page }) => {
  await test.step('everything is there', async () => {
    await openReady(page);
    await expect(step(page, 'Data')).toContainText('Shapes · 10,000');
    await expect(step(page, 'Net')).toContainText('145,578 params');
    await expect(step(page, 'Solver')).toContainText('SGD · 2,000 it');
    await expect(page.getByText('# A first network: the shape of')).toBeVisible();
    for (const layer of ['cifar', 'conv1', 'pool1', 'conv2', 'pool2', 'conv3']) {
      await expect(node(page, layer)).toBeVisible();
    }
    await expect(shapeLabels(page).getByText('32×32×16×16', { exact: true }).first()).toBeVisible();
    await focusEditor(page, 'Solver');
    await expect(page.getByText('# How the network is trained.')).toBeVisible();
    await showTab(page, 'Data');
    await expect(page.getByRole('img', { name: /, image \d+$/ }).first()).toBeVisible();
  });

  await test.step('Train trains at once, and the loss falls', async () => {
    await runButton(page, 'Train').click();
    await expect(stateText(page)).toContainText('Training', { timeout: 120_000 });
    await expect(page.getByRole('tab', { name: 'Charts' })).toHaveAttribute('aria-selected', 'true');
    // Fifty iterations: on a graphics card a second or two, on the processor that stands in for one here up to minutes.
    await expect.poll(() => iteration(page), { timeout: 240_000 }).toBeGreaterThanOrEqual(50);
    await runButton(page, 'Stop and keep a snapshot').click();
    await expect(stateText(page)).toContainText('Iteration', { timeout: 60_000 });
    const { losses } = await exportCurves(page);
    expect(losses.length).toBeGreaterThanOrEqual(50);
    expect(mean(losses.slice(40, 50))).toBeLessThan(mean(losses.slice(0, 10)) - 0.1);
  });
});
