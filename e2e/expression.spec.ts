/** An Expression in the page: its shapes, and the gradient that is derived from its formula. */
import { expect, test } from '@playwright/test';
import { node, openReady, paste } from './crema-page.ts';

const net = `layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 8 } } }
layer { name: "norm" type: "Expression" bottom: "x" top: "y" expression_param { forward: "m = mean(x, 1); (x - m) * w" weight { name: "w" dim: 8 } } }
`;

test('the derived gradient of a formula can be read', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', net);
  await expect(node(page, 'norm')).toBeVisible();
  await page.getByRole('button', { name: 'Fit' }).click();
  await node(page, 'norm').click({ position: { x: 30, y: 10 } });
  await page.getByRole('tab', { name: 'Gradient' }).click();
  const shown = page.getByLabel('The derived gradient');
  await expect(shown).toHaveText(/m = mean\(x, \[1\]\)/);
  await expect(shown).toHaveText(/dx = dm \/ 8 \+ dtop \* w/);
  await expect(shown).toHaveText(/dw = sum\(dtop \* \(x - m\), \[0\]\)/);
});
