// Trains cifar10_quick on real CIFAR-10 in headless Chromium, as a person would: drops the archive, opens the gallery's
// network, presses Train. 4,000 iterations at 0.001, then 1,000 at a tenth of it, a test every 500. Prints the curve.
//   node bench/curve.mjs ARCHIVE [--dist DIR] [--out FILE.json]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBrowser } from './common/browser.mjs';
import { runState, serveBuiltPage, trainButton } from './common/built-page.mjs';

const { values, positionals } = parseArgs({
  options: { dist: { type: 'string', default: 'dist' }, out: { type: 'string' } },
  allowPositionals: true,
});
const [archive] = positionals;
if (archive === undefined) {
  console.error('Usage: node bench/curve.mjs ARCHIVE [--dist DIR] [--out FILE.json]');
  process.exit(2);
}

const solver = `net: "train_test.prototxt"
test_iter: 100
test_interval: 500
base_lr: 0.001
momentum: 0.9
weight_decay: 0.004
lr_policy: "multistep"
gamma: 0.1
stepvalue: 4000
display: 100
max_iter: 5000
snapshot: 0
snapshot_prefix: "cifar10_quick"
random_seed: 1
`;

const { address, close } = await serveBuiltPage(values.dist);
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(180_000);
  // A first visit, which opens this network and solver instead of the gallery's first.
  const net = await (await fetch(`${address}models/cifar10_quick/train_test.prototxt`)).text();
  await page.route('**/models/opening/train_test.prototxt', (route) => route.fulfill({ body: net }));
  await page.route('**/models/opening/solver.prototxt', (route) => route.fulfill({ body: solver }));
  await page.goto(address);
  await page.getByRole('tab', { name: 'Data' }).click();
  const imported = performance.now();
  await page.getByTestId('data-files').setInputFiles(archive);
  await page.locator('.step[data-step=data]').filter({ hasText: '60,000' }).waitFor();
  console.log(`archive ready after ${((performance.now() - imported) / 1000).toFixed(1)} s`);
  await page.getByRole('tab', { name: 'Charts' }).click();
  const train = await trainButton(page);
  const started = performance.now();
  await train.click();
  let last = -1;
  for (;;) {
    await page.waitForTimeout(5000);
    const { state, iteration } = await runState(page);
    if (Math.floor(iteration / 500) !== last) {
      last = Math.floor(iteration / 500);
      console.log(`iteration ${iteration} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
    }
    if (state === 'finished') break;
  }
  const seconds = (performance.now() - started) / 1000;
  const engine = await page.locator('.engine-badge').getAttribute('aria-label');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /Curves/ }).click();
  const stream = await (await downloading).createReadStream();
  let csv = '';
  for await (const piece of stream) csv += piece;
  console.log(`${engine}; ${seconds.toFixed(0)} s in all`);
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify({ engine, seconds, csv }));
} finally {
  await browser.close();
  await close();
}
