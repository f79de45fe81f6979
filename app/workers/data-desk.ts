/**
 * What the data worker does, apart from the browser: which set is open, which are kept, what becomes of dropped files.
 * A failure leaves the set that was open, and those that were kept, as they were.
 */
import {
  DatasetError,
  holdOut,
  imageBytes,
  meanImage,
  mergeDatasets,
  readDataset,
  sourceFromBlob,
  summarize,
  type DatasetSummary,
  type ImageDataset,
  type ImageDecoder,
} from '../data/dataset.ts';
import { readBinaryproto } from '../caffe/wire/binaryproto.ts';
import type { DatasetStore } from '../data/store.ts';
import { failureOf } from './failure.ts';
import type { DataEvent, DataRequest, OpenedDataset, StorageUse } from './protocol.ts';
import { shareDataset } from './share.ts';

/** What the desk is given: the browser's storage in a worker, memory in tests. */
export interface DeskTools {
  /** The sets kept; rejects where the browser keeps nothing for this page. */
  readonly store: () => Promise<DatasetStore>;
  /** Id of the set last used. */
  readonly readChoice: () => Promise<string | undefined>;
  readonly writeChoice: (id: string) => Promise<void>;
  /** The sets that are generated, by name. The first is always there. */
  readonly samples: readonly [Sample, ...Sample[]];
  /** Decodes pictures; without it sets of pictures are refused. */
  readonly decode?: ImageDecoder;
  /** What the browser says of its storage. */
  readonly storage: () => Promise<StorageUse | undefined>;
  readonly emit: (event: DataEvent) => void;
}

