// The built page behind a server of its own, for benchmarks that use it as a person does.
import { existsSync } from 'node:fs';
import { build, preview } from 'vite';
import { ROOT } from '../../tools/setup.mjs';

/** Serves the built page, building it first where there is none. */
export async function serveBuiltPage(dist) {
  if (!existsSync(dist)) await build({ root: ROOT, build: { outDir: dist }, logLevel: 'warn' });
  const server = await preview({
    root: ROOT,
    build: { outDir: dist },
    preview: { host: '127.0.0.1', port: Number(process.env.CREMA_BENCH_PORT ?? 4490) },
    logLevel: 'warn',
  });
  const [address] = server.resolvedUrls.local;
  return { address, close: () => server.close() };
}

/** Waits until the page can train, and gives the button that does. */
export async function trainButton(page) {
  await page.waitForFunction(
    () => document.querySelector('.run-controls button')?.getAttribute('aria-disabled') !== 'true',
  );
  return page.getByRole('group', { name: 'Run controls' }).getByRole('button', { name: 'Train' });
}

/** State and iteration of the page's run. @throws Error with what the page says, once the run has failed */
export async function runState(page) {
  const found = await page.evaluate(() => {
    const place = document.querySelector('[data-run-state]');
    return { state: place?.getAttribute('data-run-state'), iteration: Number(place?.textContent?.replace(/,/g, '')) };
  });
  if (found.state === 'failed') throw new Error(await page.locator('.run-panel').innerText());
  return found;
}
