/**
 * Reading CIFAR-10 from whatever the user has: its archive in either form, plain or compressed, the unpacked folder, or single
 * batch files. Files are told apart by content, streamed, and put in the order of the batches' names whatever order they come in.
 */
import {
  batchStem,
  cifar10,
  describeOther,
  fileKind,
  headLength,
  officialRoom,
  readBinaryBatch,
  readClassNames,
  readPickleBatch,
  type Batch,
  type BatchRoom,
  type FileKind,
} from './batch-files.ts';
import { FileEntry } from './file-entry.ts';
import { baseName, compareNames, folderOf } from './file-names.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { DatasetError, joinSplits, type ImageDataset, type SourceFile } from './image-dataset.ts';
import { FileOpener, headOf, type ReadOptions } from './open-files.ts';
import { isTarHeader, readTar } from './tar.ts';

/**
 * Reads CIFAR-10 from files of any of its forms. Among several copies (an archive beside its unpacked folder) the unpacked binary form is
 * taken, then the unpacked python form, then the archives. Loose files may be part of a set (a split may come out empty); an archive must be whole.
 *
 * @throws DatasetError with a sentence for the user where the files are not what was expected.
 */
export async function readCifar10(
  files: readonly SourceFile[],
  options: ReadOptions = {},
  expected = 'a CIFAR-10 archive (.tar.gz), its unpacked folder or its batch files were expected',
): Promise<ImageDataset> {
  const candidates = await sniff(files, options, expected);
  return new SetReader(options).read(candidates);
}

interface Candidate {
  readonly file: SourceFile;
  readonly kind: FileKind;
}

/** Looks into the files, and throws where none of them is of use. */
async function sniff(files: readonly SourceFile[], options: ReadOptions, expected: string): Promise<Candidate[]> {
  // A folder with thousands of files is not CIFAR-10; looking into each would take long, so names have to be likely ones.
  const likely = /\.(tar|tgz|gz|bin)$|batch/i;
  const looked = files.length <= 64 ? files : files.filter((file) => likely.test(file.path));
  const found: Candidate[] = [];
  let first: { readonly path: string; readonly what: string } | undefined;
  for (const file of looked) {
    const head = await headOf(file, options);
    const kind = fileKind(file.path, file.size, head);
    if (kind === 'other') first ??= { path: file.path, what: describeOther(head) };
    else found.push({ file, kind });
  }
  if (found.some(({ kind }) => kind !== 'meta')) return found;
  if (files.length === 1 && first !== undefined) {
    throw new DatasetError(`${first.path} is no data set that can be read: ${expected}, and this is ${first.what}.`);
  }
  const names = files.slice(0, 3).map((file) => baseName(file.path));
  throw new DatasetError(
    `There is no data set among the ${files.length} files (${names.join(', ')}${files.length > 3 ? ', …' : ''}): ${expected}.`,
  );
}

/** Loose batch files of one form in one folder. */
interface LooseGroup {
  readonly folder: string;
  readonly kind: 'binary' | 'pickle';
  readonly files: SourceFile[];
}

class SetReader {
  readonly #opener: FileOpener;
  readonly #batches: Batch[] = [];
  readonly #sources: string[] = [];
  #classNames: readonly string[] = cifar10.classNames;
  #isBinary = true;

  constructor(options: ReadOptions) {
    this.#opener = new FileOpener(options);
  }

