// Bundles of the benchmarks' scripts, and a server that gives them to a page. The page is isolated, so that memory may be
// shared between threads.
import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ROOT } from '../../tools/setup.mjs';

const options = { absWorkingDir: ROOT, bundle: true, format: 'esm', write: false, logLevel: 'error' };

/** A script with all that it imports, for a browser. */
export async function browserBundle(entry) {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], target: 'es2023' });
  return outputFiles[0].text;
}

/** A script with the sources that it imports, for Node; packages stay where they are. The bundle's path. */
export async function nodeBundle(entry) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  const folder = join(ROOT, '.cache', 'bench');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${entry.replaceAll(/[/\\]/g, '-').replace(/\.\w+$/, '')}.mjs`);
  writeFileSync(path, outputFiles[0].text);
  return path;
}

/** Where the processor engine's threads find their script, wherever the script that starts them lies. */
export const THREAD = 'wasm.worker.ts';
export const threadBundle = () => browserBundle('app/engine/wasm/wasm.worker.ts');

/**
 * Serves files by path, `{ '/page.js': text }`, and at every other address an empty page that loads `/page.js` where there
 * is one. `other(pathname)` may answer with bytes of its own.
 */
export async function serve(files, other = () => undefined) {
  const page = `<!doctype html><title>bench</title>${'/page.js' in files ? '<script type="module" src="/page.js"></script>' : ''}`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const script = pathname.endsWith(`/${THREAD}`) ? files[`/${THREAD}`] : files[pathname];
    const bytes = script ?? other(pathname);
    const wasm = pathname.endsWith('.wasm');
    response.writeHead(200, {
      'Content-Type': bytes === undefined ? 'text/html' : wasm ? 'application/wasm' : 'text/javascript',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(bytes ?? page);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** A page of the server, once its script has put `bench` there; what it logs and throws is shown. */
export async function openPage(browser, address) {
  const page = await browser.newPage();
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.error(error));
  await page.goto(address);
  await page.waitForFunction(() => 'bench' in globalThis);
  return page;
}
