/** Arrays with names as a data set, for formats that store any arrays: which are images, which labels, which are of the test images. */
import { splitOfArrays, type ArraySplit, type NumberArray } from './array-values.ts';
import { baseName } from './file-names.ts';
import { DatasetError, joinSplits, type ImageDataset } from './image-dataset.ts';
import { assembleSet, setName } from './split-builder.ts';

type Role = 'train' | 'test' | 'val';

/** An array that is read when it is needed. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  read(): Promise<NumberArray>;
}

/** The arrays of one file. Where their names do not say so, `isTest` says which images they are of. */
export interface ArrayGroup {
  readonly isTest: boolean;
  readonly arrays: readonly NamedArray[];
}

/** Joins the pairs of all groups in order; `format` says what their files are. @throws DatasetError where there is none, or they do not fit each other. */
export async function setOfArrays(
  groups: readonly ArrayGroup[],
  source: string,
  format: string,
): Promise<ImageDataset> {
  const found: { readonly role: Role; readonly split: ArraySplit }[] = [];
  for (const group of groups) {
    for (const role of ['train', 'test', 'val'] as const) {
      const split = await readPair(group, role);
      if (split !== undefined) found.push({ role, split });
    }
  }
  const [first, ...rest] = found.map(({ split }) => split);
  if (first === undefined) {
    const all = groups.flatMap(({ arrays }) => arrays);
    const names = all.slice(0, 12).map(({ name, shape }) => `${name} (${shape.join('×')})`);
    throw new DatasetError(
      `${source} has no images with labels among its arrays ${names.join(', ')}: names such as x_train, y_train, x_test, y_test, or images and labels, or data and label were expected.`,
    );
  }
  const shape = JSON.stringify(first.shape);
  if (rest.some((split) => JSON.stringify(split.shape) !== shape)) {
    throw new DatasetError(
      `${source} has images of different sizes: save all with the same channels, height and width.`,
    );
  }
  const hasTest = found.some(({ role }) => role === 'test');
  const notes: string[] = [];
  const of = (role: Role) => found.filter((each) => each.role === role).map(({ split }) => split.split);
  if (hasTest && of('val').length > 0)
    notes.push('The validation images (val) were passed over: the test images are used.');
  return assembleSet({
    name: setName(source),
    source: baseName(source),
    format,
    ...first.shape,
    train: joinSplits(of('train')),
    test: joinSplits(of(hasTest ? 'test' : 'val')),
    notes,
  });
}

async function readPair({ arrays, isTest }: ArrayGroup, role: Role): Promise<ArraySplit | undefined> {
  const own = arrays.filter(({ name }) => roleOf(name, isTest) === role);
  const images = own.filter((array) => !looksLikeLabels(array) && array.shape.length >= 2);
  const labels = own.filter(looksLikeLabels);
  const [image] = images;
  const [label] = labels;
  if (image === undefined || label === undefined) return undefined;
  if (images.length > 1 || labels.length > 1) {
    const names = own.map(({ name }) => name).join(', ');
    throw new DatasetError(`It is not clear which arrays are the ${role} images and labels: ${names}. Leave one pair.`);
  }
  return splitOfArrays(await image.read(), await label.read());
}

function roleOf(name: string, isTest: boolean): Role {
  if (/(^|[^a-z])(val|valid|validation)([^a-z]|$)/i.test(name)) return 'val';
  return isTest || /(^|[^a-z])(test|te|t10k)([^a-z]|$)|^[xy](test|te)$/i.test(name) ? 'test' : 'train';
}

function looksLikeLabels({ name, shape }: NamedArray): boolean {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return true;
  return /(^|[^a-z])(y|labels?|targets?|classes|onehot)([^a-z]|$)|^y(train|test|tr|te|val)$/i.test(name);
}
