/**
 * Documents in the browser's local storage, each under a key of its own, so that tabs of the page never write over each
 * other's. A revision tells whether another tab has written since. Pure but for the storage it is given.
 */
import type { KeptStorage } from './persist.ts';
import type { Sidecar } from './sidecar.ts';
import { sidecarOf } from './sidecar-values.ts';

/** A document as it is kept. */
export interface StoredDocument {
  readonly id: string;
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
  readonly sidecar: Sidecar;
  /** Name of the example it came from, for the trained weights that go with it. */
  readonly example: string | undefined;
  /** Whether a person has changed it: what nobody has touched may make room for the next. */
  readonly edited: boolean;
  /** When it was last changed, in milliseconds since the epoch. */
  readonly changed: number;
  /** Another one with each writing. */
  readonly revision: string;
}

/** A document in a list. */
export type DocumentEntry = Pick<StoredDocument, 'id' | 'name' | 'changed'>;

/** The part of Web Storage that is needed, so that tests can pass their own. */
export type DocumentStorage = KeptStorage & Pick<Storage, 'removeItem' | 'key' | 'length'>;

const PREFIX = 'crema.document.';

/** The storage key of a document. */
export const documentKey = (id: string): string => PREFIX + id;

/** The id of the document that a storage key is for, if it is for one. */
export const idOfKey = (key: string): string | undefined =>
  key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;

/** The document of an id; undefined where there is none, or none that can be read. */
export function readDocument(storage: DocumentStorage, id: string): StoredDocument | undefined {
  const text = storage.getItem(documentKey(id));
  return text === null ? undefined : documentOf(id, text);
}

/** Keeps a document. Throws what the storage throws: `QuotaExceededError` where it is full. */
export function writeDocument(storage: DocumentStorage, document: StoredDocument): void {
  const { id, ...kept } = document;
  storage.setItem(documentKey(id), JSON.stringify(kept));
}

/** Removes a document. */
export function removeDocument(storage: DocumentStorage, id: string): void {
  storage.removeItem(documentKey(id));
}

/** All documents, the last changed first. */
export function listDocuments(storage: DocumentStorage): readonly StoredDocument[] {
  const documents: StoredDocument[] = [];
  for (let i = 0; i < storage.length; i++) {
    const id = idOfKey(storage.key(i) ?? '');
    const document = id === undefined ? undefined : readDocument(storage, id);
    if (document !== undefined) documents.push(document);
  }
  return documents.sort((a, b) => b.changed - a.changed);
}

/** A name that none of the others has: `lenet`, `lenet 2`. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  const stem = name.replace(/ \d+$/, '');
  for (let i = 2; ; i++) if (!taken.includes(`${stem} ${i}`)) return `${stem} ${i}`;
}

/** Texts have one kind of line end on the page, as the editor has. */
export const withPlainLines = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');

function documentOf(id: string, text: string): StoredDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Written by another version or another hand: not a document of this page.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, netText, solverText, sidecar, example, edited, changed, revision } = value as Record<string, unknown>;
  if (typeof netText !== 'string' || typeof solverText !== 'string') return undefined;
  return {
    id,
    name: typeof name === 'string' && name !== '' ? name : 'untitled',
    netText,
    solverText,
    sidecar: sidecarOf(sidecar),
    example: typeof example === 'string' ? example : undefined,
    edited: edited === true,
    changed: typeof changed === 'number' ? changed : 0,
    revision: typeof revision === 'string' ? revision : '',
  };
}
