/** What the palette offers, by family, and what of it a search finds. Pure. */
import type { Family, LayerInfo } from '../caffe/net/layer-table.ts';
import type { BlockTemplate } from '../caffe/text/blocks/block-template.ts';
import { blockEntry, layerEntry, type PaletteEntry } from './palette-entry.ts';

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
  readonly key: Family | 'block';
  readonly name: string;
  readonly entries: readonly PaletteEntry[];
}

/**
 * How well an entry answers a search, 0 for best; undefined when it does not. A title that begins with the word comes
 * first, then one that contains it, then one whose description does.
 */
function rank({ title, doc }: PaletteEntry, query: string): number | undefined {
  const name = title.toLowerCase();
  if (name.startsWith(query)) return 0;
  if (name.includes(query)) return 1;
  return doc.toLowerCase().includes(query) ? 2 : undefined;
}

/** Common types first; blocks keep their order. */
const commonness = (entry: PaletteEntry): number => {
  if (entry.kind === 'block') return 0;
  const place = COMMON.indexOf(entry.layer.type);
  return place < 0 ? COMMON.length : place;
};

const groupOf = (entry: PaletteEntry): PaletteGroup['key'] => (entry.kind === 'block' ? 'block' : entry.layer.family);

/** Everything there is to offer: types of layers and ready-made blocks. */
export interface Offer {
  readonly layers: readonly LayerInfo[];
  readonly blocks: readonly BlockTemplate[];
}

/**
 * What is offered in groups by family, the common types first and the blocks last; empty groups are left out. A search
 * finds all whose title, or failing that whose description, contains it, best first. Without a search only the common
 * types, unless `all` are wanted.
 */
export function paletteGroups({ layers, blocks }: Offer, search: string, all: boolean): PaletteGroup[] {
  const query = search.trim().toLowerCase();
  const entries = [
    ...layers.filter(({ type }) => all || query !== '' || COMMON.includes(type)).map(layerEntry),
    ...blocks.map(blockEntry),
  ];
  const found = entries
    .map((entry) => ({ entry, rank: query === '' ? 0 : rank(entry, query) }))
    .filter((item): item is { entry: PaletteEntry; rank: number } => item.rank !== undefined);
  const best = found.reduce((least, item) => Math.min(least, item.rank), 2);
  // Descriptions count only where no title does: a search for "relu" means the layer, not who mentions it.
  const kept = best < 2 ? found.filter((item) => item.rank < 2) : found;
  const names: Readonly<Record<PaletteGroup['key'], string>> = { ...FAMILY_NAMES, block: 'Blocks' };
  const groups = (Object.keys(names) as PaletteGroup['key'][]).map((key) => ({
    key,
    name: names[key],
    ranked: kept
      .filter(({ entry }) => groupOf(entry) === key)
      .sort((a, b) => a.rank - b.rank || commonness(a.entry) - commonness(b.entry)),
  }));
  return groups
    .filter(({ ranked }) => ranked.length > 0)
    .sort((a, b) => (query === '' ? 0 : (a.ranked[0]?.rank ?? 2) - (b.ranked[0]?.rank ?? 2)))
    .map(({ key, name, ranked }) => ({ key, name, entries: ranked.map(({ entry }) => entry) }));
}
