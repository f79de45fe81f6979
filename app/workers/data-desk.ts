/**
 * What the data worker does, apart from the browser: which set is open, what becomes of dropped files, and of sets that are changed.
 * A failure, or being told to stop, leaves the set that was open, and those that were kept, as they were.
 */
import {
  DatasetError,
  examine,
  holdOut,
  imageBytes,
  meanImage,
  readDataset,
  sourceFromBlob,
  subset,
  summarize,
  withOtherLabels,
  type ImageDataset,
  type ImageDecoder,
  type SetFacts,
} from '../data/dataset.ts';
import { readBinaryproto } from '../caffe/wire/binaryproto.ts';
import { DataShelf, type ShelfTools } from './data-shelf.ts';
import type { DataRequest, OpenedDataset, StorageUse } from './protocol.ts';
import { shareDataset } from './share.ts';

/** What the desk is given: the browser's storage in a worker, memory in tests. */
export interface DeskTools extends ShelfTools {
  /** Name of the set last used. */
  readonly readChoice: () => Promise<string | undefined>;
  readonly writeChoice: (name: string) => Promise<void>;
  /** Decodes pictures; without it sets of pictures are refused. */
  readonly decode?: ImageDecoder;
  /** What the browser says of its storage. */
  readonly storage: () => Promise<StorageUse | undefined>;
}

type Request<Kind extends DataRequest['kind']> = Extract<DataRequest, { kind: Kind }>;

/** Milliseconds between two progress events. */
const progressInterval = 50;

/** Answers the requests of the data protocol. */
export class DataDesk {
  readonly #tools: DeskTools;
  readonly #shelf: DataShelf;
  #reading: AbortController | undefined;
  #examining: AbortController | undefined;

  constructor(tools: DeskTools) {
    this.#tools = tools;
    this.#shelf = new DataShelf(tools);
  }

  handle(request: DataRequest): Promise<unknown> {
    switch (request.kind) {
      case 'open':
        return this.#openLast();
      case 'use':
        return this.#use(request);
      case 'list':
        return this.#shelf.list();
      case 'import':
        return this.#import(request);
      case 'remove':
        return this.#shelf.remove(request.name);
      case 'rename':
        return this.#rename(request.name, request.to.trim());
      case 'hold-out':
        return this.#change(request.name, 'divided', (set) => holdOut(set, request.share));
      case 'relabel':
        return this.#change(request.name, 'relabelled', withOtherLabels);
      case 'channel-order':
        return this.#change(request.name, 'changed', (set) => ({ ...set, channelOrder: request.order }));
      case 'subset':
        return this.#subset(request);
      case 'examine':
        return this.#examine(request.name);
      case 'storage':
        return this.#tools.storage();
      case 'cancel':
        this.#reading?.abort();
        return Promise.resolve();
      case 'stop-examining':
        this.#examining?.abort();
        return Promise.resolve();
    }
  }

