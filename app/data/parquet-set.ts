/**
 * Reads image sets as the Hugging Face hub ships them: Parquet files whose column of images holds `{bytes, path}`, beside a column of
 * labels. Rows are read a group at a time; class names stand in the file's metadata.
 */
import { gunzipSync } from 'fflate';
import type * as Parquet from 'hyparquet';
import { baseName, compareNames, formatBytes, formatCount } from './file-names.ts';
import { DatasetError, emptySplit, type ImageDataset, type SourceFile } from './image-dataset.ts';
import { decodePicture, toRecord, type DecodedImage, type RecordShape } from './image-pixels.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { checkPages, largestGroup } from './parquet-pages.ts';
import { commonName, shapeOfPictures } from './picture-set.ts';
import { assembleSet, BrokenRecords, bytesBuilder, isTestPath, setName } from './split-builder.ts';

/** Pictures decoded at a time. */
const atOnce = 32;

type Library = typeof Parquet;

interface Columns {
  readonly image: string;
  readonly label: string;
  readonly classNames: readonly string[] | undefined;
}

/** Reads Parquet files in the order of their names, test images by theirs. @throws DatasetError where they hold no images with labels. */
export async function readParquet(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const library = await import('hyparquet');
  const sorted = [...files].sort((a, b) => compareNames(a.path, b.path));
  opener.total = sorted.reduce((sum, { size }) => sum + size, 0);
  const reading = new ParquetReading(opener, library);
  for (const file of sorted) await reading.read(file);
  const [first] = sorted;
  const source = sorted.length === 1 && first !== undefined ? first.path : commonName(sorted.map(({ path }) => path));
  return reading.finish(source);
}

class ParquetReading {
  readonly #opener: FileOpener;
  readonly #library: Library;
  readonly #broken = new BrokenRecords();
  readonly #builders = new Map<boolean, ReturnType<typeof bytesBuilder>>();
  #shape: RecordShape | undefined;
  #classNames: readonly string[] | undefined;
  #resized = 0;

  constructor(opener: FileOpener, library: Library) {
    this.#opener = opener;
    this.#library = library;
  }

  async read(file: SourceFile): Promise<void> {
    const isTest = isTestPath(baseName(file.path));
    const buffer = {
      byteLength: file.size,
      slice: async (start: number, end = file.size) => {
        const from = start < 0 ? file.size + start : start;
        const bytes = await this.#opener.readAt(file, from, end - from, 'a part');
        return bytes.slice().buffer;
      },
    };
    const metadata = await guarded(file, () => this.#library.parquetMetadataAsync(buffer));
    checkMetadata(metadata, file);
    const columns = columnsOf(metadata, file);
    this.#classNames ??= columns.classNames;
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      await guarded(file, () => checkPages(metadata, group, [columns.image, columns.label], file, buffer.slice));
      const rows = await guarded(file, () =>
        this.#library.parquetReadObjects({
          file: buffer,
          metadata,
          columns: [columns.image, columns.label],
          rowStart,
          rowEnd,
          utf8: false,
          compressors: { GZIP: (input, length) => gunzipSync(input, { out: new Uint8Array(length) }) },
        }),
      );
      await this.#take(rows, rowStart, columns, file, isTest);
      this.#opener.advance(
        Number(group.total_compressed_size ?? 0n) || file.size / metadata.row_groups.length,
        baseName(file.path),
      );
      rowStart = rowEnd;
    }
  }

  finish(source: string): ImageDataset {
    const [train, test] = [this.#builders.get(false), this.#builders.get(true)];
    const count = (train?.count ?? 0) + (test?.count ?? 0);
    const broken = this.#broken.list(count, source);
    const notes: string[] = [];
    if (this.#shape === undefined) throw new DatasetError(`${source} holds no rows with pictures that can be read.`);
    const { width, height } = this.#shape;
    if (this.#resized > 0) notes.push(`${this.#resized} of ${count} pictures were resized to ${width}×${height}.`);
    return assembleSet({
      name: setName(source),
      source: baseName(source),
      format: 'Parquet',
      channelOrder: 'RGB',
      broken,
      ...this.#shape,
      classNames: this.#classNames,
      train: train?.finish() ?? emptySplit,
      test: test?.finish() ?? emptySplit,
      notes,
    });
  }

  async #take(
    rows: readonly Record<string, unknown>[],
    first: number,
    columns: Columns,
    file: SourceFile,
    isTest: boolean,
  ): Promise<void> {
    for (let start = 0; start < rows.length; start += atOnce) {
      this.#opener.options.signal?.throwIfAborted();
      const decoded = await Promise.all(
        rows.slice(start, start + atOnce).map(async (row, i) => {
          const image = await this.#decode(
            row[columns.image],
            `${baseName(file.path)}, row ${formatCount(first + start + i + 1)}`,
          );
          return image === undefined ? [] : [{ image, label: Number(row[columns.label]) }];
        }),
      );
      for (const { image, label } of decoded.flat()) this.#keep(image, label, file, isTest);
    }
  }

  async #decode(cell: unknown, where: string): Promise<DecodedImage | undefined> {
    const bytes = bytesOf(cell);
    if (bytes === undefined) {
      this.#broken.add(where, 'has no picture in it');
      return undefined;
    }
    return decodePicture(bytes, this.#opener.options.decode).catch((error: unknown) => {
      if (!(error instanceof DatasetError)) throw error;
      this.#broken.add(where, error.message);
      return undefined;
    });
  }

  #keep(image: DecodedImage, label: number, file: SourceFile, isTest: boolean): void {
    this.#shape ??= shapeOfPictures([image], this.#opener.options.images ?? {});
    const builder = this.#builders.get(isTest) ?? bytesBuilder(this.#shape, file.path);
    this.#builders.set(isTest, builder);
    if (image.width !== this.#shape.width || image.height !== this.#shape.height) this.#resized++;
    toRecord(image, this.#shape, builder.next());
    builder.commit(label);
  }
}

