/** Sentences under the bar: failures that belong to no panel until they are dismissed, and passing remarks, some with an action. */
import { create } from 'zustand';
import type { WorkerFailure } from '../workers/protocol.ts';
import type { Homes } from './persist.ts';

/** What can be done about a remark, with one button. */
export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly message: string;
  /** A failure interrupts; a remark does not. */
  readonly tone: 'failure' | 'remark';
  readonly action?: NoticeAction;
}

export interface NoticesState {
  readonly notices: readonly Notice[];
}

/** Where each value lives. */
export const noticesHomes: Homes<NoticesState> = { notices: 'memory' };

export const useNotices = create<NoticesState>()(() => ({ notices: [] }));

let nextId = 1;

/** How long a remark stays, in milliseconds: without an action, long enough to be read; with one, to be thought about. */
const REMARK_STAYS = 6_000;
const OFFER_STAYS = 30_000;

/** Shows a sentence under the bar, once even when it comes again. A job that was cancelled needs no word. */
export function notify(failure: Pick<WorkerFailure, 'code' | 'message'>): void {
  if (failure.code === 'cancelled') return;
  show({ message: failure.message, tone: 'failure' });
}

/** Shows a remark under the bar for a while: why something cannot be done now, what was done, what could be. */
export function remark(message: string, action?: NoticeAction): void {
  const id = show({ message, tone: 'remark', ...(action === undefined ? {} : { action }) });
  setTimeout(() => dismiss(id), action === undefined ? REMARK_STAYS : OFFER_STAYS);
}

function show(notice: Omit<Notice, 'id'>): number {
  const id = nextId++;
  useNotices.setState(({ notices }) => ({
    notices: [...notices.filter(({ message }) => message !== notice.message), { ...notice, id }].slice(-4),
  }));
  return id;
}

/** Takes a sentence away. */
export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
