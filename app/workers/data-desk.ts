/**
 * What the data worker does, apart from the browser: which set is open, which are kept, what becomes of dropped files.
 * A failure leaves the set that was open, and those that were kept, as they were.
 */
import {
  DatasetError,
  meanImage,
  mergeDatasets,
  readDataset,
  sourceFromBlob,
  summarize,
  type DatasetSummary,
  type ImageDataset,
} from '../data/dataset.ts';
import type { DatasetStore } from '../data/store.ts';
import { failureOf } from './failure.ts';
import type { DataEvent, DataRequest, OpenedDataset } from './protocol.ts';
import { shareDataset } from './share.ts';

/** What the desk is given: the browser's storage in a worker, memory in tests. */
export interface DeskTools {
  /** The sets kept; rejects where the browser keeps nothing for this page. */
  readonly store: () => Promise<DatasetStore>;
  /** Id of the set last used. */
  readonly readChoice: () => Promise<string | undefined>;
  readonly writeChoice: (id: string) => Promise<void>;
  /** Name of the set that is always there, and how it is made when it is not kept yet. */
  readonly sampleName: string;
  readonly makeSample: () => ImageDataset;
  readonly emit: (event: DataEvent) => void;
}

/** Milliseconds between two progress events. */
const progressInterval = 50;

/** Answers the requests of the data protocol. */
export class DataDesk {
  readonly #tools: DeskTools;
  /** Sets that the store had no room for: usable until the page is closed. */
  readonly #unkept = new Map<string, ImageDataset>();
  #reading: AbortController | undefined;

  constructor(tools: DeskTools) {
    this.#tools = tools;
  }

  handle(request: DataRequest): Promise<unknown> {
    switch (request.kind) {
      case 'open':
        return this.#openLast();
      case 'use':
        return this.#use(idOf(request.name));
      case 'list':
        return this.#list();
      case 'import':
        return this.#import(request.files);
      case 'remove':
        return this.#remove(request.name);
      case 'cancel':
        this.#reading?.abort();
        return Promise.resolve();
    }
  }

  async #openLast(): Promise<OpenedDataset> {
    const id = await this.#soft(() => this.#tools.readChoice());
    const last = id === undefined ? undefined : await this.#soft(() => this.#load(id));
    return open(last ?? (await this.#takeSample()));
  }

  async #use(id: string): Promise<OpenedDataset> {
    const dataset = id === this.#sampleId() ? await this.#takeSample() : await this.#load(id);
    if (dataset === undefined)
      throw new DatasetError('That data set is no longer kept in this browser: load it again.');
    const opened = open(dataset);
    await this.#soft(() => this.#tools.writeChoice(id));
    return opened;
  }

  async #load(id: string): Promise<ImageDataset | undefined> {
    return this.#unkept.get(id) ?? (await this.#tools.store()).load(id);
  }

  async #list(): Promise<DatasetSummary[]> {
    const kept = (await this.#soft(async () => (await this.#tools.store()).list())) ?? [];
    const sample = kept.find(({ id }) => id === this.#sampleId())?.summary ?? summarize(await this.#takeSample());
    const all = [...this.#unkept.values()].map(summarize).concat(kept.map(({ summary }) => summary));
    return [sample, ...all.filter(({ name }) => name !== sample.name)];
  }

  async #import(files: Extract<DataRequest, { kind: 'import' }>['files']): Promise<OpenedDataset> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      let last = 0;
      const read = await readDataset(
        files.map(({ path, file }) => sourceFromBlob(file, path)),
        {
          signal: reading.signal,
          progress: (done, total, what) => {
            const now = performance.now();
            if (now - last < progressInterval && done < total) return;
            last = now;
            this.#tools.emit({ kind: 'progress', done, total, what });
          },
        },
      );
      const dataset = await this.#place(read);
      // The mean is computed before anything is stored: a set it cannot be computed of is not kept.
      const opened = open(dataset);
      await this.#keep(dataset);
      return opened;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /**
   * Finds the place of a set among those kept: a part goes with the part it completes, the same source replaces what it
   * gave before, and another of the same name gets its source behind the name.
   */
  async #place(read: ImageDataset): Promise<ImageDataset> {
    const kept = await this.#soft(() => this.#load(idOf(read.name)));
    if (kept === undefined || kept.source === read.source) return read;
    const isPart = (set: ImageDataset) => set.train.count === 0 || set.test.count === 0;
    if (isPart(kept) && isPart(read) && !kept.source.split(' + ').includes(read.source)) {
      return mergeDatasets(kept, read);
    }
    // A whole set takes the place of a part of it.
    if (isPart(kept) && !isPart(read)) return read;
    const sameKind = isPart(kept) === isPart(read);
    return sameKind ? read : { ...read, name: `${read.name} (${read.source})` };
  }

  async #keep(dataset: ImageDataset): Promise<void> {
    const id = idOf(dataset.name);
    this.#tools.emit({ kind: 'progress', done: 1, total: 1, what: 'Keeping it in this browser' });
    const kept = await this.#soft(async () => (await this.#tools.store()).save(id, dataset));
    if (kept === undefined) this.#unkept.set(id, dataset);
    else this.#unkept.delete(id);
    await this.#soft(() => this.#tools.writeChoice(id));
  }

  async #remove(name: string): Promise<void> {
    const id = idOf(name);
    if (id === this.#sampleId()) throw new DatasetError('The generated sample set is always there.');
    this.#unkept.delete(id);
    await (await this.#tools.store()).delete(id);
  }

  /** Runs what may fail without standing in the way (storage); the failure is told as a notice. */
  async #soft<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#tools.emit({ kind: 'notice', failure: storageFailure(error) });
      return undefined;
    }
  }

  #sampleId(): string {
    return idOf(this.#tools.sampleName);
  }

  /** The sample: from the store, since making it takes seconds on a slow machine, or made and kept. */
  async #takeSample(): Promise<ImageDataset> {
    const id = this.#sampleId();
    const kept = await this.#soft(() => this.#load(id));
    if (kept !== undefined) return kept;
    this.#tools.emit({ kind: 'progress', done: 0, total: 1, what: 'Drawing the sample images' });
    const sample = this.#tools.makeSample();
    const saved = await this.#soft(async () => (await this.#tools.store()).save(id, sample));
    if (saved === undefined) this.#unkept.set(id, sample);
    return sample;
  }
}

function open(dataset: ImageDataset): OpenedDataset {
  const shared = shareDataset(dataset);
  // A set of test images only can be looked at and classified; its mean then has to be theirs.
  const mean = meanImage(shared.train.count > 0 ? shared.train : shared.test);
  return { dataset: shared, summary: summarize(shared), mean };
}

function storageFailure(error: unknown) {
  const failure = failureOf(error);
  if (failure.code !== 'bug' || !(error instanceof DOMException)) return failure;
  return {
    code: 'storage',
    message: `The browser keeps no data for this page (${error.message}), so data sets last until it is closed.`,
  } as const;
}

/** The store's id of a set: its name in lower-case letters, digits and hyphens. */
export function idOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'set'
  );
}
