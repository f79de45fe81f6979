// From a key pressed in ResNet-152 to findings, shapes and lint of both phases on the page: the round trip through the
// language worker in headless Chromium, without the pause the page waits for more keys. Then pasting it, and a gesture.
//   node bench/language.mjs
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { chromium } from '@playwright/test';

const bundled = async (entry) => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
};
const files = {
  '/page.js': await bundled('bench/language-page.ts'),
  '/worker.js': await bundled('app/workers/language.worker.ts'),
};
const server = createServer((request, response) => {
  const script = files[request.url];
  response.writeHead(200, { 'Content-Type': script === undefined ? 'text/html' : 'text/javascript' });
  response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
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
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
  const { lines, keys, pasted, gestures } = await page.evaluate(() => globalThis.bench());
  const sorted = (times) => times.toSorted((a, b) => a - b);
  const at = (times, part) => `${sorted(times)[Math.floor(part * (times.length - 1))].toFixed(1)} ms`;
  console.log(`ResNet-152, ${lines} lines, in headless Chromium`);
  console.log(
    `a key, both phases   median ${at(keys.slice(10), 0.5)}, least ${at(keys, 0)}, 9 of 10 within ${at(keys.slice(10), 0.9)}`,
  );
  console.log(
    `  the first ten      ${keys
      .slice(0, 10)
      .map((time) => time.toFixed(0))
      .join(' ')} ms`,
  );
  console.log(`pasted, new worker   median ${at(pasted, 0.5)}, least ${at(pasted, 0)}`);
  console.log(
    `a gesture            median ${at(gestures, 0.5)}, least ${at(gestures, 0)}, the first ${gestures[0].toFixed(1)} ms`,
  );
} finally {
  await browser.close();
  server.close();
}
