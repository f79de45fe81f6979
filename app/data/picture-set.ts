/**
 * Pictures as a data set, the job of Caffe's convert_imageset: from a folder for each class, or with a list of `path label` lines; brought
 * to one size, to colour or gray, shuffled by a seed. Pictures that cannot be read are passed over and listed.
 */
import { eachEntry } from './entries.ts';
import type { FileEntry } from './file-entry.ts';
import { baseName, compareNames, formatBytes } from './file-names.ts';
import { DatasetError, emptySplit, type ImageDataset, type ImageSplit, type SourceFile } from './image-dataset.ts';
import { isPicture } from './image-header.ts';
import { decodePicture, toRecord, type DecodedImage, type ImageSettings, type RecordShape } from './image-pixels.ts';
import { FileOpener, headLength, type ReadOptions } from './open-files.ts';
import { chooseRecords, isListText, parseList, type ChosenSplit, type PictureList } from './picture-labels.ts';
import { assembleSet, BrokenRecords, bytesBuilder } from './split-builder.ts';

/** Pictures decoded at a time: enough to keep a decoder of several threads busy. */
const atOnce = 32;
/** No picture that is trained with has more bytes than this. */
const largestFile = 64 << 20;
/** Pictures that are all of one size keep it up to this side; others are brought to a square of at most {@link commonSide}. */
const keptSide = 256;
const commonSide = 64;

/** Reads pictures, and the lists among the files. @throws DatasetError with a sentence where they make no data set. */
export async function readPictures(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const reading = new PictureReading(opener);
  const sorted = [...files].sort((a, b) => compareNames(a.path, b.path));
  await eachEntry(sorted, opener, (entry) => reading.take(entry));
  await reading.flush();
  return reading.finish(sorted);
}

class PictureReading {
  readonly #opener: FileOpener;
  readonly #broken = new BrokenRecords();
  readonly #lists: PictureList[] = [];
  readonly #paths: string[] = [];
  #waiting: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  #builder: ReturnType<typeof bytesBuilder> | undefined;
  #resized = 0;

  constructor(opener: FileOpener) {
    this.#opener = opener;
  }

  async take(entry: FileEntry): Promise<void> {
    const { path } = entry;
    if (baseName(path).startsWith('.') || path.includes('__MACOSX/')) return;
    if (/\.txt$/i.test(path)) {
      if (entry.size > largestFile) return;
      const text = new TextDecoder().decode(await entry.readAll(largestFile, 'a list of pictures'));
      if (isListText(text)) this.#lists.push(parseList(path, text));
      return;
    }
    if (!isPicture(await entry.peek(headLength))) {
      if (/\.(png|jpe?g|gif|bmp|webp)$/i.test(path)) this.#broken.add(path, 'is no picture, whatever its name says');
      return;
    }
    if (entry.size > largestFile) {
      this.#broken.add(path, `has ${formatBytes(entry.size)}, too much for a picture`);
      return;
    }
    this.#waiting.push({ path, bytes: await entry.readAll(largestFile, 'a picture') });
    if (this.#waiting.length === atOnce) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const { decode, signal, images = {} } = this.#opener.options;
    signal?.throwIfAborted();
    const decoded = await Promise.all(
      waiting.map(async ({ path, bytes }) => {
        const image = await decodePicture(bytes, decode).catch((error: unknown) => {
          if (!(error instanceof DatasetError)) throw error;
          this.#broken.add(path, error.message);
          return undefined;
        });
        return { path, image };
      }),
    );
    const good = decoded.flatMap(({ path, image }) => (image === undefined ? [] : [{ path, image }]));
    if (good.length === 0) return;
    this.#builder ??= bytesBuilder(
      shapeOfPictures(
        good.map(({ image }) => image),
        images,
      ),
      'The set of pictures',
    );
    const { shape } = this.#builder;
    for (const { path, image } of good) {
      if (image.width !== shape.width || image.height !== shape.height) this.#resized++;
      toRecord(image, shape, this.#builder.next());
      this.#builder.commit(0);
      this.#paths.push(path);
    }
  }

  finish(files: readonly SourceFile[]): ImageDataset {
    const builder = this.#builder;
    const { shuffle } = this.#opener.options.images ?? {};
    const source = files.length === 1 ? (files[0]?.path ?? '') : commonName(files.map(({ path }) => path));
    const broken = this.#broken.list(builder?.count ?? 0, source);
    const notes: string[] = [];
    if (builder === undefined) throw new DatasetError(`${source} holds no pictures that can be read.`);
    const chosen = chooseRecords(this.#paths, this.#lists, source, shuffle);
    const split = ({ order, labels }: ChosenSplit): ImageSplit =>
      order.length === 0 ? emptySplit : builder.finish(order, labels);
    if (this.#resized > 0) {
      const { width, height } = builder.shape;
      notes.push(`${this.#resized} of ${builder.count} pictures were resized to ${width}×${height}.`);
    }
    return assembleSet({
      name: baseName(source).replace(/\.(zip|tar|tgz|tar\.gz)$/i, ''),
      source: baseName(source),
      format: this.#lists.length > 0 ? 'Pictures with a list' : 'Pictures in folders',
      channelOrder: 'RGB',
      broken,
      ...builder.shape,
      classNames: chosen.classNames,
      train: split(chosen.train),
      test: split(chosen.test),
      notes: [...notes, ...chosen.notes],
    });
  }
}

/**
 * The shape that pictures are brought to, from the first of them: what the settings say, else their own size where they agree, else a
 * square. Gray where all are.
 */
export function shapeOfPictures(images: readonly DecodedImage[], { size, gray }: ImageSettings): RecordShape {
  const channels = (gray ?? images.every((image) => image.channels === 1)) ? 1 : 3;
  if (size !== undefined) return { channels, ...size };
  const [first] = images;
  if (first === undefined) throw new RangeError('a shape is asked for without pictures');
  const { width, height } = first;
  const alike = images.every((image) => image.width === width && image.height === height);
  if (alike && Math.max(width, height) <= keptSide) return { channels, height, width };
  const side = Math.min(commonSide, ...images.map((image) => Math.min(image.width, image.height)));
  return { channels, height: side, width: side };
}

/** The name of the folder that holds all files: the last part that their paths share. */
export function commonName(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  let shared = first.split('/').slice(0, -1);
  for (const path of rest) {
    const parts = path.split('/');
    const differs = shared.findIndex((part, i) => parts[i] !== part);
    if (differs >= 0) shared = shared.slice(0, differs);
    if (shared.length === 0) break;
  }
  // `pets/train` and nothing beside it is the set pets.
  return shared.at(-1) ?? `${baseName(first)} and ${rest.length} more`;
}
