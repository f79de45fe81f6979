/**
 * Data sets kept in the browser's own storage across reloads. A data set is two files of records and a manifest; the manifest is written
 * last and names the others, so a write that fails half-way leaves what was there before. Images are read to where they are used.
 *
 * `ID.GENERATION.train` and `ID.GENERATION.test` hold a split: the labels (2 bytes each, little-endian), then the images, both in order.
 * `ID.GENERATION.other` holds the labels of a second labelling, of both splits, where there is one.
 * `ID.GENERATION.mean` holds the floats of a mean that was given with the set, where one was.
 * `ID.GENERATION.json` holds a {@link Manifest}. The highest generation whose manifest is whole is the data set.
 */
import { formatBytes } from './file-names.ts';
import {
  DatasetError,
  imageBytes,
  known,
  summarize,
  type DatasetSummary,
  type ImageDataset,
  type ImageSplit,
  type OtherLabels,
} from './image-dataset.ts';
import { bytesOf, roomForBytes, roomForFloats } from './pixel-memory.ts';

/** The few things that the store asks of a folder. `openOpfsDirectory` gives the browser's, tests one in memory. */
export interface StoreDirectory {
  /** Names of the files in the folder. */
  names(): Promise<string[]>;
  /** The whole content of a file, in a buffer of its own. */
  read(name: string): Promise<ArrayBuffer>;
  /** Fills arrays with a file's content, one behind the other. Returns the file's size, which may be another than theirs. */
  readInto(name: string, parts: readonly Uint8Array[]): Promise<number>;
  /**
   * Creates or replaces a file with these parts behind each other, on disk when it returns. Throws where there is no room, and an aborted
   * signal's reason; what it has written by then stays.
   */
  write(name: string, parts: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
  remove(name: string): Promise<void>;
  /** Bytes that may still be written, where that is known. */
  free(): Promise<number | undefined>;
  /** Runs `work` while no other tab runs its own. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/** A data set in the store, as the list shows it. */
export interface StoredDataset {
  readonly id: string;
  readonly summary: DatasetSummary;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

interface Manifest extends StoredDataset {
  readonly format: 1;
  /** Names of the second labelling's classes. */
  readonly otherClassNames?: readonly string[];
}

interface Generation {
  readonly manifest: Manifest;
  readonly generation: number;
}

/** Saves, lists, loads and deletes data sets in a folder. */
export class DatasetStore {
  readonly #directory: StoreDirectory;

  constructor(directory: StoreDirectory) {
    this.#directory = directory;
  }

  /**
   * Keeps a data set under `id` (lower-case letters, digits and hyphens), in place of the one that was there.
   *
   * @throws DatasetError where there is no room, and an aborted signal's reason; what was there is still there, and nothing else.
   */
  save(id: string, dataset: ImageDataset, signal?: AbortSignal): Promise<StoredDataset> {
    if (!/^[a-z0-9-]+$/.test(id)) throw new RangeError(`"${id}" is no data set id`);
    return this.#directory.exclusive(async () => {
      const before = (await this.#generations()).get(id);
      const prefix = `${id}.${(before?.generation ?? 0) + 1}`;
      const { mean, otherLabels: other } = dataset;
      const manifest: Manifest = {
        format: 1,
        id,
        summary: summarize(dataset),
        savedAt: Date.now(),
        ...(other === undefined ? {} : { otherClassNames: other.classNames }),
      };
      const write = (part: string, parts: readonly Uint8Array[]) =>
        this.#directory.write(`${prefix}.${part}`, parts, signal);
      try {
        await write('train', splitParts(dataset.train));
        await write('test', splitParts(dataset.test));
        if (other !== undefined) await write('other', [bytesOf(other.train), bytesOf(other.test)]);
        if (mean !== undefined) await write('mean', [bytesOf(mean)]);
        await write('json', [new TextEncoder().encode(JSON.stringify(manifest))]);
      } catch (error) {
        await this.#removeFiles((name) => name.startsWith(`${prefix}.`));
        throw await this.#writeFailure(error, manifest.summary);
      }
      await this.#sweep();
      return { id, summary: manifest.summary, savedAt: manifest.savedAt };
    });
  }

  /** The data sets that are there, the latest saved first. */
  list(): Promise<StoredDataset[]> {
    return this.#directory.exclusive(async () => {
      const found = [...(await this.#generations()).values()].map(({ manifest }) => manifest);
      return found.sort((a, b) => b.savedAt - a.savedAt).map(({ id, summary, savedAt }) => ({ id, summary, savedAt }));
    });
  }

  /** The data set kept under `id`, or undefined where there is none. */
  load(id: string): Promise<ImageDataset | undefined> {
    return this.#directory.exclusive(async () => {
      const found = (await this.#generations()).get(id);
      if (found === undefined) return undefined;
      const { summary } = found.manifest;
      const prefix = `${id}.${found.generation}`;
      const { name, source, channels, height, width, classNames } = summary;
      const { format, channelOrder, range, notes, broken } = summary;
      const train = await this.#split(`${prefix}.train`, summary.trainCount, summary);
      const test = await this.#split(`${prefix}.test`, summary.testCount, summary);
      const given = (await this.#directory.names()).includes(`${prefix}.mean`);
      const optional = known({
        format,
        channelOrder,
        range,
        notes,
        broken,
        otherLabels: await this.#other(`${prefix}.other`, found.manifest),
        mean: given ? new Float32Array(await this.#directory.read(`${prefix}.mean`)) : undefined,
      });
      return { name, source, channels, height, width, classNames, train, test, ...optional };
    });
  }

  async #split(file: string, count: number, summary: DatasetSummary): Promise<ImageSplit> {
    const labels = new Uint16Array(count);
    const values = count * imageBytes(summary);
    const images = summary.range === undefined ? roomForBytes(values) : roomForFloats(values);
    await this.#fill(file, [bytesOf(labels), bytesOf(images)], summary);
    return { images, labels, count };
  }

  async #other(file: string, { summary, otherClassNames }: Manifest): Promise<OtherLabels | undefined> {
    if (summary.labellings === undefined || otherClassNames === undefined) return undefined;
    const [instead, name] = summary.labellings;
    const [train, test] = [new Uint16Array(summary.trainCount), new Uint16Array(summary.testCount)];
    await this.#fill(file, [bytesOf(train), bytesOf(test)], summary);
    return { name, instead, classNames: otherClassNames, train, test };
  }

  async #fill(file: string, parts: readonly Uint8Array[], summary: DatasetSummary): Promise<void> {
    const expected = parts.reduce((sum, part) => sum + part.length, 0);
    const found = await this.#directory.readInto(file, parts);
    if (found === expected) return;
    throw new DatasetError(
      `The stored copy of ${summary.name} is damaged: ${formatBytes(expected)} were expected and ${formatBytes(found)} found. Load ${summary.source} again.`,
    );
  }

