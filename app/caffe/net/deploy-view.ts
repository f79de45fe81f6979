/**
 * The net as it is used once it has learned: inputs in the place of data layers, no labels, no losses, no accuracies;
 * a loss that holds a prediction leaves that prediction (Softmax, Sigmoid). Made of the view of the TEST phase, so that
 * nothing is parsed for it.
 */
import type { BlobView, LayerView, NetView } from './net-view.ts';

/** What is left of a loss: the layer that Caffe's own deploy files have in its place. */
const PREDICTIONS: Readonly<Record<string, string>> = {
  SoftmaxWithLoss: 'Softmax',
  SoftmaxLoss: 'Softmax',
  SigmoidCrossEntropyLoss: 'Sigmoid',
};

const isData = ({ bottoms, tops, type }: LayerView): boolean =>
  bottoms.length === 0 && tops.length > 0 && type !== 'Input' && type !== 'Parameter';

/** Losses of side branches that only help to train have a weight below one. */
function isAuxiliary(layer: LayerView): boolean {
  const weight = layer.settings.find(({ path }) => path === 'loss_weight')?.value;
  return weight !== undefined && Number.parseFloat(weight) < 1;
}

interface Kept {
  readonly layer: LayerView;
  /** Index of the layer in the view of the TEST phase that it is, or stands in for. */
  readonly from: number;
}

/** The net for inference that belongs to the net of the TEST phase. */
export function deployView(test: NetView): NetView {
  const labels = new Set<string>();
  const kept: Kept[] = [];
  const taken = new Set(test.layers.map(({ name }) => name));
  test.layers.forEach((layer, from) => {
    const [first] = layer.tops;
    if (isData(layer)) {
      if (first === undefined) return;
      for (const top of layer.tops.slice(1)) labels.add(top);
      const name = test.blobs.find(({ id }) => id === first)?.name ?? first;
      kept.push({ from, layer: { ...layer, name, type: 'Input', tops: [first], summary: '', settings: [], doc: '' } });
      return;
    }
    const readsLabel = layer.bottoms.some((bottom) => labels.has(bottom));
    const judges = /Loss$|^Accuracy$/.test(layer.type);
    if (!judges && !readsLabel) {
      kept.push({ layer, from });
      return;
    }
    const type = PREDICTIONS[layer.type];
    const [bottom] = layer.bottoms;
    if (type === undefined || bottom === undefined || isAuxiliary(layer) || labels.has(bottom)) {
      // What is made from labels alone is a label itself.
      if (layer.bottoms.every((blob) => labels.has(blob))) for (const top of layer.tops) labels.add(top);
      if (!judges) for (const top of layer.tops) labels.add(top);
      return;
    }
    let name = 'prob';
    for (let i = 2; taken.has(name); i++) name = `prob${i}`;
    taken.add(name);
    const top = first ?? name;
    const view = {
      ...layer,
      name,
      type,
      bottoms: [bottom],
      tops: [top],
      family: type === 'Softmax' ? ('loss' as const) : ('activation' as const),
    };
    kept.push({ from, layer: { ...view, summary: '', settings: [], doc: '', params: [] } });
  });
  return assemble(test, withoutDeadEnds(test, kept, judged(test)));
}

/** The blobs that the net is there for: those that its losses judge, or its accuracies where it has no loss. */
function judged(test: NetView): ReadonlySet<string> {
  const losses = test.layers.filter((layer) => layer.type.endsWith('Loss') && !isAuxiliary(layer));
  const judges = losses.length > 0 ? losses : test.layers.filter(({ type }) => type === 'Accuracy');
  return new Set(judges.flatMap(({ bottoms }) => bottoms));
}

/** Takes out what only led to a layer that is gone, but for what the net is there for. */
function withoutDeadEnds(test: NetView, kept: readonly Kept[], ends: ReadonlySet<string>): Kept[] {
  const wasRead = new Set(test.blobs.flatMap(({ id, consumers }) => (consumers.length > 0 ? [id] : [])));
  let left = [...kept];
  for (;;) {
    const read = new Set(left.flatMap(({ layer }) => layer.bottoms));
    const next = left.filter(({ layer }) =>
      layer.tops.some((top) => read.has(top) || ends.has(top) || !wasRead.has(top)),
    );
    if (next.length === left.length) return next;
    left = next;
  }
}

function assemble(test: NetView, kept: readonly Kept[]): NetView {
  const places = new Map(kept.map(({ from }, index) => [from, index]));
  const byId = new Map(test.blobs.map((blob) => [blob.id, blob]));
  const blobs: BlobView[] = kept.flatMap(({ layer, from }, producer) =>
    layer.tops.flatMap((top) => {
      const blob = byId.get(top);
      if (blob === undefined) return [];
      const consumers = blob.consumers.flatMap(({ layer: reader, bottomIndex }) => {
        const place = places.get(reader);
        return place === undefined || kept[place]?.layer.bottoms[bottomIndex] !== top
          ? []
          : [{ layer: place, bottomIndex }];
      });
      // A prediction has the shape of what it is made of, not that of the loss.
      const isPrediction = layer.type !== test.layers[from]?.type && layer.bottoms.length > 0;
      const name = isPrediction ? layer.name : blob.name;
      const shape = isPrediction ? byId.get(layer.bottoms[0] ?? '')?.shape : blob.shape;
      return [{ id: blob.id, name, shape, producer, consumers }];
    }),
  );
  const layers = kept.map(({ layer }) => layer);
  const outputs = blobs.filter(({ consumers }) => consumers.length === 0).map(({ name }) => name);
  return { ...test, layers, blobs, outputs };
}
