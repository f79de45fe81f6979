/**
 * Handles of the files that texts came from or went to, kept in IndexedDB, by document and text: a reload, or another tab,
 * saves to the same file. The browser asks the person again before it lets the page write there.
 */
import type { TextName } from '../../store/document.ts';
import type { TextFileHandle } from './text-file-handle.ts';

const DATABASE = 'crema.files';
const STORE = 'handles';

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The browser keeps its storage from this page.'));
  });
  return opening;
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise<T>((resolve, reject) => {
    const request = work(database.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The browser keeps its storage from this page.'));
  });
}

const keyOf = (document: string, text: TextName): string => `${document} ${text}`;

/** The file of a document's text; undefined where it has none. Throws a `DOMException` where the browser has no storage. */
export const handleOf = (document: string, text: TextName): Promise<TextFileHandle | undefined> =>
  inStore('readonly', (store) => store.get(keyOf(document, text)) as IDBRequest<TextFileHandle | undefined>);

/** Remembers the file of a document's text. Throws a `DOMException` where the browser has no storage. */
export async function keepHandle(document: string, text: TextName, handle: TextFileHandle): Promise<void> {
  await inStore('readwrite', (store) => store.put(handle, keyOf(document, text)));
}

/** Forgets the files of all documents but these: a deleted document can be brought back for as long as the page is open. */
export async function forgetHandlesExcept(documents: readonly string[]): Promise<void> {
  const keys = await inStore('readonly', (store) => store.getAllKeys());
  const gone = keys.filter((key) => typeof key !== 'string' || !documents.includes(key.split(' ')[0] ?? ''));
  await Promise.all(gone.map((key) => inStore('readwrite', (store) => store.delete(key))));
}
