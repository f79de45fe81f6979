/** One image of the page, or of the open data set, and its likeliest classes by name. */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { imageBytes } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { classify } from '../trainer/classify.ts';
import { WorkerError } from './failure.ts';
import type { Classification, ClassifyImage, OpenedDataset } from './protocol.ts';

/** Classifies an image. @throws WorkerError where it is not of the data set's size, and what `classify` throws. */
export async function classifyImage(
  engine: Engine,
  given: {
    readonly netText: string;
    readonly weights: Caffemodel;
    readonly image: ClassifyImage;
    readonly opened: OpenedDataset;
  },
): Promise<Classification> {
  const { netText, weights, image } = given;
  const { dataset, mean } = given.opened;
  const size = imageBytes(dataset);
  const pixels =
    image.kind === 'pixels' ? image.data : dataset.test.images.slice(image.index * size, (image.index + 1) * size);
  if (pixels.length !== size)
    throw new WorkerError({
      code: 'dataset',
      message: `The image has ${pixels.length} values where the data set's images have ${size}.`,
    });
  const record = [dataset.channels, dataset.height, dataset.width];
  const probabilities = await classify(engine, { netText, weights, image: pixels, record, mean });
  const top = Array.from(probabilities, (probability, label) => ({
    label,
    name: dataset.classNames[label] ?? `class ${label}`,
    probability,
  }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 5);
  return { top, truth: image.kind === 'test' ? dataset.test.labels[image.index] : undefined };
}