/** A set that needs no files, and how it is made when it is not kept yet. */
export interface Sample {
  readonly name: string;
  readonly make: () => ImageDataset;
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
      case 'rename':
        return this.#rename(request.name, request.to.trim());
      case 'hold-out':
        return this.#holdOut(request.name, request.share);
      case 'storage':
        return this.#tools.storage();
      case 'cancel':
        this.#reading?.abort();
        return Promise.resolve();
    }
  }

  async #openLast(): Promise<OpenedDataset> {
    const id = await this.#soft(() => this.#tools.readChoice());
    const last = id === undefined ? undefined : await this.#soft(() => this.#load(id));
    return open(last ?? (await this.#takeSample(this.#tools.samples[0])));
  }

  async #use(id: string): Promise<OpenedDataset> {
    const sample = this.#tools.samples.find(({ name }) => idOf(name) === id);
    const dataset = sample === undefined ? await this.#load(id) : await this.#takeSample(sample);
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
    const sample =
      kept.find(({ id }) => id === this.#sampleId())?.summary ??
      summarize(await this.#takeSample(this.#tools.samples[0]));
    const all = [...this.#unkept.values()].map(summarize).concat(kept.map(({ summary }) => summary));
    return [sample, ...all.filter(({ name }) => name !== sample.name)];
  }

  async #import(files: Extract<DataRequest, { kind: 'import' }>['files']): Promise<OpenedDataset> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      let last = 0;
      const means = files.filter(({ path }) => /\.binaryproto$/i.test(path));
      const others = files.filter((file) => !means.includes(file));
      const [mean] = means;
      if (mean !== undefined && others.length === 0) return await this.#giveMean(mean.file);
      const read = await readDataset(
        others.map(({ path, file }) => sourceFromBlob(file, path)),
        {
          signal: reading.signal,
          ...(this.#tools.decode === undefined ? {} : { decode: this.#tools.decode }),
          progress: (done, total, what) => {
            const now = performance.now();
            if (now - last < progressInterval && done < total) return;
            last = now;
            this.#tools.emit({ kind: 'progress', done, total, what });
          },
        },
      );
      const placed = await this.#place(read);
      const dataset = mean === undefined ? placed : await withMean(placed, mean.file);
      // The mean is computed before anything is stored: a set it cannot be computed of is not kept.
      const opened = open(dataset);
      await this.#keep(dataset);
      return opened;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /** A mean dropped alone belongs to the set in use. */
  async #giveMean(file: File): Promise<OpenedDataset> {
    const id = (await this.#soft(() => this.#tools.readChoice())) ?? this.#sampleId();
    const dataset = (await this.#load(id)) ?? (await this.#takeSample(this.#tools.samples[0]));
    const given = await withMean(dataset, file);
    await this.#keep(given);
    return open(given);
  }

  /**
   * Finds the place of a set among those kept: a part goes with the part it completes, the same source replaces what it
   * gave before, and another of the same name gets its source or a number behind the name.
   */
  async #place(read: ImageDataset): Promise<ImageDataset> {
    const kept = await this.#soft(() => this.#load(idOf(read.name)));
    const isSample = this.#tools.samples.some(({ name }) => idOf(name) === idOf(read.name));
    if (isSample) return this.#withFreeName(read);
    if (kept === undefined) return read;
    const isPart = (set: ImageDataset) => set.train.count === 0 || set.test.count === 0;
    const isAlike =
      imageBytes(kept) === imageBytes(read) &&
      kept.height === read.height &&
      kept.classNames.join('\n') === read.classNames.join('\n');
    if (!isAlike || kept.name !== read.name) return this.#withFreeName(read);
    if (kept.source === read.source) return read;
    if (isPart(kept) && isPart(read) && !kept.source.split(' + ').includes(read.source)) {
      return mergeDatasets(kept, read);
    }
    // A whole set takes the place of a part of it.
    if (isPart(kept) && !isPart(read)) return read;
    const sameKind = isPart(kept) === isPart(read);
    return sameKind ? read : { ...read, name: `${read.name} (${read.source})` };
  }

  async #withFreeName(read: ImageDataset): Promise<ImageDataset> {
    for (let number = 2; ; number++) {
      const name = `${read.name} ${number}`;
      const kept = await this.#soft(() => this.#load(idOf(name)));
      if (kept === undefined || (kept.source === read.source && kept.name === name)) return { ...read, name };
    }
  }

  async #rename(name: string, to: string): Promise<OpenedDataset> {
    if (to === '') throw new DatasetError('A data set needs a name.');
    if (to.length > 80) throw new DatasetError('That name is too long: up to 80 characters are kept.');
    const dataset = await this.#own(name, 'renamed');
    const taken = idOf(to) === idOf(name) ? undefined : await this.#load(idOf(to));
    if (taken !== undefined || this.#tools.samples.some((sample) => idOf(sample.name) === idOf(to))) {
      throw new DatasetError(`There is a data set named ${taken?.name ?? to} already: choose another name.`);
    }
    const renamed = { ...dataset, name: to };
    await this.#keep(renamed);
    if (idOf(to) !== idOf(name)) await this.#remove(name);
    return open(renamed);
  }

  async #holdOut(name: string, share: number): Promise<OpenedDataset> {
    const divided = holdOut(await this.#own(name, 'divided'), share);
    await this.#keep(divided);
    return open(divided);
  }

  /** A set of the user's. @throws DatasetError for a generated one, or one that is not there. */
  async #own(name: string, done: string): Promise<ImageDataset> {
    if (this.#tools.samples.some((sample) => idOf(sample.name) === idOf(name))) {
      throw new DatasetError(`The generated set ${name} cannot be ${done}.`);
    }
    const dataset = await this.#load(idOf(name));
    if (dataset === undefined)
      throw new DatasetError(`The data set ${name} is no longer kept in this browser: load it again.`);
    return dataset;
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
    return idOf(this.#tools.samples[0].name);
  }

  /** A sample: from the store, since making it takes seconds on a slow machine, or made and kept. */
  async #takeSample({ name, make }: Sample): Promise<ImageDataset> {
    const id = idOf(name);
    const kept = await this.#soft(() => this.#load(id));
    if (kept !== undefined) return kept;
    this.#tools.emit({ kind: 'progress', done: 0, total: 1, what: 'Drawing the sample images' });
    const sample = make();
    const saved = await this.#soft(async () => (await this.#tools.store()).save(id, sample));
    if (saved === undefined) this.#unkept.set(id, sample);
    return sample;
  }
}

function open(dataset: ImageDataset): OpenedDataset {
  const shared = shareDataset(dataset);
  // A set of test images only can be looked at and classified; its mean then has to be theirs.
  const mean = shared.mean ?? meanImage(shared.train.count > 0 ? shared.train : shared.test);
  return { dataset: shared, summary: summarize(shared), mean };
}

async function withMean(dataset: ImageDataset, file: File): Promise<ImageDataset> {
  const { data } = readBinaryproto(new Uint8Array(await file.arrayBuffer()));
  const { channels, height, width } = dataset;
  if (data.length !== imageBytes(dataset)) {
    throw new DatasetError(
      `${file.name} holds ${data.length} values, and the images of ${dataset.name} have ${channels}×${height}×${width}: use the mean of this data set.`,
    );
  }
  return { ...dataset, mean: Float32Array.from(data) };
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
