/** Smaller sets out of a large one: its first images, some of each class, chosen classes. What is tried on a tenth is tried ten times as often. */
import { DatasetError, known, pickImages, type ImageDataset, type ImageSplit } from './image-dataset.ts';

/** What a subset keeps; what is left out keeps all. */
export interface SubsetChoice {
  /** Training images, the first of the set (of the chosen classes). */
  readonly first?: number;
  /** Training images of each class, the first of them. */
  readonly perClass?: number;
  /** Labels of the classes that are kept, of both splits; they are numbered anew, in their order. */
  readonly classes?: readonly number[];
}

/**
 * The chosen part of a set, under a name of its own. Test images are thinned in the same proportion as training images, class by class where
 * the choice is by class.
 *
 * @throws DatasetError where nothing would be left, or a number is none.
 */
export function subset(dataset: ImageDataset, choice: SubsetChoice, name: string): ImageDataset {
  for (const number of [choice.first, choice.perClass]) {
    if (number !== undefined && !(Number.isInteger(number) && number >= 1))
      throw new DatasetError(`A subset of ${number} images is none: give a whole number from 1 on.`);
  }
  const labels = choice.classes ?? dataset.classNames.map((_, label) => label);
  const places = new Map([...labels].sort((a, b) => a - b).map((label, place) => [label, place]));
  if (places.size < 2) throw new DatasetError('A network tells classes apart: choose two of them or more.');
  const share = Math.min(1, (choice.first ?? dataset.train.count) / Math.max(1, dataset.train.count));
  const train = chosen(dataset.train, places, choice.first, choice.perClass);
  const test = chosen(
    dataset.test,
    places,
    choice.first === undefined ? undefined : Math.max(1, Math.round(share * dataset.test.count)),
    choice.perClass === undefined ? undefined : testPerClass(dataset, choice.perClass),
  );
  if (train.length + test.length === 0) throw new DatasetError(`No image of ${dataset.name} is in this subset.`);
  const { channels, height, width, format, channelOrder, range } = dataset;
  return {
    name,
    source: `part of ${dataset.name}`,
    channels,
    height,
    width,
    ...known({ format, channelOrder, range }),
    classNames: dataset.classNames.filter((_, label) => places.has(label)),
    ...(choice.classes === undefined ? pickOthers(dataset, { train, test, from: 'own' }) : {}),
    train: relabelled(pickImages(dataset.train, train), places),
    test: relabelled(pickImages(dataset.test, test), places),
  };
}

/** As many test images of a class as go with so many training images of it: in the proportion of the whole set, one at least. */
function testPerClass({ train, test }: ImageDataset, perClass: number): number {
  return Math.max(1, Math.round((perClass * test.count) / Math.max(1, train.count)));
}

function chosen(
  split: ImageSplit,
  places: ReadonlyMap<number, number>,
  first: number | undefined,
  perClass: number | undefined,
): number[] {
  const taken = new Map<number, number>();
  const found: number[] = [];
  for (let i = 0; i < split.count && found.length < (first ?? Number.POSITIVE_INFINITY); i++) {
    const label = split.labels[i] as number;
    const before = taken.get(label) ?? 0;
    if (!places.has(label) || before >= (perClass ?? Number.POSITIVE_INFINITY)) continue;
    taken.set(label, before + 1);
    found.push(i);
  }
  return found;
}

function relabelled(split: ImageSplit, places: ReadonlyMap<number, number>): ImageSplit {
  return { ...split, labels: split.labels.map((label) => places.get(label) ?? 0) };
}

/** Places of images that make new splits: each from its own split, or both from the training images. */
interface Places {
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly from: 'own' | 'train';
}

/** A set's second labelling for images at these places; nothing where there is none. */
export function pickOthers(
  { otherLabels: other }: ImageDataset,
  { train, test, from }: Places,
): Pick<ImageDataset, 'otherLabels'> {
  if (other === undefined) return {};
  const pick = (labels: Uint16Array, places: readonly number[]) => Uint16Array.from(places, (i) => labels[i] as number);
  const testLabels = from === 'own' ? other.test : other.train;
  return { otherLabels: { ...other, train: pick(other.train, train), test: pick(testLabels, test) } };
}
