/**
 * Which data set a net's data layers read. A layer names a source, as Caffe does, and no path means anything here: a source is bound to a set
 * by the user's choice, which is remembered, or to the set that is called like it.
 */
import { create } from 'zustand';
import type { NetView } from '../caffe/net/net-view.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { DatasetSummary } from '../data/dataset.ts';
import type { Homes } from './persist.ts';

export interface BindingsState {
  /** Name of the set chosen for a source. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** Where each value lives. */
export const bindingsHomes: Homes<BindingsState> = { chosen: 'local' };

export const useBindings = create<BindingsState>()(() => ({ chosen: {} }));

/** A data layer and what it names. */
export interface DataLayer {
  readonly layer: string;
  readonly phase: Phase;
  readonly source: string;
}

/** The data layers of both phases that name a source, in the order of the text. */
export function dataLayersOf(nets: Readonly<Record<Phase, NetView>> | undefined): DataLayer[] {
  if (nets === undefined) return [];
  const found: DataLayer[] = [];
  for (const phase of ['TRAIN', 'TEST'] as const) {
    for (const { name, family, settings } of nets[phase].layers) {
      const setting = settings.find(({ path }) => /^[a-z0-9_]*data_param\.source$/.test(path));
      const source = setting?.value.replace(/^"(.*)"$/, '$1') ?? '';
      if (family === 'data' && source !== '') found.push({ layer: name, phase, source });
    }
  }
  return found;
}

/** The set that a source stands for: chosen, or called like it; undefined where there is none. */
export function boundSet(
  source: string,
  sets: readonly Pick<DatasetSummary, 'name' | 'source'>[],
  chosen: BindingsState['chosen'],
): string | undefined {
  const own = chosen[source];
  if (own !== undefined && sets.some(({ name }) => name === own)) return own;
  const key = keyOf(source);
  if (key === '') return undefined;
  const isCalledSo = (set: Pick<DatasetSummary, 'name' | 'source'>) =>
    [set.name, ...set.source.split(' + ')].some((name) => name !== 'generated' && keyOf(name) === key);
  return sets.find(isCalledSo)?.name;
}

/** What a source or a set is called, without its folders and what says its form or its part: `cifar10` of `a/cifar10_train_lmdb`. */
function keyOf(name: string): string {
  const last = name.replace(/\/+$/, '').replace(/.*\//, '').toLowerCase();
  return last
    .replace(/\.(tar\.gz|tgz|tar|zip|npz|csv|h5|hdf5|parquet|txt|mdb)$/, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => !/^(|lmdb|leveldb|hdf5|h5|db|train|training|test|testing|val|validation|list)$/.test(word))
    .join('');
}

/** The sets that the two phases read, and the sources that stand for none. */
export interface Binding {
  readonly train: string | undefined;
  readonly test: string | undefined;
  readonly unbound: readonly string[];
}

/** Resolves all data layers. Of several in a phase the first that is found decides. */
export function bindingOf(
  layers: readonly DataLayer[],
  sets: readonly Pick<DatasetSummary, 'name' | 'source'>[],
  chosen: BindingsState['chosen'],
): Binding {
  const of = (phase: Phase) =>
    layers.flatMap((layer) => (layer.phase === phase ? (boundSet(layer.source, sets, chosen) ?? []) : []))[0];
  const unbound = layers.map(({ source }) => source).filter((source) => boundSet(source, sets, chosen) === undefined);
  return { train: of('TRAIN'), test: of('TEST'), unbound: [...new Set(unbound)] };
}
