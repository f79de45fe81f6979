/**
 * Keeps the document on the page in the browser's storage: a moment after each change, and when the page goes. Several tabs
 * may show one document: a tab that rests follows the one in which something changes; where both changed, the later one
 * goes on as a document of its own, so that neither loses anything.
 */
import { useDocument } from '../../store/document.ts';
import { useDocuments } from '../../store/documents.ts';
import { useGallery } from '../../store/gallery.ts';
import { copyHistory, forgetHistory, replaceTexts } from '../../store/history-store.ts';
import { notify, remark } from '../../store/notices.ts';
import type { KeptStorage } from '../../store/persist.ts';
import { PLAIN_SIDECAR, useSidecar, type Sidecar } from '../../store/sidecar.ts';
import {
  freeName,
  idOfKey,
  listDocuments,
  readDocument,
  removeDocument,
  withPlainLines,
  writeDocument,
  type DocumentStorage,
  type StoredDocument,
} from '../../store/stored-documents.ts';

/** What a new document is made of. */
export interface NewDocument {
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
  readonly sidecar?: Sidecar;
  readonly example?: string | undefined;
}

/** Where the id of a tab's document is kept for a reload of that tab, and of the last one for a new tab. */
const CURRENT = 'crema.current-document';

/** From a change to its being kept, in milliseconds. */
const DELAY = 300;

const FULL =
  'This document cannot be kept any more: the storage that the browser gives this page is full. Save it to a file, or delete documents that you no longer need.';

export class DocumentKeeper {
  readonly #storage: DocumentStorage;
  readonly #tab: KeptStorage;
  /** Of the stored document as this tab last read or wrote it; undefined where it is not stored. */
  #revision: string | undefined;
  #dirty = false;
  /** The change under way comes from the storage. */
  #quiet = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `storage` is shared by all tabs, `tab` is this one's own. */
  constructor(storage: DocumentStorage, tab: KeptStorage) {
    this.#storage = storage;
    this.#tab = tab;
  }

