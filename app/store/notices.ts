/** Sentences shown under the bar until they are dismissed: failures that belong to no panel. */
import { create } from 'zustand';
import type { WorkerFailure } from '../workers/protocol.ts';
import type { Homes } from './persist.ts';

export interface Notice {
  readonly id: number;
  readonly message: string;
}

export interface NoticesState {
  readonly notices: readonly Notice[];
}

/** Where each value lives. */
export const noticesHomes: Homes<NoticesState> = { notices: 'memory' };

export const useNotices = create<NoticesState>()(() => ({ notices: [] }));

let nextId = 1;

/** Shows a sentence under the bar, once even when it comes again. A job that was cancelled needs no word. */
export function notify(failure: Pick<WorkerFailure, 'code' | 'message'>): void {
  if (failure.code === 'cancelled') return;
  useNotices.setState(({ notices }) => ({
    notices: [
      ...notices.filter(({ message }) => message !== failure.message),
      { id: nextId++, message: failure.message },
    ].slice(-4),
  }));
}

/** Takes a sentence away. */
export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