  async #openLast(): Promise<OpenedDataset> {
    const name = await this.#shelf.soft(() => this.#tools.readChoice());
    const last = name === undefined ? undefined : await this.#shelf.soft(() => this.#shelf.find(name));
    return this.#open(last ?? (await this.#shelf.sample()));
  }

  async #use({ name, test }: Request<'use'>): Promise<OpenedDataset> {
    const opened = this.#open(await this.#shelf.get(name));
    const { dataset } = opened;
    await this.#choose(name);
    return test === undefined ? opened : open(withTestOf(dataset, await this.#shelf.get(test)));
  }

  async #import({ files, images, labels, inPlaceOf }: Request<'import'>): Promise<OpenedDataset> {
    this.#examining?.abort();
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const means = files.filter(({ path }) => /\.binaryproto$/i.test(path));
      const others = files.filter((file) => !means.includes(file));
      const [mean] = means;
      if (mean !== undefined && others.length === 0) return await this.#giveMean(mean.file);
      const read = await readDataset(
        others.map(({ path, file }) => sourceFromBlob(file, path)),
        {
          signal: reading.signal,
          ...(this.#tools.decode === undefined ? {} : { decode: this.#tools.decode }),
          ...(images === undefined ? {} : { images }),
          ...(labels === undefined ? {} : { labels }),
          progress: this.#progress('progress'),
        },
      );
      const placed = inPlaceOf === undefined ? await this.#shelf.place(read) : { ...read, name: inPlaceOf };
      const dataset = mean === undefined ? placed : await withMean(placed, mean.file);
      return await this.#keep(dataset, reading.signal);
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /** A mean dropped alone belongs to the set in use. */
  async #giveMean(file: File): Promise<OpenedDataset> {
    const name = await this.#shelf.soft(() => this.#tools.readChoice());
    const dataset = (name === undefined ? undefined : await this.#shelf.find(name)) ?? (await this.#shelf.sample());
    return this.#keep(await withMean(dataset, file));
  }

  async #rename(name: string, to: string): Promise<OpenedDataset> {
    const dataset = await this.#shelf.own(name, 'renamed');
    await this.#shelf.checkName(to, name);
    const opened = await this.#keep({ ...dataset, name: to });
    if (dataset.name !== to) await this.#removeOld(name, to);
    return opened;
  }

  /** Names that differ in their case or marks only share a place in the store. */
  async #removeOld(name: string, to: string): Promise<void> {
    const names = (await this.#shelf.list()).map((set) => set.name);
    if (names.includes(name) && names.includes(to)) await this.#shelf.remove(name);
  }

  async #change(name: string, done: string, change: (set: ImageDataset) => ImageDataset): Promise<OpenedDataset> {
    return this.#keep(change(await this.#shelf.own(name, done)));
  }

  async #subset({ name, choice, to }: Request<'subset'>): Promise<OpenedDataset> {
    const whole = await this.#shelf.get(name);
    return this.#keep(subset(whole, choice, await this.#shelf.freeName(to)));
  }

  async #examine(name: string): Promise<SetFacts> {
    this.#examining?.abort();
    const examining = new AbortController();
    this.#examining = examining;
    return examine(await this.#shelf.get(name), {
      signal: examining.signal,
      progress: this.#progress('examining'),
    });
  }

  /** Keeps a set and opens it. Its mean is computed before anything is stored: a set it cannot be computed of is not kept. */
  async #keep(dataset: ImageDataset, signal?: AbortSignal): Promise<OpenedDataset> {
    const opened = open(dataset);
    await this.#shelf.keep(opened.dataset, signal);
    this.#shelf.use(opened.dataset);
    await this.#choose(dataset.name);
    return opened;
  }

  #open(dataset: ImageDataset): OpenedDataset {
    const opened = open(dataset);
    this.#shelf.use(opened.dataset);
    return opened;
  }

  async #choose(name: string): Promise<void> {
    await this.#shelf.soft(() => this.#tools.writeChoice(name));
  }

  #progress(kind: 'progress' | 'examining') {
    let last = 0;
    return (done: number, total: number, what: string) => {
      const now = performance.now();
      if (now - last < progressInterval && done < total) return;
      last = now;
      this.#tools.emit({ kind, done, total, what });
    };
  }
}

function open(dataset: ImageDataset): OpenedDataset {
  const shared = shareDataset(dataset);
  // A set of test images only can be looked at and classified; its mean then has to be theirs.
  const mean = shared.mean ?? meanImage(shared.train.count > 0 ? shared.train : shared.test);
  return { dataset: shared, summary: summarize(shared), mean };
}

/** A set with the test images of another in place of its own: for nets whose layers of the two phases name two sets. */
function withTestOf(dataset: ImageDataset, other: ImageDataset): ImageDataset {
  const size = ({ channels, height, width }: ImageDataset) => `${channels}×${height}×${width}`;
  if (size(dataset) !== size(other) || (dataset.range === undefined) !== (other.range === undefined)) {
    throw new DatasetError(
      `${dataset.name} has images of ${size(dataset)} and ${other.name} of ${size(other)}: a network is trained and tested on images of one kind. Choose another set for one of its data layers.`,
    );
  }
  const names = dataset.classNames.length < other.classNames.length ? other.classNames : dataset.classNames;
  const { otherLabels: _, ...rest } = dataset;
  const test = other.test.count > 0 ? other.test : other.train;
  return { ...rest, classNames: names, test, notes: [`The test images are those of ${other.name}.`] };
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
