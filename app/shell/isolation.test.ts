/** When the page is loaded again to be isolated, and that it never is in a loop. */
import { describe, expect, it } from 'vitest';
import { isolate, type IsolationHost } from './isolation.ts';

/** A tab: its storage outlives the loads of the page. */
function tab(options: {
  readonly isolatesOnReload: boolean;
  readonly register?: () => Promise<ServiceWorkerRegistration>;
  readonly ready?: Promise<ServiceWorkerRegistration>;
  readonly serviceWorkers?: boolean;
}) {
  const kept = new Map<string, string>();
  const registered: string[] = [];
  let reloads = 0;
  const registration = {} as ServiceWorkerRegistration;
  const host = (): IsolationHost => ({
    isolated: options.isolatesOnReload && reloads > 0,
    serviceWorker:
      options.serviceWorkers === false
        ? undefined
        : {
            register: (script) => {
              registered.push(String(script));
              return options.register?.() ?? Promise.resolve(registration);
            },
            ready: options.ready ?? Promise.resolve(registration),
          },
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    script: new URL('http://host/some/path/isolation-worker.js'),
    patience: 20,
    reload: () => void reloads++,
  });
  return { load: () => isolate(host()), registered, kept, reloads: () => reloads };
}

describe('isolate', () => {
  it('loads the page once more through the service worker', async () => {
    const page = tab({ isolatesOnReload: true });
    expect(await page.load()).toBe(true);
    expect(page.registered).toEqual(['http://host/some/path/isolation-worker.js']);
    expect(await page.load()).toBe(false);
    expect(page.reloads()).toBe(1);
    // Where a later load comes past the service worker, it may be tried again.
    expect(page.kept.size).toBe(0);
  });

  it('does not try twice where it does not help', async () => {
    const page = tab({ isolatesOnReload: false });
    expect(await page.load()).toBe(true);
    expect(await page.load()).toBe(false);
    expect(await page.load()).toBe(false);
    expect(page.reloads()).toBe(1);
    expect(page.registered).toHaveLength(1);
  });

  it.each([
    ['there are no service workers', { serviceWorkers: false }],
    ['the browser refuses one', { register: () => Promise.reject(new DOMException('no', 'SecurityError')) }],
    ['it does not start in time', { ready: new Promise<ServiceWorkerRegistration>(() => undefined) }],
  ])('opens the page as it is where %s', async (_, options) => {
    const page = tab({ isolatesOnReload: true, ...options });
    expect(await page.load()).toBe(false);
    expect(page.reloads()).toBe(0);
  });

  it('does not swallow a bug', async () => {
    const page = tab({ isolatesOnReload: true, register: () => Promise.reject(new RangeError('bug')) });
    await expect(page.load()).rejects.toThrow('bug');
  });
});
