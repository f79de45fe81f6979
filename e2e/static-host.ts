/** A host for the built page as plain as they come: files under a path, and no headers but their type. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

export interface StaticHost {
  /** Address of the page, with a slash at its end. */
  readonly address: string;
  /** Paths that were given out. */
  readonly served: readonly string[];
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

/** Serves the files of `folder` under `path`, which starts and ends with a slash. */
export async function serveFolder(folder: string, path: string): Promise<StaticHost> {
  const served: string[] = [];
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const inside = pathname.startsWith(path) ? normalize(pathname.slice(path.length)) : '..';
    const name = inside === '.' || inside === '' ? 'index.html' : inside;
    const file = name.startsWith('..') ? Promise.reject(new Error('outside')) : readFile(join(folder, name));
    file.then(
      (bytes) => {
        served.push(pathname);
        response.writeHead(200, { 'Content-Type': types[extname(name)] ?? 'application/octet-stream' });
        response.end(bytes);
      },
      () => {
        missing.push(pathname);
        response.writeHead(404).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${path}`,
    served,
    missing,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