  /** Follows the document from now on; returns the function that ends it and keeps what is not kept yet. */
  start(): () => void {
    const leaves = [
      useDocument.subscribe((now, before) => {
        if (now.id !== before.id) return;
        const changed =
          now.netText !== before.netText || now.solverText !== before.solverText || now.name !== before.name;
        if (changed) this.#changed(true);
      }),
      useSidecar.subscribe(() => this.#changed(false)),
      useGallery.subscribe((now, before) => {
        if (now.opened !== before.opened) this.#changed(false);
      }),
    ];
    return () => {
      leaves.forEach((leave) => leave());
      this.save();
    };
  }

  /** Shows the document that this tab had, else the last one of any tab, else the newest; false where there is none. */
  restore(): boolean {
    const ids = [this.#tab.getItem(CURRENT), this.#storage.getItem(CURRENT), listDocuments(this.#storage)[0]?.id];
    return ids.some((id) => id != null && this.show(id));
  }

  /** Shows a stored document; false where there is none of that id. */
  show(id: string): boolean {
    const stored = readDocument(this.#storage, id);
    if (stored === undefined) return false;
    this.save();
    this.#revision = stored.revision;
    this.#put(stored);
    return true;
  }

  /** Makes a document and shows it. One that nobody has changed makes room for it. */
  create(content: NewDocument): void {
    this.save();
    const { id: before } = useDocument.getState();
    const replaced = before !== '' && !useDocuments.getState().edited;
    const others = this.list().filter(({ id }) => !(replaced && id === before));
    const name = freeName(
      content.name.trim() === '' ? 'untitled' : content.name.trim(),
      others.map((other) => other.name),
    );
    this.#revision = undefined;
    this.#put({
      id: newId(),
      name,
      netText: withPlainLines(content.netText),
      solverText: withPlainLines(content.solverText),
      sidecar: content.sidecar ?? PLAIN_SIDECAR,
      example: content.example,
      edited: false,
      changed: Date.now(),
      revision: '',
    });
    if (replaced) this.remove(before);
    this.#dirty = true;
    this.save();
  }

  /** Every stored document, the last changed first. */
  list(): readonly StoredDocument[] {
    return listDocuments(this.#storage);
  }

  /** Makes the list of the menus anew. */
  refreshList(): void {
    useDocuments.setState({ list: this.list().map(({ id, name, changed }) => ({ id, name, changed })) });
  }

  /** Removes a document from the storage. The one on the page would be kept again with its next change. */
  remove(id: string): void {
    removeDocument(this.#storage, id);
    forgetHistory(id);
  }

  /** Puts a removed document back as it was, and shows it. */
  bringBack(document: StoredDocument): void {
    writeDocument(this.#storage, document);
    this.show(document.id);
  }

  /** The document on the page as it would be kept now. */
  current(): StoredDocument {
    const { id, name, netText, solverText } = useDocument.getState();
    return {
      id,
      name: name.trim() === '' ? 'untitled' : name,
      netText,
      solverText,
      sidecar: useSidecar.getState(),
      example: useGallery.getState().opened,
      edited: useDocuments.getState().edited,
      changed: Date.now(),
      revision: newId(),
    };
  }

  /** The document on the page is worth keeping even if nobody changes it further. */
  markEdited(): void {
    useDocuments.setState({ edited: true });
    this.#dirty = true;
    this.save();
  }

  /** Keeps now what waits to be kept. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#dirty) return;
    const document = this.current();
    if (document.id === '') return;
    const stored = readDocument(this.#storage, document.id);
    const overtaken = stored !== undefined && stored.revision !== this.#revision && !isSameText(stored, document);
    if (overtaken) this.#fork(document);
    else this.#write(document);
  }

  /** Another tab has changed the storage under a key. */
  heard(key: string | null): void {
    const id = idOfKey(key ?? '');
    if (id === undefined || id !== useDocument.getState().id) return;
    const stored = readDocument(this.#storage, id);
    if (stored === undefined) {
      this.#revision = undefined;
      remark(
        `${useDocument.getState().name} was deleted in another tab. It stays open here, and is kept with its next change.`,
      );
    } else if (stored.revision !== this.#revision) {
      if (this.#dirty) this.save();
      else this.#adopt(stored);
    }
  }

  #changed(byPerson: boolean): void {
    if (this.#quiet) return;
    this.#dirty = true;
    if (byPerson && !useDocuments.getState().edited) useDocuments.setState({ edited: true });
    if (useDocuments.getState().saving === 'saved') useDocuments.setState({ saving: 'waiting' });
    this.#timer ??= setTimeout(() => this.save(), DELAY);
  }

  /** Shows a document without taking that for a change. */
  #put(document: StoredDocument): void {
    this.#quietly(() => {
      useSidecar.setState(document.sidecar, true);
      useGallery.setState({ opened: document.example });
      useDocuments.setState({ edited: document.edited, saving: 'saved' });
      const { id, name, netText, solverText } = document;
      useDocument.setState({ id, name, netText, solverText, selection: [] });
    });
    this.#dirty = false;
    this.#tab.setItem(CURRENT, document.id);
    this.#keepLast(document.id);
  }

  /** Takes over what another tab made of the document, as a step that can be undone. */
  #adopt(stored: StoredDocument): void {
    this.#revision = stored.revision;
    this.#quietly(() => {
      replaceTexts(
        { name: stored.name, netText: stored.netText, solverText: stored.solverText },
        'Change in another tab',
      );
      useSidecar.setState(stored.sidecar, true);
      useGallery.setState({ opened: stored.example });
      useDocuments.setState({ edited: stored.edited });
    });
  }

  /** The document goes on under another id, since another tab has changed the one of this id meanwhile. */
  #fork(document: StoredDocument): void {
    const names = this.list().map(({ name }) => name);
    const fork = { ...document, id: newId(), name: freeName(document.name, names) };
    copyHistory(fork.id);
    this.#revision = undefined;
    this.#quietly(() => useDocument.setState({ id: fork.id, name: fork.name }));
    this.#tab.setItem(CURRENT, fork.id);
    this.#write(fork);
    remark(`${document.name} was changed in another tab at the same time. What you have here goes on as ${fork.name}.`);
  }

  #write(document: StoredDocument): void {
    try {
      writeDocument(this.#storage, document);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'QuotaExceededError') throw error;
      // Said once, until there is room again; the next change tries again.
      if (useDocuments.getState().saving !== 'failed') notify({ code: 'storage', message: FULL });
      useDocuments.setState({ saving: 'failed' });
      return;
    }
    this.#dirty = false;
    this.#revision = document.revision;
    useDocuments.setState({ saving: 'saved' });
  }

  #keepLast(id: string): void {
    try {
      this.#storage.setItem(CURRENT, id);
    } catch (error) {
      // A full storage is said where a document is kept; which one was last is of no great moment.
      if (!(error instanceof Error) || error.name !== 'QuotaExceededError') throw error;
    }
  }

  #quietly(work: () => void): void {
    this.#quiet = true;
    try {
      work();
    } finally {
      this.#quiet = false;
    }
  }
}

const isSameText = (a: StoredDocument, b: StoredDocument): boolean =>
  a.netText === b.netText && a.solverText === b.solverText && a.name === b.name;

/** A new id; made of random numbers, since `randomUUID` is kept from pages without HTTPS. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((word) => word.toString(36)).join('');
}
