/** The export under way: what the worker does for it, and how far it is. */
import { create } from 'zustand';
import type { Homes } from './persist.ts';
import type { JobProgress } from './run.ts';

export interface ExportingState {
  /** Undefined while nothing is being exported. */
  readonly job: JobProgress | undefined;
}

/** Where each value lives. */
export const exportingHomes: Homes<ExportingState> = { job: 'memory' };

export const useExporting = create<ExportingState>()(() => ({ job: undefined }));
