/**
 * The history of the document on the page: hears every change of its texts, whoever makes it, and takes them back. Each
 * document has its own for as long as the page is open.
 */
import { create } from 'zustand';
import type { TextEdit } from '../caffe/diagnostics.ts';
import { applyTextEdits, useDocument, type DocumentState, type TextName } from './document.ts';
import {
  addStep,
  addTyping,
  extendStep,
  NO_HISTORY,
  redoStep,
  spliceBetween,
  splicesOf,
  undoStep,
  type History,
  type Splice,
  type Texts,
  type Travelled,
} from './history.ts';

/** An undo or redo that was just done: where, and what of. */
export interface Travel {
  readonly direction: 'undo' | 'redo';
  /** The gesture; undefined for typing. */
  readonly label: string | undefined;
  readonly place: Travelled['place'];
}

export interface HistoryState extends History {
  /** The last undo or redo, a new object each time. */
  readonly travel: Travel | undefined;
}

export const useHistory = create<HistoryState>()(() => ({ ...NO_HISTORY, travel: undefined }));

const KEYS = { network: 'netText', solver: 'solverText' } as const;

/** The texts of a state by name. */
export const textsOf = ({ netText, solverText }: Pick<DocumentState, 'netText' | 'solverText'>): Texts => ({
  network: netText,
  solver: solverText,
});

interface Gesture {
  readonly label: string;
  /** Empty where the difference of the texts tells them. */
  readonly splices: readonly Splice[];
}

/** What the change under way is, for the listener that hears of it. */
let source: Gesture | 'history' | undefined;
/** The label of the gesture whose further edits, made before the browser has its turn, belong to the same step. */
let openGesture: string | undefined;

function applyEdits(name: TextName, edits: readonly TextEdit[], label: string): void {
  const before = textsOf(useDocument.getState())[name];
  const splices = splicesOf(name, before, edits);
  if (splices.length === 0) return;
  change({ label, splices }, { [KEYS[name]]: applyTextEdits(before, edits) });
}

function change(from: Gesture | 'history', state: Partial<DocumentState>): void {
  const outer = source;
  source = from;
  try {
    useDocument.setState(state);
  } finally {
    source = outer;
  }
}

/** Replaces texts and more of the document as one step. */
export function replaceTexts(
  state: Partial<Pick<DocumentState, 'netText' | 'solverText' | 'name'>>,
  label: string,
): void {
  change({ label, splices: [] }, state);
}

function record(state: DocumentState, before: DocumentState): void {
  if (source === 'history') return;
  for (const name of ['network', 'solver'] as const) {
    const splice = spliceBetween(name, before[KEYS[name]], state[KEYS[name]]);
    if (splice === undefined) continue;
    const history = useHistory.getState();
    const when = Date.now();
    if (source === undefined) {
      useHistory.setState(addTyping(history, splice, when));
      continue;
    }
    const { label, splices: given }: Gesture = source;
    const splices = given.length > 0 ? given : [splice];
    // What the editor makes of a change on its way into the model is told as a difference.
    source = { label, splices: [] };
    if (openGesture === label) useHistory.setState(extendStep(history, splices, when));
    else useHistory.setState(addStep(history, { label, splices, when }));
    openGesture = label;
    queueMicrotask(() => {
      openGesture = undefined;
    });
  }
}

function travel(direction: Travel['direction']): void {
  const document = useDocument.getState();
  const done = (direction === 'undo' ? undoStep : redoStep)(useHistory.getState(), textsOf(document));
  if (done === undefined) return;
  const { network, solver } = done.texts;
  useHistory.setState(done.history);
  change('history', { netText: network, solverText: solver });
  useHistory.setState({ travel: { direction, label: done.step.label, place: done.place } });
}

/** Histories of documents that are not on the page, by id. */
const others = new Map<string, History>();

/** Starts to record, and gives the document its `applyEdits`, `undo` and `redo`; returns the function that ends it. */
export function startHistory(): () => void {
  const { applyEdits: plain, undo, redo } = useDocument.getState();
  useDocument.setState({ applyEdits, undo: () => travel('undo'), redo: () => travel('redo') });
  const leave = useDocument.subscribe((state, before) => {
    if (state.id !== before.id) {
      const { past, future } = useHistory.getState();
      others.set(before.id, { past, future });
      useHistory.setState({ ...(others.get(state.id) ?? NO_HISTORY), travel: undefined });
    } else if (state.netText !== before.netText || state.solverText !== before.solverText) record(state, before);
  });
  return () => {
    leave();
    useDocument.setState({ applyEdits: plain, undo, redo });
  };
}

/** Forgets the history of a document that is gone. */
export function forgetHistory(id: string): void {
  others.delete(id);
}

/** Gives another document the history of the one on the page: it goes on under a new id. */
export function copyHistory(to: string): void {
  const { past, future } = useHistory.getState();
  others.set(to, { past, future });
}
