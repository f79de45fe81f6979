/**
 * The run as it is kept in the browser across reloads: its curves, and its snapshots in Caffe's own files. Lives in a
 * folder of the origin-private file system, next to the data sets.
 */
import type { StoreDirectory } from '../data/store.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { RunCurves } from '../formats/curve-files.ts';
import { endingOf, type SnapshotFormat } from '../formats/weight-files.ts';

/** What a run was made on and from: kept with its curves, so that figures can be compared later. */
export interface RunRecord {
  readonly engine: EngineInfo;
  /** Why it was that engine, as a sentence. */
  readonly reason: string;
  readonly seed: number;
  /** Images of one iteration, over all `iter_size` parts. */
  readonly batch: number;
  readonly deviceBytes: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

export interface StoredSnapshot {
  /** `cifar10_quick_iter_500`, without folder. */
  readonly name: string;
  readonly iteration: number;
  /** Milliseconds since the epoch. */
  readonly when: number;
  /** Bytes of both files. */
  readonly bytes: number;
  /** What it was computed on; undefined for one that an older version kept. */
  readonly engine?: EngineInfo;
  /** The form of its files; BINARYPROTO where it is not said. */
  readonly format?: SnapshotFormat;
}

/** Points of the curves, flat: train [iteration, loss, lr]…, test [iteration, loss, accuracy]… (NaN where there is none). */
export interface StoredCurves {
  readonly maxIter: number;
  readonly train: Float64Array;
  readonly test: Float64Array;
}

/** Curves of a run that was made elsewhere, with the name of the file they came in. JSON: what is no number is null in it. */
export interface ComparedCurves {
  readonly name: string;
  readonly curves: RunCurves;
}

const CURVES = 'curves.bin';
const RECORD = 'run.record';
const COMPARED = 'compared.curves';
const META = '.json';

export class RunStore {
  private readonly directory: StoreDirectory;

  constructor(directory: StoreDirectory) {
    this.directory = directory;
  }

  /** Writes a snapshot: the two files first and its record last, so that a broken-off write is not listed. */
  async saveSnapshot(
    name: string,
    iteration: number,
    files: { readonly caffemodel: Uint8Array; readonly solverstate: Uint8Array },
    engine: EngineInfo,
    format: SnapshotFormat = 'BINARYPROTO',
  ): Promise<StoredSnapshot> {
    const record: StoredSnapshot = {
      name,
      iteration,
      when: Date.now(),
      bytes: files.caffemodel.byteLength + files.solverstate.byteLength,
      engine,
      ...(format === 'HDF5' ? { format } : {}),
    };
    // One snapshot has one name: what another run left under it in the other form goes.
    await this.removeSnapshot(name);
    const ending = endingOf(format);
    await this.directory.write(`${name}.caffemodel${ending}`, [files.caffemodel]);
    await this.directory.write(`${name}.solverstate${ending}`, [files.solverstate]);
    await this.directory.write(`${name}${META}`, [jsonBytes(record)]);
    return record;
  }

  /** Snapshots, the latest iteration first. */
  async snapshots(): Promise<StoredSnapshot[]> {
    const found: StoredSnapshot[] = [];
    for (const name of await this.directory.names())
      if (name.endsWith(META)) found.push((await this.readJson(name)) as StoredSnapshot);
    return found.sort((a, b) => b.when - a.when || b.iteration - a.iteration);
  }

  async snapshotFiles(name: string): Promise<{ caffemodel: Uint8Array; solverstate: Uint8Array }> {
    const there = await this.directory.names();
    const ending = endingOf(there.includes(`${name}.caffemodel.h5`) ? 'HDF5' : 'BINARYPROTO');
    return {
      caffemodel: new Uint8Array(await this.directory.read(`${name}.caffemodel${ending}`)),
      solverstate: new Uint8Array(await this.directory.read(`${name}.solverstate${ending}`)),
    };
  }

  async removeSnapshot(name: string): Promise<void> {
    const own = [META, ...['', '.h5'].flatMap((end) => [`.caffemodel${end}`, `.solverstate${end}`])].map(
      (end) => name + end,
    );
    const there = await this.directory.names();
    for (const file of own) if (there.includes(file)) await this.directory.remove(file);
  }

  async saveCurves(curves: StoredCurves): Promise<void> {
    const header = Float64Array.of(curves.maxIter, curves.train.length);
    await this.directory.write(CURVES, [bytesOf(header), bytesOf(curves.train), bytesOf(curves.test)]);
  }

  /** The curves of the last run; undefined when there are none. */
  async curves(): Promise<StoredCurves | undefined> {
    if (!(await this.directory.names()).includes(CURVES)) return undefined;
    const bytes = await this.directory.read(CURVES);
    // A write that a closed tab broke off leaves a part of a number, or less than a header.
    const all = new Float64Array(bytes, 0, Math.floor(bytes.byteLength / 8));
    const [maxIter, trainLength] = all;
    if (maxIter === undefined || trainLength === undefined) return undefined;
    return { maxIter, train: all.slice(2, 2 + trainLength), test: all.slice(2 + trainLength) };
  }

  async saveRecord(record: RunRecord): Promise<void> {
    await this.directory.write(RECORD, [jsonBytes(record)]);
  }

  /** What the last run was made on; undefined when that was not kept. */
  async record(): Promise<RunRecord | undefined> {
    if (!(await this.directory.names()).includes(RECORD)) return undefined;
    return (await this.readJson(RECORD)) as RunRecord;
  }

  /** Keeps the curves of a run that was made elsewhere beside this one's; undefined forgets them. */
  async saveCompared(compared: ComparedCurves | undefined): Promise<void> {
    if (compared !== undefined) await this.directory.write(COMPARED, [jsonBytes(compared)]);
    else if ((await this.directory.names()).includes(COMPARED)) await this.directory.remove(COMPARED);
  }

  /** The curves that were kept beside the run; undefined when there are none. */
  async compared(): Promise<ComparedCurves | undefined> {
    if (!(await this.directory.names()).includes(COMPARED)) return undefined;
    return (await this.readJson(COMPARED)) as ComparedCurves;
  }

  /** Forgets curves and record, and what they were compared with. */
  async removeRun(): Promise<void> {
    const there = await this.directory.names();
    for (const file of [CURVES, RECORD, COMPARED]) if (there.includes(file)) await this.directory.remove(file);
  }

  private async readJson(name: string): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(await this.directory.read(name)));
  }
}

const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const bytesOf = (a: Float64Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
