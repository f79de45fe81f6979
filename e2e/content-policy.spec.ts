/** The built page under its strict content policy: a usual visit breaks no rule of it. */
import { expect, test } from '@playwright/test';
import {
  exportBytes,
  focusEditor,
  graph,
  iteration,
  node,
  openReady,
  paste,
  runButton,
  showTab,
  step,
  train,
} from './crema-page.ts';
import { tinyNet, tinySolver } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('editing, the graph, training and downloads break no rule of the content policy', async ({ page }) => {
  const broken: string[] = [];
  page.on('console', (message) => {
    if (/content security policy|refused to/i.test(message.text())) broken.push(message.text());
  });

  await test.step('a usual visit', async () => {
    await openReady(page);
    await expect(node(page, 'conv1')).toBeVisible();
    await page.getByRole('button', { name: /^Engine: / }).click();
    await expect(page.locator('.engine-popover')).toBeVisible();
    await page.keyboard.press('Escape');
    await paste(page, 'Network', tinyNet);
    await paste(page, 'Solver', tinySolver({ maxIter: 60, testInterval: 10 }));
    await focusEditor(page, 'Network');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('layer { t');
    await page.keyboard.press('Control+Space');
    await expect(page.locator('.suggest-widget')).toBeVisible();
    await page.keyboard.press('Escape');
    await paste(page, 'Network', tinyNet);
    await expect(graph(page)).toBeVisible();
    await expect(step(page, 'Net')).toContainText('params');
    await train(page);
    await expect.poll(() => iteration(page), { timeout: 120_000 }).toBe(60);
    await expect(runButton(page, 'Pause')).toBeHidden();
    expect((await exportBytes(page, '.caffemodel')).bytes.length).toBeGreaterThan(1000);
    for (const tab of ['Data', 'Log', 'Snapshots', 'Charts']) await showTab(page, tab);
    await showTab(page, 'Data');
    await expect(page.getByRole('img', { name: /, image \d+$/ }).first()).toBeVisible();
    const fonts = await page.evaluate(async () => {
      await document.fonts.ready;
      return [...document.fonts].map(({ family, status }) => `${family} ${status}`);
    });
    expect(fonts.filter((font) => font.endsWith(' error'))).toEqual([]);
    expect(fonts).toContain('Inter Variable loaded');
    expect(broken).toEqual([]);
  });

  await test.step('the policy is in force', async () => {
    const outcome = await page.evaluate(async () => {
      const refused = new Promise<string>((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
      });
      const script = document.createElement('script');
      script.textContent = 'globalThis.smuggled = true;';
      document.body.append(script);
      return { refused: await refused, smuggled: 'smuggled' in globalThis };
    });
    expect(outcome).toEqual({ refused: 'script-src-elem', smuggled: false });
    await expect.poll(() => broken.length).toBeGreaterThan(0);
  });
});
