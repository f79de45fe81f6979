/**
 * Threads share memory only on a cross-origin isolated page. Where the host does not send the headers for that, a service
 * worker (`public/isolation-worker.js`) adds them, and the page is loaded once more through it.
 */

/** Remembers in this tab that the page was reloaded for the service worker, so that it is done once and not in a loop. */
const reloadedKey = 'crema.reloaded-for-isolation';

/** The longest that the page waits for the service worker before it opens without, in milliseconds. */
const patience = 5000;

/** What of the browser is needed, so that tests can do without one. */
export interface IsolationHost {
  readonly isolated: boolean;
  /** Undefined where the browser has none or keeps it from this page (plain HTTP, some private windows). */
  readonly serviceWorker: Pick<ServiceWorkerContainer, 'register' | 'ready'> | undefined;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly script: URL;
  readonly patience: number;
  reload(): void;
}

/**
 * Isolates the page where that is missing and possible.
 *
 * @returns true when the page is about to be loaded again; it should then not be drawn. False when it may open: it is
 *   isolated, or cannot be, in which case everything works on one thread.
 */
export async function isolate(host: IsolationHost = browserHost()): Promise<boolean> {
  try {
    if (host.isolated) {
      host.storage.removeItem(reloadedKey);
      return false;
    }
    if (host.serviceWorker === undefined || host.storage.getItem(reloadedKey) !== null) return false;
    await host.serviceWorker.register(host.script);
    if (!(await within(host.patience, host.serviceWorker.ready))) return false;
    host.storage.setItem(reloadedKey, 'yes');
  } catch (error) {
    // The user or the browser keeps storage or service workers from this page: that is theirs to choose.
    if (error instanceof DOMException || error instanceof TypeError) return false;
    throw error;
  }
  host.reload();
  return true;
}

function browserHost(): IsolationHost {
  return {
    isolated: crossOriginIsolated,
    serviceWorker: 'serviceWorker' in navigator ? navigator.serviceWorker : undefined,
    get storage() {
      return sessionStorage;
    },
    script: new URL('isolation-worker.js', document.baseURI),
    patience,
    reload: () => location.reload(),
  };
}

/** Whether a promise is kept within some milliseconds. */
function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    setTimeout(() => resolve(false), ms);
    promise.then(() => resolve(true), reject);
  });
}
