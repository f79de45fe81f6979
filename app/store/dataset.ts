/** The data set in use and the others kept in this browser. The worker and OPFS hold them; this is what the page shows. */
import { create } from 'zustand';
import type { DatasetSummary, SetFacts } from '../data/dataset.ts';
import type { ImportSettings, OpenedDataset, StorageUse, WorkerFailure } from '../workers/protocol.ts';
import type { Homes } from './persist.ts';
import type { JobProgress } from './run.ts';

export interface DatasetState {
  readonly opened: OpenedDataset | undefined;
  /** All sets kept in this browser, the one in use among them. */
  readonly sets: readonly DatasetSummary[];
  /** What the data worker is doing, and how far it is. */
  readonly job: JobProgress | undefined;
  readonly failure: WorkerFailure | undefined;
  /** What this page takes up in the browser, where that is known. */
  readonly storage: StorageUse | undefined;
  /** What was found out about sets in this visit, by their names. */
  readonly facts: Readonly<Record<string, SetFacts>>;
  /** The examination that goes on, and how far it is. */
  readonly examining: JobProgress | undefined;
  /** What pictures are brought to when they are read next. */
  readonly pictures: NonNullable<ImportSettings['images']>;
  /** The files that a set was read from in this visit: it can be read again with other settings. */
  readonly lastRead: { readonly name: string; readonly files: readonly ReadFile[] } | undefined;
}

/** A file that was dropped or chosen. */
export interface ReadFile {
  readonly path: string;
  readonly file: File;
}

/** Where each value lives: the worker remembers sets and choice in OPFS. */
export const datasetHomes: Homes<DatasetState> = {
  opened: 'memory',
  sets: 'memory',
  job: 'memory',
  failure: 'memory',
  storage: 'memory',
  facts: 'memory',
  examining: 'memory',
  pictures: 'memory',
  lastRead: 'memory',
};

export const useDataset = create<DatasetState>()(() => ({
  opened: undefined,
  sets: [],
  job: undefined,
  failure: undefined,
  storage: undefined,
  facts: {},
  examining: undefined,
  pictures: {},
  lastRead: undefined,
}));
