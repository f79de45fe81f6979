/** Classifying a test image or the user's own with the weights at hand. */
import { useClassify, type ClassifyInput } from '../../store/classify.ts';
import { useDataset } from '../../store/dataset.ts';
import { useDocument } from '../../store/document.ts';
import { useView } from '../../store/view.ts';
import { WorkerError } from '../../workers/failure.ts';
import { planarPixels } from '../planar-pixels.ts';
import { attempt, train } from './workers.ts';

/** Shows an image in the Classify tab and, where there are weights, what the net says of it. */
export async function classify(input: ClassifyInput): Promise<void> {
  useClassify.setState({ input, busy: true, failure: undefined });
  const { netText } = useDocument.getState();
  const result = await attempt(
    () =>
      train.call({
        kind: 'classify',
        netText,
        image: input.kind === 'test' ? { kind: 'test', index: input.index } : { kind: 'pixels', data: input.pixels },
      }),
    (failure) => {
      if (useClassify.getState().input === input) useClassify.setState({ failure, result: undefined, busy: false });
    },
  );
  // An answer that comes after another image was chosen is of no use.
  if (result !== undefined && useClassify.getState().input === input) useClassify.setState({ result, busy: false });
}

/** Brings an image file to the size of the data set and classifies it. */
export async function classifyFile(file: File): Promise<void> {
  useView.setState({ monitorTab: 'classify' });
  await attempt(
    async () => {
      const { opened } = useDataset.getState();
      if (opened === undefined) {
        throw new WorkerError({
          code: 'dataset',
          message: 'An image is brought to the size of the data set, and none is open yet.',
        });
      }
      const pixels = await planarPixels(file, opened.dataset);
      await classify({ kind: 'own', name: file.name, pixels });
    },
    (failure) => useClassify.setState({ failure }),
  );
}
