// Trains for a long time in headless Chromium and watches the memory of the page's process: it should be flat once warm.
// Prints a line a minute, then the growth from the second quarter of the time to the last.
//   node bench/memory.mjs [--minutes 60] [--dist DIR] [--out FILE.json]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    dist: { type: 'string', default: 'dist' },
    out: { type: 'string' },
  },
});
if (!existsSync(values.dist)) await build({ build: { outDir: values.dist }, logLevel: 'warn' });
const server = await preview({
  build: { outDir: values.dist },
  preview: { host: '127.0.0.1', port: 4491 },
  logLevel: 'warn',
});
const address = server.resolvedUrls?.local[0] ?? 'http://127.0.0.1:4491/';
const browser = await chromium.launch({
  executablePath: process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
});

/** MiB that the page's process holds, what waits to be collected included. */
async function residentMiB(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  return Math.max(...sizes);
}

/** Bytes that the page and its workers use, shared memory and all, after a collection of garbage. */
const inUse = (page) => page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);

const samples = [];
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  // The opening network, whose solver has no end here.
  await page.route('**/models/opening/solver.prototxt', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      body: (await answer.text()).replace(/max_iter: \d+/, 'max_iter: 100000000'),
    });
  });
  await page.goto(address);
  const train = page.getByRole('group', { name: 'Run controls' }).getByRole('button', { name: 'Train' });
  await page.waitForFunction(
    () => document.querySelector('.run-controls button')?.getAttribute('aria-disabled') !== 'true',
  );
  await train.click();
  const session = await browser.newBrowserCDPSession();
  const minutes = Number(values.minutes);
  const began = Date.now();
  for (let minute = 0; minute < minutes; minute++) {
    await page.waitForTimeout(Math.max(0, began + (minute + 1) * 60_000 - Date.now()));
    const { state, iteration } = await page.evaluate(() => {
      const place = document.querySelector('[data-run-state]');
      return { state: place?.getAttribute('data-run-state'), iteration: Number(place?.textContent?.replace(/,/g, '')) };
    });
    if (state === 'failed') throw new Error(await page.locator('.run-panel').innerText());
    const mib = (await inUse(page)) / 2 ** 20;
    const resident = await residentMiB(session);
    samples.push({ minute: minute + 1, iteration, mib, resident });
    console.log(
      `minute ${minute + 1}: iteration ${iteration}, ${mib.toFixed(1)} MiB in use, ${resident.toFixed(0)} MiB resident`,
    );
  }
} finally {
  await browser.close();
  await server.close();
}
const mean = (list) => list.reduce((sum, { mib }) => sum + mib, 0) / list.length;
const quarter = Math.floor(samples.length / 4);
if (quarter > 0) {
  const [early, late] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))];
  const growth = ((late / early - 1) * 100).toFixed(1);
  console.log(`in use: second quarter ${early.toFixed(1)} MiB, last quarter ${late.toFixed(1)} MiB: ${growth}%`);
}
if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(samples));
