/** Documents are kept, tabs do not write over each other, and a full storage is said. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useDocument } from '../../store/document.ts';
import { useDocuments } from '../../store/documents.ts';
import { useGallery } from '../../store/gallery.ts';
import { startHistory } from '../../store/history-store.ts';
import { useNotices } from '../../store/notices.ts';
import { PLAIN_SIDECAR, useSidecar } from '../../store/sidecar.ts';
import {
  documentKey,
  freeName,
  readDocument,
  writeDocument,
  type DocumentStorage,
} from '../../store/stored-documents.ts';
import { DocumentKeeper } from './keeper.ts';

/** Web Storage with a limit in characters. */
class TestStorage implements DocumentStorage {
  readonly map = new Map<string, string>();
  room = Infinity;

  get length(): number {
    return this.map.size;
  }

  key(index: number): string | null {
    return [...this.map.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.map.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    let used = value.length;
    for (const [other, text] of this.map) if (other !== key) used += text.length;
    if (used > this.room) throw new DOMException('full', 'QuotaExceededError');
    this.map.set(key, value);
  }

  removeItem(key: string): void {
    this.map.delete(key);
  }
}

const text = (netText: string) => useDocument.setState({ netText });
const messages = () => useNotices.getState().notices.map(({ message }) => message);

let storage: TestStorage;
let keeper: DocumentKeeper;
let stops: (() => void)[];
beforeEach(() => {
  vi.useFakeTimers();
  storage = new TestStorage();
  keeper = new DocumentKeeper(storage, new TestStorage());
  useDocument.setState({ id: '', name: 'untitled', netText: '', solverText: '' });
  useDocuments.setState({ list: [], edited: false, saving: 'saved' });
  useSidecar.setState(PLAIN_SIDECAR, true);
  useGallery.setState({ opened: undefined });
  useNotices.setState({ notices: [] });
  stops = [startHistory(), keeper.start()];
});
afterEach(() => {
  stops.reverse().forEach((stop) => stop());
  vi.useRealTimers();
});

const lenet = { name: 'lenet', netText: 'name: "lenet"\r\n', solverText: '', example: 'lenet' };

/** The document as another tab writes it. */
function writeElsewhere(netText: string): void {
  const stored = readDocument(storage, useDocument.getState().id);
  if (stored === undefined) throw new Error('not stored');
  writeDocument(storage, { ...stored, netText, revision: 'elsewhere' });
}

describe('DocumentKeeper', () => {
  it('keeps a document with its sidecar and example, and brings it back', () => {
    keeper.create(lenet);
    text('name: "mine"\n');
    useSidecar.setState({ direction: 'right' });
    vi.advanceTimersByTime(1000);
    const { id } = useDocument.getState();
    useDocument.setState({ id: '', netText: '' });
    useSidecar.setState(PLAIN_SIDECAR, true);
    const other = new DocumentKeeper(storage, new TestStorage());
    expect(other.restore()).toBe(true);
    expect(useDocument.getState()).toMatchObject({ id, name: 'lenet', netText: 'name: "mine"\n' });
    expect(useSidecar.getState().direction).toBe('right');
    expect(useGallery.getState().opened).toBe('lenet');
    expect(useDocuments.getState().edited).toBe(true);
  });

  it('lets an untouched document make room, and keeps a changed one', () => {
    keeper.create(lenet);
    expect(useDocument.getState().netText).toBe('name: "lenet"\n');
    keeper.create({ ...lenet, name: 'quick' });
    expect(keeper.list().map(({ name }) => name)).toEqual(['quick']);
    text('changed');
    keeper.create({ ...lenet, name: 'quick' });
    expect(keeper.list().map(({ name, netText }) => [name, netText])).toEqual(
      expect.arrayContaining([
        ['quick', 'changed'],
        ['quick 2', 'name: "lenet"\n'],
      ]),
    );
  });

  it('follows another tab while it rests, as a step that can be undone', () => {
    keeper.create(lenet);
    writeElsewhere('theirs');
    keeper.heard(documentKey(useDocument.getState().id));
    expect(useDocument.getState().netText).toBe('theirs');
    vi.advanceTimersByTime(1000);
    expect(readDocument(storage, useDocument.getState().id)?.revision).toBe('elsewhere');
    useDocument.getState().undo();
    expect(useDocument.getState().netText).toBe('name: "lenet"\n');
  });

  it.each(['heard of', 'not heard of'])('goes on as another document where both tabs changed (%s)', (way) => {
    keeper.create(lenet);
    const { id } = useDocument.getState();
    text('mine');
    writeElsewhere('theirs');
    if (way === 'heard of') keeper.heard(documentKey(id));
    else vi.advanceTimersByTime(1000);
    expect(readDocument(storage, id)?.netText).toBe('theirs');
    expect(useDocument.getState()).toMatchObject({ name: 'lenet 2', netText: 'mine' });
    expect(readDocument(storage, useDocument.getState().id)?.netText).toBe('mine');
    expect(messages()).toEqual([expect.stringContaining('goes on as lenet 2')]);
    useDocument.getState().undo();
    expect(useDocument.getState().netText).toBe('name: "lenet"\n');
  });

  it('keeps a document that was deleted in another tab when it is changed', () => {
    keeper.create(lenet);
    const { id } = useDocument.getState();
    storage.removeItem(documentKey(id));
    keeper.heard(documentKey(id));
    expect(messages()).toEqual([expect.stringContaining('was deleted in another tab')]);
    text('still here');
    vi.advanceTimersByTime(1000);
    expect(readDocument(storage, id)?.netText).toBe('still here');
  });

  it('says once that the storage is full, and goes on when there is room', () => {
    keeper.create(lenet);
    storage.room = 400;
    text('x'.repeat(1000));
    vi.advanceTimersByTime(1000);
    text('x'.repeat(1001));
    vi.advanceTimersByTime(1000);
    expect(messages()).toEqual([expect.stringContaining('is full')]);
    expect(useDocuments.getState().saving).toBe('failed');
    storage.room = Infinity;
    text('x'.repeat(1002));
    vi.advanceTimersByTime(1000);
    expect(useDocuments.getState().saving).toBe('saved');
    expect(readDocument(storage, useDocument.getState().id)?.netText).toHaveLength(1002);
  });

  it('passes over what is no document', () => {
    keeper.create(lenet);
    storage.setItem(documentKey('broken'), '{"netText":');
    storage.setItem(documentKey('odd'), '{"netText":1}');
    storage.setItem('crema.view', '{}');
    expect(keeper.list()).toHaveLength(1);
    expect(keeper.show('broken')).toBe(false);
  });
});

describe('freeName', () => {
  it('counts on', () => {
    expect(freeName('a', [])).toBe('a');
    expect(freeName('a', ['a'])).toBe('a 2');
    expect(freeName('a 2', ['a', 'a 2'])).toBe('a 3');
  });
});
