/**
 * Reads images from CSV: a row for each, its label in the first or last column, with or without a line of names. MNIST is spread in this
 * form. Rows are turned into bytes as they come, so the text is never held as a whole.
 */
import { ByteCheck, shapeOfRow } from './array-values.ts';
import { eachEntry } from './entries.ts';
import type { FileEntry } from './file-entry.ts';
import { baseName, formatCount } from './file-names.ts';
import { DatasetError, emptySplit, joinBroken, type ImageDataset, type SourceFile } from './image-dataset.ts';
import { FileOpener, type ReadOptions } from './open-files.ts';
import { commonName } from './picture-set.ts';
import {
  assembleSet,
  BrokenRecords,
  bytesBuilder,
  checkShape,
  floatsBuilder,
  isTestPath,
  setName,
  type SplitBuilder,
} from './split-builder.ts';

/** A line of more characters than this is no row of pixels. */
const longestLine = 4 << 20;
/** Rows looked at before the columns' meaning is settled. */
const sampled = 200;

/** Reads CSV files: test images by their file's name. @throws DatasetError where the rows are no images with labels. */
export async function readCsv(files: readonly SourceFile[], options: ReadOptions): Promise<ImageDataset> {
  const opener = new FileOpener(options);
  const names = new ClassNames();
  const tables: { isTest: boolean; table: Table }[] = [];
  await eachEntry(files, opener, async (entry) => {
    if (!/\.(csv|tsv)$/i.test(entry.path)) return;
    const table = new Table(entry.path, names);
    await readLines(entry, (line, number) => table.add(line, number));
    table.settle();
    tables.push({ isTest: isTestPath(baseName(entry.path)), table });
  });
  const of = (isTest: boolean) => tables.filter((each) => each.isTest === isTest).map(({ table }) => table);
  const [first, ...rest] = tables.map(({ table }) => table);
  const shape = first?.builder?.shape;
  const differs = rest.find((table) => JSON.stringify(table.builder?.shape) !== JSON.stringify(shape));
  const [train, moreTrain] = of(false);
  const [test, moreTest] = of(true);
  const twice = moreTrain ?? moreTest;
  if (twice !== undefined) {
    throw new DatasetError(
      `${twice.path} is one table too many: give one for training and one with "test" in its name.`,
    );
  }
  if (shape === undefined) throw new DatasetError(`${first?.path ?? 'The file'} holds no rows of images.`);
  if (differs !== undefined) {
    throw new DatasetError(
      `${first?.path ?? ''} and ${differs.path} have rows of different lengths: load one set only.`,
    );
  }
  const source = files.length === 1 ? baseName(files[0]?.path ?? '') : commonName(files.map(({ path }) => path));
  return assembleSet({
    name: setName(source),
    source,
    ...shape,
    classNames: names.list,
    train: train?.builder?.finish() ?? emptySplit,
    test: test?.builder?.finish() ?? emptySplit,
    format: 'CSV',
    broken: tables.map(({ table }) => table.broken()).reduce(joinBroken, undefined),
  });
}

/** Labels that are words get numbers in the order in which they come. */
class ClassNames {
  readonly #labels = new Map<string, number>();

  get list(): string[] | undefined {
    return this.#labels.size === 0 ? undefined : [...this.#labels.keys()];
  }

  labelOf(text: string): number {
    const value = Number(text);
    if (text !== '' && Number.isInteger(value)) return value;
    const known = this.#labels.get(text);
    if (known !== undefined) return known;
    this.#labels.set(text, this.#labels.size);
    return this.#labels.size - 1;
  }
}

class Table {
  readonly path: string;
  builder: SplitBuilder | undefined;
  readonly #names: ClassNames;
  readonly #broken = new BrokenRecords();
  #waiting: { cells: string[]; number: number }[] | undefined = [];
  #header: string[] | undefined;
  #labelColumn = 0;
  #columns = 0;
  #isBytes = true;

  constructor(path: string, names: ClassNames) {
    this.path = path;
    this.#names = names;
  }

