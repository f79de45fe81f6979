// A CIFAR-10 archive dropped on the page, as it is downloaded (170 MB): how long until the page is ready to train with it, what the browser
// takes of memory meanwhile, and how long the page ever keeps a person waiting. In headless Chromium on this machine.
//   node bench/archive.mjs ARCHIVE [FOLDER OF THE BUILT PAGE]
import { openBrowser } from './common/browser.mjs';
import { serveBuiltPage } from './common/built-page.mjs';
import { duration } from './common/figures.mjs';
import { look, watchMemory } from './common/process-memory.mjs';

const [archive, built = 'dist'] = process.argv.slice(2);
if (archive === undefined) {
  console.error('Usage: npm run bench -- archive ARCHIVE, such as cifar-10-binary.tar.gz');
  process.exit(2);
}
/** What is to be held: seconds until ready, MB of the page's process, milliseconds of one task. */
const limits = { seconds: 6, memory: 400, task: 50 };

const { address, close } = await serveBuiltPage(built);
const browser = await openBrowser();
try {
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByRole('navigation', { name: 'Steps' }).getByLabel('ready', { exact: true }).nth(0).waitFor();
  await page.getByRole('tab', { name: 'Data' }).click();
  // The sample's own numbers are worked out first: they are not this benchmark's.
  await page.getByRole('table', { name: /^Mean and deviation/ }).waitFor({ timeout: 120_000 });
  const session = await browser.newBrowserCDPSession();
  const before = await look(session);
  const watch = watchMemory(session);
  await page.evaluate(watchPage);
  await page.getByTestId('data-files').setInputFiles(archive);
  await page.waitForFunction(() => globalThis.archiveWatch.ready !== undefined, undefined, { timeout: 300_000 });
  const { ready, longest, tasks } = await page.evaluate(() => globalThis.archiveWatch);
  const cpu = (await look(session)).cpu - before.cpu;
  await page.getByRole('table', { name: /^Mean and deviation/ }).waitFor({ timeout: 120_000 });
  const peak = await watch.stop();
  const longTask = Math.max(0, ...tasks);
  const line = (what, value, unit, limit) =>
    console.log(`${what.padEnd(46)}${value} ${unit}${limit === undefined ? '' : ` (limit ${limit})`}`);
  line('until ready to train', (ready / 1000).toFixed(2), 's', limits.seconds);
  line('processor time of all processes until then', (cpu / 1000).toFixed(2), 's');
  line("most memory of the page's process", peak.page.toFixed(0), 'MB', limits.memory);
  line('  of that before the archive', before.page.toFixed(0), 'MB');
  line('most memory of all processes of the browser', peak.all.toFixed(0), 'MB');
  line('  of that before the archive', before.all.toFixed(0), 'MB');
  line('longest task of the page', duration(longTask), '', `${limits.task} ms`);
  line('longest wait for the page', duration(longest), '', `${limits.task} ms`);
} finally {
  await browser.close();
  await close();
}

/** In the page: waits for the archive to be chosen, and then for the step that says it is ready, watching how late timers come. */
function watchPage() {
  const watch = { ready: undefined, longest: 0, tasks: [] };
  globalThis.archiveWatch = watch;
  new PerformanceObserver((list) => {
    for (const { duration: length } of list.getEntries()) if (watch.ready === undefined) watch.tasks.push(length);
  }).observe({ type: 'longtask' });
  document.querySelector('[data-testid="data-files"]').addEventListener(
    'change',
    () => {
      const start = performance.now();
      let last = start;
      const tick = () => {
        const now = performance.now();
        watch.longest = Math.max(watch.longest, now - last);
        last = now;
        const step = document.querySelector('[data-step="data"]');
        if (step?.getAttribute('data-status') === 'ready' && step.textContent.includes('60,000')) {
          watch.ready = now - start;
          return;
        }
        setTimeout(tick, 4);
      };
      tick();
    },
    { capture: true },
  );
}
