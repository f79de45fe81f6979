/**
 * The document on the page: the two texts, and what the language worker last said of them. The texts are the only truth;
 * every gesture anywhere becomes `applyEdits`, and `history-store.ts` hears of every change, so that there is one undo
 * history. Kept by `app/shell/documents`: `netText`, `solverText`, `name`. Everything else is derived.
 */
import { create } from 'zustand';
import type { TextEdit } from '../caffe/diagnostics.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { SolverView } from '../workers/protocol.ts';

export type TextName = 'network' | 'solver';

export interface DocumentState {
  /** Tells documents apart, whatever their names: another id is another document, not a change of this one. */
  readonly id: string;
  readonly name: string;
  readonly netText: string;
  readonly solverText: string;
  /** Phase shown on the canvas. */
  readonly phase: Phase;
  /** Latest analysis, one per phase; undefined until the first arrives. */
  readonly nets: Readonly<Record<Phase, NetView>> | undefined;
  /** The last nets whose text parsed: what the canvas shows, marked stale while `nets` does not parse. */
  readonly goodNets: Readonly<Record<Phase, NetView>> | undefined;
  readonly solver: SolverView | undefined;
  /** Ids of the selected layers. */
  readonly selection: readonly string[];
  /** How edits reach the text, with what the gesture is called; the default keeps no history. */
  readonly applyEdits: (text: TextName, edits: readonly TextEdit[], label: string) => void;
  /** Takes back, or does again, the last change of either text, typed or drawn; set by the history. */
  readonly undo: () => void;
  readonly redo: () => void;
}

export const useDocument = create<DocumentState>()((set) => ({
  id: '',
  name: 'untitled',
  netText: '',
  solverText: '',
  phase: 'TRAIN',
  nets: undefined,
  goodNets: undefined,
  solver: undefined,
  selection: [],
  applyEdits: (text, edits) =>
    set((state) =>
      text === 'network'
        ? { netText: applyTextEdits(state.netText, edits) }
        : { solverText: applyTextEdits(state.solverText, edits) },
    ),
  undo: () => undefined,
  redo: () => undefined,
}));

/** Applies ordered, non-overlapping edits to a text. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  let out = text;
  for (const edit of [...edits].reverse()) out = out.slice(0, edit.range.start) + edit.text + out.slice(edit.range.end);
  return out;
}
