/** The networks of `public/models`, as tests read them: the manifest, its texts, and what is known of each from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layerTable } from '../../layers/index.ts';
import { buildNet, type BuildOptions } from '../net/build-net.ts';
import type { TypedNet } from '../net/typed-net.ts';
import type { Phase } from '../schema/net-messages.ts';

/** The two forms of a network. */
export type NetForm = 'train_test' | 'deploy';

/** An entry of the manifest; file names are relative to the folder. */
export interface GalleryEntry {
  readonly name: string;
  readonly title: string;
  readonly task: string;
  readonly description: string;
  /** The data set that it trains on in a browser. */
  readonly trainable?: 'CIFAR-10' | 'MNIST';
  readonly files: Readonly<Partial<Record<NetForm | 'solver' | 'weights' | 'thumbnail', string>>>;
}

/** The folder of the gallery. */
export const galleryFolder = fileURLToPath(new URL('../../../public/models', import.meta.url));

/** A text of the gallery. */
export const galleryText = (file: string): string => readFileSync(join(galleryFolder, file), 'utf8');

/** All entries, in the manifest's order. */
export const galleryEntries: readonly GalleryEntry[] = (
  JSON.parse(galleryText('manifest.json')) as { readonly models: readonly GalleryEntry[] }
).models;

/** Each network text of the gallery: entry, form and file. */
export const galleryNets: readonly (readonly [file: string, form: NetForm, entry: GalleryEntry])[] =
  galleryEntries.flatMap((entry) =>
    (['train_test', 'deploy'] as const).flatMap((form) => {
      const file = entry.files[form];
      return file === undefined ? [] : [[file, form, entry] as const];
    }),
  );

/** Builds a network of the gallery with the records it was made for. */
export function galleryNet(file: string, phase: Phase, options: Partial<BuildOptions> = {}): TypedNet {
  const entry = galleryEntries.find(({ name }) => name === file.split('/')[0]);
  const record = entry?.trainable === 'MNIST' ? [1, 28, 28] : entry?.trainable === 'CIFAR-10' ? [3, 32, 32] : undefined;
  return buildNet(galleryText(file), { phase, layers: layerTable, record, ...options });
}
