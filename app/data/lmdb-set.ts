/** Caffe's image databases as a data set: LMDB files whose values are Datum messages, raw or encoded; test images by their folder's name. */
import { readDatum, type StoredDatum } from './datum.ts';
import { baseName, folderOf, formatCount } from './file-names.ts';
import {
  DatasetError,
  emptySplit,
  imageBytes,
  joinBroken,
  type ChannelOrder,
  type ImageDataset,
  type SourceFile,
} from './image-dataset.ts';
import { decodePicture, toRecord } from './image-pixels.ts';
import { openLmdb } from './lmdb.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import {
  assembleSet,
  BrokenRecords,
  bytesBuilder,
  checkShape,
  floatsBuilder,
  isTestPath,
  type SplitBuilder,
} from './split-builder.ts';

/** Reads one database for each split. @throws DatasetError where one is damaged or holds no images. */
export async function readLmdbSet(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  opener.total = files.reduce((sum, { size }) => sum + size, 0);
  const splits = new Map<'train' | 'test', { readonly path: string; readonly database: Database }>();
  for (const file of files) {
    const role = isTestPath(file.path) ? 'test' : 'train';
    const known = splits.get(role);
    if (known !== undefined) {
      throw new DatasetError(
        `${known.path} and ${file.path} would both be ${role === 'test' ? 'test' : 'training'} images: load one database for training and one whose folder has "test" or "val" in its name.`,
      );
    }
    const database = new Database(file, opener);
    await database.read();
    splits.set(role, { path: file.path, database });
  }
  const all = [...splits.values()].map(({ database }) => database);
  const [shape, other] = all.flatMap(({ builder }) => (builder === undefined ? [] : [builder.shape]));
  if (shape === undefined) throw new DatasetError(`${files[0]?.path ?? 'The database'} holds no records.`);
  if (other !== undefined && JSON.stringify(other) !== JSON.stringify(shape)) {
    const size = ({ channels, height, width }: typeof shape) => `${channels}×${height}×${width}`;
    throw new DatasetError(
      `The training database has images of ${size(shape)} and the test database of ${size(other)}: load databases of one set.`,
    );
  }
  const folders = files.map(({ path }) => baseName(folderOf(path)) || baseName(path));
  const name = (folders[0] ?? 'LMDB').replace(/[_-]?(train|test|val)?[_-]?lmdb$/i, '') || folders[0] || 'LMDB';
  return assembleSet({
    name,
    source: folders.join(' + '),
    ...shape,
    train: splits.get('train')?.database.builder?.finish() ?? emptySplit,
    test: splits.get('test')?.database.builder?.finish() ?? emptySplit,
    format: all.some(({ isEncoded }) => isEncoded) ? 'LMDB (encoded Datum)' : 'LMDB (Datum)',
    channelOrder: all[0]?.channelOrder(),
    broken: all.map((database) => database.broken()).reduce(joinBroken, undefined),
  });
}

class Database {
  builder: SplitBuilder | undefined;
  readonly #file: SourceFile;
  readonly #opener: FileOpener;
  readonly #broken = new BrokenRecords();
  isEncoded = false;
  #floats = false;

  constructor(file: SourceFile, opener: FileOpener) {
    this.#file = file;
    this.#opener = opener;
  }

  async read(): Promise<void> {
    const database = await openLmdb(this.#file, this.#opener);
    for await (const { key, value } of database.records()) {
      const where = `${this.#file.path}, record ${new TextDecoder('latin1').decode(key.subarray(0, 60))}`;
      try {
        await this.#take(readDatum(value), database.entries);
      } catch (error) {
        if (!(error instanceof Error) || (error.name !== 'WireError' && !(error instanceof DatasetError))) throw error;
        this.#broken.add(where, error.name === 'WireError' ? 'is no Datum' : error.message);
      }
    }
  }

  broken() {
    return this.#broken.list(this.builder?.count ?? 0, this.#file.path);
  }

  /**
   * Which colour comes first. Pictures decoded here are RGB. In raw records nothing says: Caffe's convert_imageset writes what OpenCV reads,
   * which is BGR, and its convert_cifar_data CIFAR's own RGB.
   */
  channelOrder(): ChannelOrder {
    const shape = this.builder?.shape;
    return this.isEncoded || (shape?.height === 32 && shape.width === 32) ? 'RGB' : 'BGR';
  }

  async #take(datum: StoredDatum, expected: number): Promise<void> {
    if (datum.encoded) {
      const image = await decodePicture(datum.data, this.#opener.options.decode);
      const channels = image.channels === 1 ? 1 : 3;
      const builder = this.#builderFor({ channels, height: image.height, width: image.width }, expected);
      const record = new Uint8Array(imageBytes(builder.shape));
      toRecord(image, builder.shape, record);
      builder.next().set(record);
      this.isEncoded = true;
      builder.commit(datum.label);
      return;
    }
    const { channels, height, width, data, floats } = datum;
    const size = channels * height * width;
    const length = data.length > 0 ? data.length : floats.length;
    if (size !== length) {
      throw new DatasetError(`claims ${channels}×${height}×${width} values and holds ${formatCount(length)}`);
    }
    const values = data.length > 0 ? data : Float32Array.from(floats);
    const builder = this.#builderFor({ channels, height, width }, expected, values instanceof Float32Array);
    builder.next().set(values);
    builder.commit(datum.label);
  }

  #builderFor(shape: SplitBuilder['shape'], expected: number, floats = false): SplitBuilder {
    if (this.builder === undefined) {
      checkShape(shape, this.#file.path);
      this.builder = (floats ? floatsBuilder : bytesBuilder)(shape, this.#file.path, expected);
      this.#floats = floats;
      return this.builder;
    }
    const { channels, height, width } = this.builder.shape;
    if (shape.channels !== channels || shape.height !== height || shape.width !== width) {
      throw new DatasetError(
        `has ${shape.channels}×${shape.height}×${shape.width} values, and the records before it ${channels}×${height}×${width}`,
      );
    }
    if (floats !== this.#floats) {
      throw new DatasetError(
        `holds ${floats ? 'floats' : 'bytes'}, and the records before it ${floats ? 'bytes' : 'floats'}`,
      );
    }
    return this.builder;
  }
}
