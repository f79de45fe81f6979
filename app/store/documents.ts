/** The documents there are, as the bar, the palette and the menus show them. Kept and changed by `app/shell/documents`. */
import { create } from 'zustand';
import type { DocumentEntry } from './stored-documents.ts';

export interface DocumentsState {
  /** All documents, the last changed first; made anew when a menu asks for it. */
  readonly list: readonly DocumentEntry[];
  /** Whether a person has changed the document on the page. */
  readonly edited: boolean;
  /** Whether all of it is kept: `waiting` for a moment after each change, `failed` while the storage is full. */
  readonly saving: 'saved' | 'waiting' | 'failed';
}

export const useDocuments = create<DocumentsState>()(() => ({ list: [], edited: false, saving: 'saved' }));
