// From a key pressed in ResNet-152 to findings, shapes and lint of both phases on the page: the round trip through the
// language worker in headless Chromium, without the pause the page waits for more keys. Then pasting it, and a gesture.
//   node bench/language.mjs
import { openBrowser } from './common/browser.mjs';
import { duration, median, quantile } from './common/figures.mjs';
import { browserBundle, openPage, serve } from './common/scripts.mjs';

const server = await serve({
  '/page.js': await browserBundle('bench/language-page.ts'),
  '/worker.js': await browserBundle('app/workers/language.worker.ts'),
});
const browser = await openBrowser();
try {
  const page = await openPage(browser, server.address);
  const { lines, keys, pasted, gestures } = await page.evaluate(() => globalThis.bench());
  const [first, rest] = [keys.slice(0, 10), keys.slice(10)];
  const [middle, least] = [(times) => duration(median(times)), (times) => duration(Math.min(...times))];
  console.log(`ResNet-152, ${lines} lines, in headless Chromium`);
  console.log(
    `a key, both phases   median ${middle(rest)}, least ${least(keys)}, 9 of 10 within ${duration(quantile(rest, 0.9))}`,
  );
  console.log(`  the first ten      ${first.map((time) => time.toFixed(0)).join(' ')} ms`);
  console.log(`pasted, new worker   median ${middle(pasted)}, least ${least(pasted)}`);
  console.log(
    `a gesture            median ${middle(gestures)}, least ${least(gestures)}, the first ${duration(gestures[0])}`,
  );
} finally {
  await browser.close();
  server.close();
}
