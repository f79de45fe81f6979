/**
 * The data sets of this browser: those kept in its storage, those it had no room for, and those that are generated. What fails in the storage
 * is told as a notice and stands in nobody's way.
 */
import {
  DatasetError,
  imageBytes,
  mergeDatasets,
  summarize,
  type DatasetSummary,
  type ImageDataset,
} from '../data/dataset.ts';
import type { DatasetStore } from '../data/store.ts';
import { failureOf } from './failure.ts';
import type { DataEvent } from './protocol.ts';

/** A set that needs no files, and how it is made when it is not kept yet. */
export interface Sample {
  readonly name: string;
  readonly make: () => ImageDataset;
}

/** What the shelf is given. */
export interface ShelfTools {
  /** The sets kept; rejects where the browser keeps nothing for this page. */
  readonly store: () => Promise<DatasetStore>;
  /** The sets that are generated, by name. The first is always there. */
  readonly samples: readonly [Sample, ...Sample[]];
  readonly emit: (event: DataEvent) => void;
}

/** Keeps sets, and finds them by name. */
export class DataShelf {
  readonly #tools: ShelfTools;
  /** Sets that the store had no room for: usable until the page is closed. */
  readonly #unkept = new Map<string, ImageDataset>();
  /** The set in use, which lies in memory anyway: nothing that is asked of it needs a second copy. */
  #inUse: ImageDataset | undefined;

  constructor(tools: ShelfTools) {
    this.#tools = tools;
  }

  /** Says which set is in use, as it is kept. */
  use(dataset: ImageDataset): void {
    this.#inUse = dataset;
  }

  /** The set that is always there. */
  sample(): Promise<ImageDataset> {
    return this.#take(this.#tools.samples[0]);
  }

  /** A set by its name, generated where it is one that can be; undefined where there is none. */
  async find(name: string): Promise<ImageDataset | undefined> {
    const sample = this.#sampleOf(name);
    return sample === undefined ? this.#load(idOf(name)) : this.#take(sample);
  }

  /** A set by its name. @throws DatasetError where there is none. */
  async get(name: string): Promise<ImageDataset> {
    const dataset = await this.find(name);
    if (dataset === undefined)
      throw new DatasetError(`The data set ${name} is no longer kept in this browser: load it again.`);
    return dataset;
  }

  /** A set of the user's, to be changed. @throws DatasetError for a generated one, or one that is not there. */
  async own(name: string, done: string): Promise<ImageDataset> {
    if (this.#sampleOf(name) !== undefined) throw new DatasetError(`The generated set ${name} cannot be ${done}.`);
    return this.get(name);
  }

  /** All sets: the sample first, then the others, the latest first. */
  async list(): Promise<DatasetSummary[]> {
    const kept = (await this.soft(async () => (await this.#tools.store()).list())) ?? [];
    const [first] = this.#tools.samples;
    const sample = kept.find(({ id }) => id === idOf(first.name))?.summary ?? summarize(await this.sample());
    const all = [...this.#unkept.values()].map(summarize).concat(kept.map(({ summary }) => summary));
    return [sample, ...all.filter(({ name }) => name !== sample.name)];
  }

  /** Keeps a set under its name, until the page is closed at least. @throws an aborted signal's reason, and then keeps nothing. */
  async keep(dataset: ImageDataset, signal?: AbortSignal): Promise<void> {
    const id = idOf(dataset.name);
    this.#tools.emit({ kind: 'progress', done: 1, total: 1, what: 'Keeping it in this browser' });
    const kept = await this.soft(async () => (await this.#tools.store()).save(id, dataset, signal));
    if (kept === undefined) this.#unkept.set(id, dataset);
    else this.#unkept.delete(id);
  }

  async remove(name: string): Promise<void> {
    const id = idOf(name);
    if (id === idOf(this.#tools.samples[0].name)) throw new DatasetError('The generated sample set is always there.');
    this.#unkept.delete(id);
    if (this.#inUse !== undefined && idOf(this.#inUse.name) === id) this.#inUse = undefined;
    await (await this.#tools.store()).delete(id);
  }

  /** @throws DatasetError where a name is none, or taken by another set than `own`. */
  async checkName(name: string, own?: string): Promise<void> {
    if (name === '') throw new DatasetError('A data set needs a name.');
    if (name.length > 80) throw new DatasetError('That name is too long: up to 80 characters are kept.');
    const taken = own !== undefined && idOf(name) === idOf(own) ? undefined : await this.#load(idOf(name));
    if (taken === undefined && this.#sampleOf(name) === undefined) return;
    throw new DatasetError(`There is a data set named ${taken?.name ?? name} already: choose another name.`);
  }

  /** A name like this that no set has. */
  async freeName(name: string): Promise<string> {
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? name : `${name} ${number}`;
      if (this.#sampleOf(candidate) === undefined && (await this.#find(candidate)) === undefined) return candidate;
    }
  }

  /**
   * Finds the place of a set among those kept: a part goes with the part it completes, the same source replaces what it
   * gave before, and another of the same name gets its source or a number behind the name.
   */
  async place(read: ImageDataset): Promise<ImageDataset> {
    if (this.#sampleOf(read.name) !== undefined) return this.#numbered(read);
    const kept = await this.#find(read.name);
    if (kept === undefined) return read;
    const isPart = (set: ImageDataset) => set.train.count === 0 || set.test.count === 0;
    const isAlike =
      imageBytes(kept) === imageBytes(read) &&
      kept.height === read.height &&
      kept.classNames.join('\n') === read.classNames.join('\n');
    if (!isAlike || kept.name !== read.name) return this.#numbered(read);
    if (kept.source === read.source) return read;
    if (isPart(kept) && isPart(read) && !kept.source.split(' + ').includes(read.source)) {
      return mergeDatasets(kept, read);
    }
    // A whole set takes the place of a part of it.
    if (isPart(kept) && !isPart(read)) return read;
    const sameKind = isPart(kept) === isPart(read);
    return sameKind ? read : { ...read, name: `${read.name} (${read.source})` };
  }

  /** Runs what may fail without standing in the way (storage); the failure is told as a notice. Being told to stop is no such failure. */
  async soft<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') throw error;
      this.#tools.emit({ kind: 'notice', failure: storageFailure(error) });
      return undefined;
    }
  }

  async #numbered(read: ImageDataset): Promise<ImageDataset> {
    for (let number = 2; ; number++) {
      const name = `${read.name} ${number}`;
      const kept = await this.#find(name);
      if (kept === undefined || (kept.source === read.source && kept.name === name)) return { ...read, name };
    }
  }

  #sampleOf(name: string): Sample | undefined {
    return this.#tools.samples.find((sample) => idOf(sample.name) === idOf(name));
  }

  #find(name: string): Promise<ImageDataset | undefined> {
    return this.soft(() => this.#load(idOf(name)));
  }

  async #load(id: string): Promise<ImageDataset | undefined> {
    if (this.#inUse !== undefined && idOf(this.#inUse.name) === id) return this.#inUse;
    return this.#unkept.get(id) ?? (await this.#tools.store()).load(id);
  }

  /** A sample: from the store, since making it takes seconds on a slow machine, or made and kept. */
  async #take({ name, make }: Sample): Promise<ImageDataset> {
    const kept = await this.#find(name);
    if (kept !== undefined) return kept;
    this.#tools.emit({ kind: 'progress', done: 0, total: 1, what: 'Drawing the sample images' });
    const sample = make();
    const saved = await this.soft(async () => (await this.#tools.store()).save(idOf(name), sample));
    if (saved === undefined) this.#unkept.set(idOf(name), sample);
    return sample;
  }
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