  async read(candidates: readonly Candidate[]): Promise<ImageDataset> {
    for (const group of this.#looseGroups(candidates)) await this.#readGroup(group, candidates);
    const archives = candidates.filter(({ kind }) => kind === 'gzip' || kind === 'tar').map(({ file }) => file);
    for (const archive of archives.sort((a, b) => compareNames(a.path, b.path))) {
      if (!this.#isWhole()) await this.#readArchive(archive);
    }
    return this.#assemble();
  }

  /** The groups worth reading: one that only repeats what another already has is passed over. */
  #looseGroups(candidates: readonly Candidate[]): LooseGroup[] {
    const groups = new Map<string, LooseGroup>();
    for (const { file, kind } of candidates) {
      if (kind !== 'binary' && kind !== 'pickle') continue;
      const folder = folderOf(file.path);
      const key = `${kind}:${folder}`;
      const group = groups.get(key) ?? { folder, kind, files: [] };
      groups.set(key, group);
      group.files.push(file);
    }
    const chosen: LooseGroup[] = [];
    const owner = new Map<string, SourceFile>();
    const sorted = [...groups.values()].sort(
      (a, b) => a.kind.localeCompare(b.kind) || compareNames(a.folder, b.folder),
    );
    for (const group of sorted) {
      const repeated = group.files.filter((file) => owner.has(batchStem(file.path)));
      if (repeated.length === group.files.length) continue;
      const [twice] = repeated;
      if (twice !== undefined) {
        const other = owner.get(batchStem(twice.path))?.path ?? '';
        throw new DatasetError(
          `${batchStem(twice.path)} is there twice, as ${other} and ${twice.path}: load the folder or the files of one set only.`,
        );
      }
      for (const file of group.files) owner.set(batchStem(file.path), file);
      chosen.push(group);
    }
    return chosen;
  }

  async #readGroup(group: LooseGroup, candidates: readonly Candidate[]): Promise<void> {
    const meta = candidates.filter(({ file, kind }) => kind === 'meta' && folderOf(file.path) === group.folder);
    // A folder with both forms mixed has two files of class names; the one that belongs to the form comes last and is kept.
    const metaFiles = meta
      .map(({ file }) => file)
      .sort((a, b) => Number(isOfForm(a, group)) - Number(isOfForm(b, group)));
    const files = [...metaFiles, ...group.files.sort((a, b) => compareNames(a.path, b.path))];
    this.#opener.total += files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files) {
      await this.#opener.open(file, async (reader) => {
        const entry = new FileEntry(reader, file.path, file.size);
        await this.#readEntry(entry, fileKind(file.path, file.size, await entry.peek(headLength)));
      });
    }
    const [first] = group.files;
    if (first === undefined) return;
    const many =
      group.files.length > 1 ? `${baseName(first.path)} and ${group.files.length - 1} more` : baseName(first.path);
    this.#sources.push(group.folder === '' ? many : baseName(group.folder));
  }

  async #readArchive(archive: SourceFile): Promise<void> {
    this.#opener.total += archive.size;
    const before = this.#batches.length;
    const room = officialRoom();
    await this.#opener.open(archive, async (outer) => {
      const reader = isGzip(await outer.peek(headLength)) ? this.#opener.reader(gunzip(outer.rest())) : outer;
      if (!isTarHeader(await reader.peek(headLength))) {
        const what = describeOther(await reader.peek(headLength));
        throw new DatasetError(
          `${archive.path} is compressed with gzip but holds no tar archive: its content is ${what}. Use cifar-10-binary.tar.gz or cifar-10-python.tar.gz as downloaded.`,
        );
      }
      for await (const entry of readTar(reader, archive.path)) {
        this.#opener.current = baseName(entry.path);
        await this.#readEntry(entry, fileKind(entry.path, entry.size, await entry.peek(headLength)), room);
      }
    });
    this.#checkArchive(archive, this.#batches.slice(before));
    this.#sources.push(baseName(archive.path));
  }

  /** An archive is packed whole, so what it lacks is a sign that it is not what it seems. */
  #checkArchive(archive: SourceFile, batches: readonly Batch[]): void {
    const lacks = (what: string) => {
      const has = batches.map(({ stem }) => stem).join(', ') || 'no batch at all';
      return new DatasetError(
        `${archive.path} is not a whole CIFAR-10 archive: it has no ${what} (found: ${has}). Download cifar-10-binary.tar.gz or cifar-10-python.tar.gz again.`,
      );
    };
    const stems = new Set(batches.map(({ stem }) => stem));
    const train = batches.filter(({ role }) => role === 'train');
    if (train.length === 0) throw lacks('data_batch_1');
    for (let i = 1; i <= train.length; i++) {
      if (train.some(({ stem }) => /^data_batch_\d+$/.test(stem)) && !stems.has(`data_batch_${i}`)) {
        throw lacks(`data_batch_${i}`);
      }
    }
    if (train.length === batches.length) throw lacks('test_batch');
  }

  async #readEntry(entry: FileEntry, kind: FileKind, room?: BatchRoom): Promise<void> {
    if (kind === 'meta') {
      this.#classNames = await readClassNames(entry);
    } else if (kind === 'binary' || kind === 'pickle') {
      const batch = await (kind === 'binary' ? readBinaryBatch(entry, room) : readPickleBatch(entry, room));
      this.#isBinary = kind === 'binary';
      if (this.#batches.some(({ stem }) => stem === batch.stem)) {
        throw new DatasetError(
          `${batch.stem} is there twice, the second time as ${entry.path}: load the files of one set only.`,
        );
      }
      this.#batches.push(batch);
    }
  }

  #isWhole(): boolean {
    return this.#batches.some(({ role }) => role === 'train') && this.#batches.some(({ role }) => role === 'test');
  }

  #assemble(): ImageDataset {
    const { name, channels, height, width } = cifar10;
    const inOrder = this.#batches.sort((a, b) => compareNames(a.stem, b.stem));
    const split = (role: Batch['role']) =>
      joinSplits(inOrder.filter((batch) => batch.role === role).map((b) => b.split));
    return {
      name,
      source: this.#sources.join(' + '),
      format: `CIFAR-10 (${this.#isBinary ? 'binary' : 'python'})`,
      channelOrder: 'RGB',
      channels,
      height,
      width,
      classNames: this.#classNames,
      train: split('train'),
      test: split('test'),
    };
  }
}

/** Whether a file of class names is of the same form as a group's batches: `.txt` goes with `.bin`. */
function isOfForm(meta: SourceFile, group: LooseGroup): boolean {
  return meta.path.endsWith('.txt') === (group.kind === 'binary');
}
