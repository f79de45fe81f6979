/** Bottoms that each layer type accepts with the settings of its template: for the page of layer types, and for tests. */
import type { LayerInfo, Shape } from '../caffe/net/layer-table.ts';

const image: Shape = [2, 4, 16, 16];
const scores: Shape = [4, 10];
const labels: Shape = [4];

const bottoms: Readonly<Record<string, readonly Shape[]>> = {
  Accuracy: [scores, labels],
  Axpy: [[2, 4], image, image],
  BatchReindex: [scores, labels],
  ContrastiveLoss: [scores, scores, labels],
  Crop: [image, [2, 4, 8, 8]],
  Eltwise: [image, image],
  EuclideanLoss: [scores, scores],
  Filter: [scores, labels],
  HDF5Output: [scores, labels],
  HingeLoss: [scores, labels],
  InfogainLoss: [scores, labels, [10, 10]],
  LSTM: [
    [5, 2, 3],
    [5, 2],
  ],
  LSTMUnit: [
    [1, 2, 3],
    [1, 2, 12],
    [1, 2],
  ],
  MultinomialLogisticLoss: [scores, labels],
  RNN: [
    [5, 2, 3],
    [5, 2],
  ],
  ROIPooling: [image, [3, 5]],
  SigmoidCrossEntropyLoss: [scores, scores],
  SmoothL1Loss: [scores, scores],
  SoftmaxWithLoss: [scores, labels],
};

const tops: Readonly<Record<string, readonly string[]>> = {
  HDF5Output: [],
  LSTMUnit: ['x', 'y'],
  MemoryData: ['y', 'label'],
  Silence: [],
  Slice: ['x', 'y'],
};

/** Shapes of bottoms for a layer of this type, and names of its tops. */
export const sampleOf = (
  info: LayerInfo,
): { readonly bottoms: readonly Shape[]; readonly tops: readonly string[] } => ({
  bottoms: info.source === true || info.bottoms.max === 0 ? [] : (bottoms[info.type] ?? [image]),
  tops: tops[info.type] ?? ['y'],
});
