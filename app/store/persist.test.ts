/** What is kept across reloads: only declared keys, only values of the right type, written once for many changes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { create } from 'zustand';
import { keepStore, type Homes } from './persist.ts';

interface Sample {
  readonly name: string;
  readonly count: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly draft: string;
  readonly opened: string | undefined;
  readonly add: () => void;
}

const homes: Homes<Sample> = { name: 'local', count: 'local', sizes: 'local', draft: 'memory', opened: 'local' };

function sample() {
  return create<Sample>()((set) => ({
    name: 'untitled',
    count: 0,
    sizes: {},
    draft: '',
    opened: undefined,
    add: () => set((state) => ({ count: state.count + 1 })),
  }));
}

function memory(initial?: string) {
  const map = new Map<string, string>(initial === undefined ? [] : [['s', initial]]);
  let writes = 0;
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => {
      writes++;
      map.set(key, value);
    },
    value: () => JSON.parse(map.get('s') ?? 'null') as unknown,
    writes: () => writes,
  };
}

describe('keepStore', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes the declared keys once for many changes', () => {
    const store = sample();
    const storage = memory();
    keepStore(store, 's', homes, storage, 200);
    store.setState({ draft: 'x' });
    vi.advanceTimersByTime(500);
    expect(storage.writes()).toBe(0);
    store.getState().add();
    store.getState().add();
    store.setState({ name: 'quick' });
    vi.advanceTimersByTime(500);
    expect(storage.writes()).toBe(1);
    expect(storage.value()).toEqual({ name: 'quick', count: 2, sizes: {} });
  });

  it('brings values back, and leaves what is of another type', () => {
    const store = sample();
    keepStore(store, 's', homes, memory('{"name":"full","count":"3","sizes":null,"draft":"old","opened":"lenet"}'));
    expect(store.getState()).toMatchObject({ name: 'full', count: 0, sizes: {}, draft: '', opened: 'lenet' });
  });

  it.each(['not json', '17', 'null', '[]'])('starts with the defaults when storage holds %s', (text) => {
    const store = sample();
    keepStore(store, 's', homes, memory(text));
    expect(store.getState()).toMatchObject({ name: 'untitled', count: 0 });
  });

  it('writes what is waiting when it is stopped, and nothing after', () => {
    const store = sample();
    const storage = memory();
    const stop = keepStore(store, 's', homes, storage, 200);
    store.getState().add();
    stop();
    expect(storage.value()).toMatchObject({ count: 1 });
    store.getState().add();
    vi.advanceTimersByTime(500);
    expect(storage.writes()).toBe(1);
  });
});