function bytesOf(cell: unknown): Uint8Array | undefined {
  if (cell instanceof Uint8Array) return cell;
  if (typeof cell !== 'object' || cell === null || !('bytes' in cell)) return undefined;
  return cell.bytes instanceof Uint8Array ? cell.bytes : undefined;
}

function checkMetadata(metadata: Parquet.FileMetaData, file: SourceFile): void {
  for (const { columns, num_rows: rows } of metadata.row_groups) {
    for (const { meta_data: column } of columns) {
      const size = Number(column?.total_uncompressed_size ?? 0n);
      if (size > largestGroup || Number(rows) > 1e9) {
        throw new DatasetError(
          `${file.path} has a group of ${formatCount(Number(rows))} rows and ${formatBytes(size)}, more than is read at once.`,
        );
      }
      const codec = column?.codec ?? 'UNCOMPRESSED';
      if (!['UNCOMPRESSED', 'SNAPPY', 'GZIP'].includes(codec)) {
        throw new DatasetError(
          `${file.path} is compressed with ${codec}; Parquet compressed with Snappy or gzip is read: save it so.`,
        );
      }
    }
  }
}

/** The columns of images and labels: by the hub's description of the set where there is one, else by their names. */
function columnsOf(metadata: Parquet.FileMetaData, file: SourceFile): Columns {
  const top = topColumns(metadata);
  const features = hubFeatures(metadata);
  const byFeature = (kind: string) => top.find((name) => features[name]?._type === kind);
  const image = byFeature('Image') ?? top.find((name) => /^(image|img|picture|bytes)$/i.test(name));
  const label = byFeature('ClassLabel') ?? top.find((name) => /^(label|labels|fine_label|class|target|y)$/i.test(name));
  if (image === undefined || label === undefined) {
    throw new DatasetError(
      `${file.path} has the columns ${top.slice(0, 12).join(', ')}: one of images (image or img) and one of labels (label) were expected.`,
    );
  }
  const names = features[label]?.names;
  return { image, label, classNames: Array.isArray(names) ? names.map(String) : undefined };
}

/** Names of the schema's top level: its elements lie in order, each before its children. */
function topColumns({ schema }: Parquet.FileMetaData): string[] {
  const names: string[] = [];
  const pass = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0) && next < schema.length; child++) next = pass(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = pass(at)) names.push(schema[at]?.name ?? '');
  return names;
}

type Features = Readonly<Record<string, { readonly _type?: unknown; readonly names?: unknown } | undefined>>;

function hubFeatures({ key_value_metadata: pairs }: Parquet.FileMetaData): Features {
  const text = pairs?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    const value = JSON.parse(text) as { info?: { features?: Features } } | null;
    return value?.info?.features ?? {};
  } catch (error) {
    // A description that is no JSON is no loss: columns are then known by their names.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** What fails in the library is the file's fault. */
async function guarded<T>(file: SourceFile, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatasetError || !(error instanceof Error) || error.name === 'AbortError') throw error;
    throw new DatasetError(
      `${file.path} is cut off, damaged or no Parquet file (${error.message}). Download it again.`,
      { cause: error },
    );
  }
}
