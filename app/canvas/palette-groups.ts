/** Which layers the palette offers, by family, and which of them a search finds. Pure. */
import type { Family, LayerInfo } from '../caffe/net/layer-table.ts';

/** Families in the order of the palette, with what they are called there. */
export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  vision: 'Vision',
  pooling: 'Pooling',
  activation: 'Activation',
  normalise: 'Normalise',
  connect: 'Connect',
  combine: 'Combine',
  reshape: 'Reshape',
  loss: 'Loss',
  data: 'Data',
  utility: 'Utility',
};

/** What most nets are made of: all that the palette shows until one searches or asks for the rest. */
const COMMON: readonly string[] = [
  'Convolution',
  'Deconvolution',
  'Pooling',
  'ReLU',
  'Sigmoid',
  'TanH',
  'Dropout',
  'BatchNorm',
  'Scale',
  'LRN',
  'InnerProduct',
  'Concat',
  'Eltwise',
  'Flatten',
  'SoftmaxWithLoss',
  'Softmax',
  'Accuracy',
  'Data',
  'Input',
];

export interface PaletteGroup {
  readonly family: Family;
  readonly name: string;
  readonly layers: readonly LayerInfo[];
}

/**
 * How well a layer answers a search, 0 for best; undefined when it does not. A type that begins with the word comes
 * first, then one that contains it, then one whose description does.
 */
function rank(layer: LayerInfo, query: string): number | undefined {
  const type = layer.type.toLowerCase();
  if (type.startsWith(query)) return 0;
  if (type.includes(query)) return 1;
  return layer.doc.toLowerCase().includes(query) ? 2 : undefined;
}

const commonness = ({ type }: LayerInfo): number => {
  const place = COMMON.indexOf(type);
  return place < 0 ? COMMON.length : place;
};

/**
 * Layers in groups by family, the common ones first; empty groups are left out. A search finds all whose type, or failing
 * that whose description, contains it, best first. Without a search only the common ones, unless `all` are wanted.
 */
export function paletteGroups(layers: readonly LayerInfo[], search: string, all: boolean): PaletteGroup[] {
  const query = search.trim().toLowerCase();
  const found = layers
    .filter((layer) => all || query !== '' || COMMON.includes(layer.type))
    .map((layer) => ({ layer, rank: query === '' ? 0 : rank(layer, query) }))
    .filter((item): item is { layer: LayerInfo; rank: number } => item.rank !== undefined);
  const best = found.reduce((least, item) => Math.min(least, item.rank), 2);
  // Descriptions count only where no type does: a search for "relu" means the layer, not who mentions it.
  const kept = best < 2 ? found.filter((item) => item.rank < 2) : found;
  const groups = (Object.keys(FAMILY_NAMES) as Family[]).map((family) => ({
    family,
    name: FAMILY_NAMES[family],
    ranked: kept
      .filter(({ layer }) => layer.family === family)
      .sort((a, b) => a.rank - b.rank || commonness(a.layer) - commonness(b.layer)),
  }));
  return groups
    .filter(({ ranked }) => ranked.length > 0)
    .sort((a, b) => (query === '' ? 0 : (a.ranked[0]?.rank ?? 2) - (b.ranked[0]?.rank ?? 2)))
    .map(({ family, name, ranked }) => ({ family, name, layers: ranked.map(({ layer }) => layer) }));
}
