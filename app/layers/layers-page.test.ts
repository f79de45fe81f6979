/** The page of layer types in docs is the one that the definitions give. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { layerTable } from './index.ts';
import { layersPage } from './layers-page.ts';

test('docs/layers.md is up to date: run `npm run -s crema -- layers --markdown > docs/layers.md`', () => {
  expect(readFileSync(new URL('../../docs/layers.md', import.meta.url), 'utf8')).toBe(layersPage());
});

test('it has every type, with settings, parameters and what is refused', () => {
  const page = layersPage();
  for (const { type } of layerTable.all()) expect(page).toContain(`\n## ${type}\n`);
  expect(page).toContain('- Parameters: weights, bias.');
  expect(page).toContain('| `negative_slope` | float | `0` |');
  expect(page).toContain('- Refused: Python layers cannot be run in Crema');
  expect(page).toContain('- Refused: Upsample by the mask of a pooling');
});
