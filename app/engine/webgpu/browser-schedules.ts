/** Found schedules in the browser's IndexedDB, so that a visit does not tune again what another has. */
import type { ScheduleStore } from './schedule-book.ts';

const DATABASE = 'schedules';
const TABLE = 'adapters';

/** The store of this origin. Where the browser allows no storage, nothing is found and nothing kept. */
export function browserSchedules(): ScheduleStore {
  return {
    load: (adapter) => attempt((table) => table.get(adapter), 'readonly'),
    save: async (adapter, schedules) => {
      await attempt((table) => table.put(schedules, adapter), 'readwrite');
    },
  };
}

/** Makes one request of the table; undefined where storage fails, as it does in some private windows. */
async function attempt(ask: (table: IDBObjectStore) => IDBRequest, mode: IDBTransactionMode): Promise<unknown> {
  let database: IDBDatabase | undefined;
  try {
    database = await opened();
    return await resultOf(ask(database.transaction(TABLE, mode).objectStore(TABLE)));
  } catch {
    // What is not kept is found again in a few seconds: no reason to refuse a run, nor to trouble anybody.
    return undefined;
  } finally {
    database?.close();
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return resultOf(request);
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser gave no reason.'));
  });
}
