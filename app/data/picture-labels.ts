/** Which split and class pictures belong to: by the folders they lie in, or by lists of `path label` lines as Caffe's tools take them. */
import { compareNames } from './file-names.ts';
import { mix } from './random.ts';
import { randomStream } from './random.ts';
import { DatasetError } from './image-dataset.ts';
import { isTestPath, mostClasses } from './split-builder.ts';

/** A list: where it lies, and its lines in order. */
export interface PictureList {
  readonly path: string;
  readonly lines: readonly { readonly path: string; readonly label: number }[];
}

/** Records of a split by their place among all, in the order they are to have, and their labels. */
export interface ChosenSplit {
  readonly order: readonly number[];
  readonly labels: readonly number[];
}

/** What {@link chooseRecords} finds. */
export interface ChosenRecords {
  readonly train: ChosenSplit;
  readonly test: ChosenSplit;
  /** Absent for lists, which know numbers only. */
  readonly classNames: readonly string[] | undefined;
  readonly notes: readonly string[];
}

const listLine = /^(.*\S)\s+(\d+)\s*$/;
const shuffleSeed = 1;

/** Whether a text is a list: its first lines end in a number behind a path. */
export function isListText(text: string): boolean {
  const lines = text
    .slice(0, 4096)
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.trim() !== '');
  const first = lines.length > 0 ? lines : [text];
  return first.length > 0 && first.every((line) => listLine.test(line));
}

/** The lines of a list. @throws DatasetError for a line that is none. */
export function parseList(path: string, text: string): PictureList {
  const lines: { path: string; label: number }[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const [, listed, label] = listLine.exec(line) ?? [];
    if (listed === undefined || Number(label) >= mostClasses) {
      throw new DatasetError(
        `${path}, line ${i + 1}: a picture's path and its label (a whole number from 0 to ${mostClasses - 1}) were expected, and there is "${line.trim().slice(0, 60)}".`,
      );
    }
    lines.push({ path: listed.replace(/^(\.?\/)+/, ''), label: Number(label) });
  });
  return { path, lines };
}

/**
 * Splits and labels of pictures read in the order of `paths`.
 *
 * @throws DatasetError where nothing says what classes there are.
 */
export function chooseRecords(
  paths: readonly string[],
  lists: readonly PictureList[],
  source: string,
  shuffle: boolean | undefined,
): ChosenRecords {
  const listed = lists.map((list) => ({ list, found: lookUp(list, paths) }));
  const useful = listed.filter(({ found }) => found.order.length > 0);
  if (useful.length > 0) {
    const part = (isTest: boolean) => {
      const own = useful.filter(({ list }) => isTestPath(list.path.replace(/.*\//, '')) === isTest);
      const order = own.flatMap(({ found }) => found.order);
      const labels = own.flatMap(({ found }) => found.labels);
      return shuffle === true && !isTest ? shuffled({ order, labels }) : { order, labels };
    };
    const missing = useful.reduce((sum, { found }) => sum + found.missing, 0);
    const notes = missing > 0 ? [`${missing} lines of the lists name pictures that are not there.`] : [];
    return { train: part(false), test: part(true), classNames: undefined, notes };
  }
  return byFolder(paths, source, shuffle ?? true);
}

function lookUp({ lines }: PictureList, paths: readonly string[]) {
  const order: number[] = [];
  const labels: number[] = [];
  const byPath = new Map(paths.map((path, i) => [path, i]));
  // Lists name pictures from a root folder of their own: the first line that ends a picture's path says where that is.
  const first = lines.slice(0, 64).flatMap(({ path }) => paths.find((full) => full.endsWith(`/${path}`)) ?? []);
  const [example] = first;
  const start = lines.find(({ path }) => example?.endsWith(`/${path}`) === true);
  const prefix = example === undefined || start === undefined ? '' : example.slice(0, -start.path.length);
  for (const { path, label } of lines) {
    const found = byPath.get(prefix + path) ?? byPath.get(path);
    if (found === undefined) continue;
    order.push(found);
    labels.push(label);
  }
  return { order, labels, missing: lines.length - order.length };
}

function byFolder(paths: readonly string[], source: string, shuffle: boolean): ChosenRecords {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [example = []] = folders;
  let root = example.length;
  for (const folder of folders) {
    let same = 0;
    while (same < root && folder[same] === example[same]) same++;
    root = same;
  }
  const places = folders.map((folder) => {
    const below = folder.slice(root);
    const isSplit = below[0] !== undefined && isTestOrTrain(below[0]);
    const isTest = isSplit && isTestPath(below[0] ?? '');
    return { isTest, className: below[isSplit ? 1 : 0] };
  });
  const names = [...new Set(places.map(({ className }) => className ?? ''))].sort(compareNames);
  if (names.length < 2 || names.includes('')) {
    throw new DatasetError(
      `${source}: nothing says what the pictures show. Put them into a folder for each class (cat/1.png, dog/1.png, within train and test where you have both), or add a list of lines "path label".`,
    );
  }
  if (names.length > mostClasses)
    throw new DatasetError(`${source} has ${names.length} class folders, too many to train with.`);
  const labelOf = new Map(names.map((name, label) => [name, label]));
  const part = (isTest: boolean): ChosenSplit => {
    const order = [...places.keys()]
      .filter((i) => places[i]?.isTest === isTest)
      .sort((a, b) => compareNames(paths[a] ?? '', paths[b] ?? ''));
    return { order, labels: order.map((i) => labelOf.get(places[i]?.className ?? '') ?? 0) };
  };
  const train = part(false);
  return { train: shuffle ? shuffled(train) : train, test: part(true), classNames: names, notes: [] };
}

function isTestOrTrain(folder: string): boolean {
  return /^(train|training)$/i.test(folder) || (isTestPath(folder) && /^[a-z0-9]+$/i.test(folder));
}

/** In an order drawn from a fixed seed: classes would come one after the other otherwise, of which a network learns nothing. */
function shuffled({ order, labels }: ChosenSplit): ChosenSplit {
  const random = randomStream(mix(shuffleSeed));
  const places = [...order.keys()];
  for (let i = places.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [places[i], places[j]] = [places[j] as number, places[i] as number];
  }
  return { order: places.map((at) => order[at] as number), labels: places.map((at) => labels[at] as number) };
}
