/** The data set in use and the others kept in this browser. The worker and OPFS hold them; this is what the page shows. */
import { create } from 'zustand';
import type { DatasetSummary } from '../data/dataset.ts';
import type { OpenedDataset, StorageUse, WorkerFailure } from '../workers/protocol.ts';
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
}

/** Where each value lives: the worker remembers sets and choice in OPFS. */
export const datasetHomes: Homes<DatasetState> = {
  opened: 'memory',
  sets: 'memory',
  job: 'memory',
  failure: 'memory',
  storage: 'memory',
};

export const useDataset = create<DatasetState>()(() => ({
  opened: undefined,
  sets: [],
  job: undefined,
  failure: undefined,
  storage: undefined,
}));