  /** Deletes the data set kept under `id`; nothing happens where there is none. */
  delete(id: string): Promise<void> {
    // Manifests go first: without them a deletion that is broken off leaves files that the next save sweeps away.
    return this.#directory.exclusive(async () => {
      await this.#removeFiles((name) => name.startsWith(`${id}.`) && name.endsWith('.json'));
      await this.#removeFiles((name) => name.startsWith(`${id}.`));
    });
  }

  /** The newest whole generation of each data set. A manifest that a broken-off write left unreadable does not count. */
  async #generations(): Promise<Map<string, Generation>> {
    const newest = new Map<string, Generation>();
    for (const name of await this.#directory.names()) {
      const [, id, number] = /^([a-z0-9-]+)\.(\d+)\.json$/.exec(name) ?? [];
      if (id === undefined) continue;
      const generation = Number(number);
      const manifest = parseManifest(new TextDecoder().decode(await this.#directory.read(name)));
      if (manifest !== undefined && generation > (newest.get(id)?.generation ?? 0)) {
        newest.set(id, { manifest, generation });
      }
    }
    return newest;
  }

  /** Removes what no data set uses: older generations, and the files of writes that were broken off. */
  async #sweep(): Promise<void> {
    const used = [...(await this.#generations())].map(([id, { generation }]) => `${id}.${generation}.`);
    await this.#removeFiles((name) => !used.some((prefix) => name.startsWith(prefix)));
  }

  async #removeFiles(chosen: (name: string) => boolean): Promise<void> {
    for (const name of (await this.#directory.names()).filter(chosen)) await this.#directory.remove(name);
  }

  async #writeFailure(error: unknown, summary: DatasetSummary): Promise<unknown> {
    if (!(error instanceof Error) || error.name !== 'QuotaExceededError') return error;
    const free = await this.#directory.free();
    const room = free === undefined ? 'the browser has no more room' : `the browser allows ${formatBytes(free)} more`;
    return new DatasetError(
      `${summary.name} could not be kept for the next visit: it takes ${formatBytes(summary.bytes)}, and ${room} for this page. Free some disk space or delete stored data; until the page is closed the data can be used all the same.`,
      { cause: error },
    );
  }
}

const splitParts = ({ labels, images }: ImageSplit): Uint8Array[] => [bytesOf(labels), bytesOf(images)];

function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isManifest = typeof value === 'object' && value !== null && 'format' in value && value.format === 1;
    return isManifest ? (value as Manifest) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