  add(line: string, number: number): void {
    if (line.trim() === '') return;
    const cells = line.split(line.includes(';') && !line.includes(',') ? ';' : line.includes('\t') ? '\t' : ',');
    if (this.#waiting === undefined) {
      this.#store(cells, number);
      return;
    }
    const isHeader =
      this.#header === undefined && this.#waiting.length === 0 && cells.filter(isNumber).length < cells.length - 1;
    if (isHeader) this.#header = cells.map((cell) => cell.trim().replace(/^"|"$/g, ''));
    else this.#waiting.push({ cells, number });
    if (this.#waiting.length === sampled) this.settle();
  }

  /** Decides which column is the label and what the values mean, once there are enough rows or no more. */
  settle(): void {
    const rows = this.#waiting;
    if (rows === undefined || rows.length === 0) return;
    this.#waiting = undefined;
    this.#columns = rows[0]?.cells.length ?? 0;
    if (this.#columns < 3) {
      throw new DatasetError(
        `${this.path} has rows of ${this.#columns} values: a label and the pixels of an image were expected in each row, separated by commas.`,
      );
    }
    this.#labelColumn = this.#findLabel(rows.map(({ cells }) => cells));
    const check = new ByteCheck();
    for (const { cells } of rows) {
      const values = cells.filter((cell, column) => column !== this.#labelColumn && isNumber(cell)).map(Number);
      check.take(values, this.path);
    }
    this.#isBytes = check.isBytes;
    const shape = shapeOfRow(this.#columns - 1);
    checkShape(shape, this.path);
    this.builder = (this.#isBytes ? bytesBuilder : floatsBuilder)(shape, this.path);
    for (const { cells, number } of rows) this.#store(cells, number);
  }

  broken() {
    return this.#broken.list(this.builder?.count ?? 0, this.path);
  }

  #findLabel(rows: readonly string[][]): number {
    const last = this.#columns - 1;
    const named = this.#header?.findIndex((name) => /^(label|labels|class|y|target|species|digit)$/i.test(name)) ?? -1;
    if (named >= 0) return named;
    const values = (column: number) => rows.map((cells) => cells[column] ?? '');
    if (!values(last).every(isNumber)) return last;
    if (!values(0).every(isNumber)) return 0;
    // Pixels at the rim hardly change, or take many values; labels take some, from 0 on.
    const score = (column: number) => {
      const all = new Set(values(column));
      const whole = [...all].every((v) => Number.isInteger(Number(v)) && Number(v) >= 0);
      const highest = Math.max(...[...all].map(Number));
      return whole && all.size > 1 ? all.size / (highest + 1) : 0;
    };
    return score(last) > score(0) ? last : 0;
  }

  #store(cells: readonly string[], number: number): void {
    const { builder } = this;
    if (builder === undefined) return;
    const wrong = (why: string) => this.#broken.add(`${this.path}, line ${formatCount(number)}`, why);
    if (cells.length !== this.#columns) {
      wrong(`has ${cells.length} values instead of ${this.#columns}`);
      return;
    }
    const record = builder.next();
    let to = 0;
    for (let column = 0; column < cells.length; column++) {
      if (column === this.#labelColumn) continue;
      const cell = cells[column] ?? '';
      const value = Number(cell);
      const fits = this.#isBytes ? value >= 0 && value <= 255 : Number.isFinite(value);
      if (!fits || cell.trim() === '') {
        wrong(`has "${cell.slice(0, 20)}" where a number${this.#isBytes ? ' of 0 to 255' : ''} was expected`);
        return;
      }
      record[to++] = this.#isBytes ? Math.round(value) : value;
    }
    const label = this.#names.labelOf((cells[this.#labelColumn] ?? '').trim().replace(/^"|"$/g, ''));
    builder.commit(label);
  }
}

const isNumber = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

async function readLines(entry: FileEntry, take: (line: string, number: number) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  let left = entry.size;
  for (;;) {
    const bytes = await entry.peek(1 << 16);
    const part = new Uint8Array(Math.min(bytes.length, left));
    if (part.length === 0) break;
    await entry.readInto(part);
    left -= part.length;
    const lines = (rest + decoder.decode(part, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line, ++number);
    if (rest.length > longestLine) {
      throw new DatasetError(
        `${entry.path}: line ${number + 1} is longer than ${formatCount(longestLine)} characters; this is no CSV of images.`,
      );
    }
  }
  if (rest !== '') take(rest, number + 1);
}
