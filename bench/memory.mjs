// Trains for a long time in headless Chromium and watches the memory of the page's process: it should be flat once warm.
// Prints a line a minute, then the growth from the second quarter of the time to the last.
//   node bench/memory.mjs [--minutes 60] [--dist DIR] [--out FILE.json]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBrowser } from './common/browser.mjs';
import { runState, serveBuiltPage, trainButton } from './common/built-page.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    dist: { type: 'string', default: 'dist' },
    out: { type: 'string' },
  },
});
const { address, close } = await serveBuiltPage(values.dist);
const browser = await openBrowser();

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
  await (await trainButton(page)).click();
  const session = await browser.newBrowserCDPSession();
  const minutes = Number(values.minutes);
  const began = Date.now();
  for (let minute = 0; minute < minutes; minute++) {
    await page.waitForTimeout(Math.max(0, began + (minute + 1) * 60_000 - Date.now()));
    const { iteration } = await runState(page);
    const mib = (await inUse(page)) / 2 ** 20;
    const resident = await residentMiB(session);
    samples.push({ minute: minute + 1, iteration, mib, resident });
    console.log(
      `minute ${minute + 1}: iteration ${iteration}, ${mib.toFixed(1)} MiB in use, ${resident.toFixed(0)} MiB resident`,
    );
  }
} finally {
  await browser.close();
  await close();
}
const mean = (list) => list.reduce((sum, { mib }) => sum + mib, 0) / list.length;
const quarter = Math.floor(samples.length / 4);
if (quarter > 0) {
  const [early, late] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))];
  const growth = ((late / early - 1) * 100).toFixed(1);
  console.log(`in use: second quarter ${early.toFixed(1)} MiB, last quarter ${late.toFixed(1)} MiB: ${growth}%`);
}
if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(samples));
