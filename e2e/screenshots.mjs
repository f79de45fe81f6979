/**
 * Pictures of the page at 1440×900 and 1024×700, light and dark, with a trained run on show. Not a test: to be looked at.
 * `readme.png` is the one of docs/screenshot.png.
 *
 *   npm run build && node e2e/screenshots.mjs [FOLDER] [ITERATIONS]
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const folder = process.argv[2] ?? 'test-results/screenshots';
const iterations = Number(process.argv[3] ?? 300);
const port = process.env.CREMA_E2E_PORT ?? '4318';
const built = process.env.CREMA_E2E_DIST ?? 'dist';
const address = `http://127.0.0.1:${port}`;
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];

mkdirSync(folder, { recursive: true });
const server = spawn(
  process.execPath,
  [
    'node_modules/vite/bin/vite.js',
    'preview',
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--strictPort',
    '--outDir',
    built,
  ],
  { stdio: 'ignore' },
);
const browser = await chromium.launch({
  executablePath: process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--disable-background-networking',
  ],
});
try {
  const page = await browser.newPage({ viewport: sizes[0], deviceScaleFactor: 2, colorScheme: 'light' });
  await open(page);
  await take(page, 'opening');
  await trainFor(page, iterations);
  const conv2 = page.getByRole('button', { name: /^conv2, / });
  await conv2.click({ position: { x: 20, y: 10 } });
  await page.mouse.move(sizes[0].width / 2, 2);
  await page.screenshot({ path: join(folder, 'readme.png'), scale: 'css' });
  await stop(page);
  await take(page, 'selected');
  await conv2.press('Escape');
  await take(page, 'trained');
  await tab(page, 'Data');
  await take(page, 'data');
  await tab(page, 'Classify');
  await page.getByRole('region', { name: 'Test images' }).getByRole('button').nth(1).click();
  await page.getByRole('list', { name: 'Likeliest classes' }).waitFor({ timeout: 120_000 });
  await take(page, 'classify');
  await tab(page, 'Snapshots');
  await take(page, 'snapshots');
  await tab(page, 'Charts');
  await page.getByRole('button', { name: 'Gallery' }).click();
  await take(page, 'gallery');
} finally {
  await browser.close();
  server.kill();
}

/** The page with its four steps ready, as soon as the server answers. */
async function open(page) {
  for (let left = 50; ; left--) {
    try {
      await page.goto(address);
      break;
    } catch (error) {
      if (left === 0) throw error;
      await page.waitForTimeout(200);
    }
  }
  await page.getByRole('navigation', { name: 'Steps' }).getByLabel('ready', { exact: true }).nth(3).waitFor();
}

/** Trains until so many iterations are done. */
async function trainFor(page, wanted) {
  await page.getByRole('group', { name: 'Run controls' }).getByRole('button', { name: 'Train' }).click();
  await page.waitForFunction(
    (enough) =>
      Number(document.querySelector('[aria-label="Iteration"]')?.textContent?.replaceAll(',', '') ?? 0) >= enough,
    wanted,
    { timeout: 600_000 },
  );
}

/** Stops the run with a snapshot. */
async function stop(page) {
  await page
    .getByRole('group', { name: 'Run controls' })
    .getByRole('button', { name: 'Stop and keep a snapshot' })
    .click();
  await page
    .getByRole('group', { name: 'Run controls' })
    .getByRole('button', { name: 'Continue' })
    .waitFor({ timeout: 60_000 });
}

async function tab(page, name) {
  await page.getByRole('tab', { name }).click();
}

/** One picture for each size and theme. */
async function take(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const size of sizes) {
      await page.setViewportSize(size);
      // Two frames: one lays out, the next has the charts drawn at their new size.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.mouse.move(size.width / 2, 2);
      const file = join(folder, `${name}-${size.width}x${size.height}-${colorScheme}.png`);
      await page.screenshot({ path: file });
      console.log(file);
    }
  }
  await page.setViewportSize(sizes[0]);
  await page.emulateMedia({ colorScheme: 'light' });
}
