/** The page's main states under axe, in both themes: no serious and no critical violation. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';
import { focusEditor, graph, iteration, node, openReady, runButton, showTab } from './crema-page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test.setTimeout(300_000);

/** What axe finds on the page as it is, in a few words each. */
async function violations(page: Page): Promise<string[]> {
  // The page's content policy keeps strangers' scripts out: axe is evaluated, not added.
  await page.evaluate(axeSource);
  const results = await page.evaluate(
    (options) =>
      (globalThis as unknown as { axe: { run(where: unknown, options: RunOptions): Promise<AxeResults> } }).axe.run(
        // Monaco's lines are drawn for the eye; what screen readers get is its text box.
        { exclude: ['.monaco-editor .view-lines', '.monaco-editor .margin'] },
        options,
      ),
    { resultTypes: ['violations'] } satisfies RunOptions,
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes
        // A node of the graph is a drawing: its name begins with the layer's, as it is seen and may be said, and goes on as
        // a sentence, where the drawing goes on in signs.
        .filter(({ target }) => id !== 'label-content-name-mismatch' || !String(target[0]).startsWith('div[data-id='))
        .map(
          ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${(failureSummary ?? '').split('\n')[1] ?? ''}`,
        ),
    );
}

/** Asserts it in both themes. */
async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await violations(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}

/** Nothing of these is cut off or wider than its place. */
async function expectUncut(page: Page, what: string): Promise<void> {
  const cut = await page
    .locator(what)
    .evaluateAll((elements) => elements.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.outerHTML));
  expect(cut).toEqual([]);
}

test('graph, inspector and editor', async ({ page }) => {
  await openReady(page);
  await expectAccessible(page, 'the page as it opens');
  await node(page, 'conv2').click({ position: { x: 30, y: 10 } });
  await expectAccessible(page, 'a selected layer');
});

test('every tab of the monitor', async ({ page }) => {
  await openReady(page);
  for (const tab of ['Cost', 'Data', 'Classify', 'Snapshots', 'Log', 'Problems']) {
    await showTab(page, tab);
    await expectAccessible(page, tab);
  }
});

test('gallery, command palette, shortcuts, menus', async ({ page }) => {
  await openReady(page);
  await page.getByRole('button', { name: 'Gallery' }).click();
  await expect(page.getByRole('dialog', { name: 'Gallery' })).toBeVisible();
  await expectAccessible(page, 'gallery');
  await page.keyboard.press('Escape');
  await graph(page).focus();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible();
  await expectAccessible(page, 'command palette');
  await page.keyboard.type('conv');
  await expectAccessible(page, 'command palette, searched');
  await page.keyboard.press('Escape');
  await graph(page).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page, 'shortcut sheet');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Documents' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu of documents');
});

test('what opens over the graph and in the bar, a solver, an empty document, a run', async ({ page }) => {
  test.setTimeout(420_000);
  await openReady(page);
  await page.getByRole('button', { name: 'Export' }).click();
  await expectAccessible(page, 'export menu');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Engine: / }).click();
  await expect(page.getByRole('radiogroup', { name: 'Engine' })).toBeVisible();
  await expectAccessible(page, 'engines');
  await page.keyboard.press('Escape');
  await node(page, 'conv2').click({ button: 'right', position: { x: 30, y: 10 } });
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'context menu');
  await page.keyboard.press('Escape');
  await page
    .locator('.inspector')
    .getByRole('button', { name: /^bottom: / })
    .click();
  await expect(page.getByRole('menuitemradio').first()).toBeVisible();
  await expectAccessible(page, 'blobs of a bottom');
  await page.keyboard.press('Escape');
  await graph(page).focus();
  await page.keyboard.press('/');
  await expectAccessible(page, 'palette at the pointer');
  await page.keyboard.press('Escape');
  await graph(page).focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('conv');
  await expectAccessible(page, 'search in the graph');
  await page.keyboard.press('Escape');
  await focusEditor(page, 'Solver');
  await expectAccessible(page, 'solver');
  await runButton(page, 'Train').click();
  await expect.poll(() => iteration(page), { timeout: 120_000 }).toBeGreaterThan(2);
  await runButton(page, 'Pause').click();
  await expect(runButton(page, 'Resume')).toBeVisible();
  await expectAccessible(page, 'a paused run');
  await expectUncut(page, '.step-title, .step-fact');
  await page.setViewportSize({ width: 1024, height: 768 });
  await expectUncut(page, '.step-title, .bar, .monitor-head');
  await page.setViewportSize({ width: 1440, height: 900 });
  await runButton(page, 'Stop and keep a snapshot').click();
  await page.getByRole('button', { name: 'Documents' }).click();
  await page.getByRole('menuitem', { name: /^New/ }).click();
  await expect(graph(page).getByText('No network yet')).toBeVisible();
  await expectAccessible(page, 'an empty document');
});
