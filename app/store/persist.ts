/**
 * Keeps chosen keys of a store across reloads. Each slice declares, for every key of its state, where it lives; a key that
 * is forgotten does not type-check. What comes back from storage is taken key by key and only where it is of the right type.
 */
import type { StoreApi } from 'zustand';

/** Where a key lives: in this tab's memory only, or in the browser's local storage. */
export type Home = 'memory' | 'local';

/** A declaration for each value of a slice; its actions have none. */
export type Homes<State> = {
  readonly [Key in keyof State as State[Key] extends (...args: never[]) => unknown ? never : Key]-?: Home;
};

/** The part of Web Storage that is needed, so that tests can pass their own. */
export type KeptStorage = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Fills a store with what was kept under `name`, and keeps its `local` keys from now on, at most once in `delay`
 * milliseconds. Returns a function that stops and writes what is still waiting.
 */
export function keepStore<State extends object>(
  store: Pick<StoreApi<State>, 'getState' | 'setState' | 'subscribe'>,
  name: string,
  homes: Homes<State>,
  storage: KeptStorage,
  delay = 200,
): () => void {
  const keys = (Object.keys(homes) as (keyof State & string)[]).filter(
    (key) => (homes as Readonly<Record<string, Home>>)[key] === 'local',
  );
  store.setState(restored(readKept(storage, name), store.getState(), keys));

  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    timer = undefined;
    const state = store.getState();
    storage.setItem(name, JSON.stringify(Object.fromEntries(keys.map((key) => [key, state[key]]))));
  };
  const unsubscribe = store.subscribe((state, before) => {
    if (keys.some((key) => state[key] !== before[key])) timer ??= setTimeout(write, delay);
  });
  return () => {
    unsubscribe();
    if (timer === undefined) return;
    clearTimeout(timer);
    write();
  };
}

function readKept(storage: KeptStorage, name: string): Readonly<Record<string, unknown>> {
  const text = storage.getItem(name);
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    // Storage that another version or a person wrote into: the defaults stand, and the next change overwrites it.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The kept values that have the type of the defaults (a default of `undefined` takes a string). */
function restored<State extends object>(
  kept: Readonly<Record<string, unknown>>,
  defaults: State,
  keys: readonly (keyof State & string)[],
): Partial<State> {
  const out: Partial<State> = {};
  for (const key of keys) {
    const value = kept[key];
    const expected = defaults[key] === undefined ? 'string' : typeof defaults[key];
    if (typeof value === expected && value !== null) out[key] = value as State[typeof key];
  }
  return out;
}
