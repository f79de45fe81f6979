/**
 * One history over both texts: typing and gestures in the order in which they were made, whatever made them. A step is a list
 * of splices, each in the offsets of its text as it was then; taking them back in reverse gives the text byte for byte.
 * Pure; `history-store.ts` ties it to the page.
 */
import type { TextEdit } from '../caffe/diagnostics.ts';
import type { TextName } from './document.ts';

/** `removed` gave way to `inserted` at an offset of a text. */
export interface Splice {
  readonly text: TextName;
  readonly start: number;
  readonly removed: string;
  readonly inserted: string;
}

/** What one undo takes back. */
export interface HistoryStep {
  /** What was done, as the gesture calls it; undefined for typing. */
  readonly label: string | undefined;
  readonly splices: readonly Splice[];
  /** Of its last change, in milliseconds. */
  readonly when: number;
  /** Where typing may go on as part of this step; undefined where it may not: after a paste, after a gesture. */
  readonly caret?: number | undefined;
}

export interface History {
  /** Oldest first. */
  readonly past: readonly HistoryStep[];
  /** What was undone, the next to do again last. */
  readonly future: readonly HistoryStep[];
}

export const NO_HISTORY: History = { past: [], future: [] };

/** The two texts by name. */
export type Texts = Readonly<Record<TextName, string>>;

/** Steps that are kept: the oldest go first. */
const LIMIT = 2000;

/** A rest in typing that ends a step, in milliseconds. */
const PAUSE = 2000;

/** The splices of edits that are ordered and do not overlap; last first, so that each offset holds when its turn comes. */
export function splicesOf(text: TextName, before: string, edits: readonly TextEdit[]): Splice[] {
  return edits
    .map(({ range: { start, end }, text: inserted }) => ({ text, start, removed: before.slice(start, end), inserted }))
    .filter(({ removed, inserted }) => removed !== inserted)
    .reverse();
}

/** The one splice between two states of a text; undefined where they are equal. */
export function spliceBetween(text: TextName, before: string, after: string): Splice | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  return {
    text,
    start,
    removed: before.slice(start, before.length - tail),
    inserted: after.slice(start, after.length - tail),
  };
}

/** Adds a step; what had been undone is gone. */
export function addStep(history: History, step: HistoryStep): History {
  return { past: [...history.past, step].slice(-LIMIT), future: [] };
}

/** Adds splices to the last step: parts of one gesture. */
export function extendStep(history: History, splices: readonly Splice[], when: number): History {
  const last = history.past.at(-1);
  if (last === undefined) return addStep(history, { label: undefined, splices, when });
  return {
    past: [...history.past.slice(0, -1), { ...last, splices: [...last.splices, ...splices], when }],
    future: [],
  };
}

/** Adds typing: to the last step where it goes on from there, else as a step of its own. A step is about a word. */
export function addTyping(history: History, typed: Splice, when: number): History {
  const last = history.past.at(-1);
  const [before] = last?.splices ?? [];
  const joined =
    last?.caret !== undefined && before !== undefined && history.future.length === 0 && when - last.when < PAUSE
      ? joinTyping(before, last.caret, typed)
      : undefined;
  const caret = caretAfter(typed);
  const step: HistoryStep = { label: undefined, splices: [joined ?? typed], when, caret };
  if (joined === undefined) return addStep(history, step);
  return { past: [...history.past.slice(0, -1), step], future: [] };
}

/** The most characters that one key makes: an opening bracket brings the closing one along. */
const OF_ONE_KEY = 2;

function caretAfter({ start, removed, inserted }: Splice): number | undefined {
  if (inserted === '') return start;
  return removed === '' && inserted.length <= OF_ONE_KEY ? start + inserted.length : undefined;
}

/** Two splices of typing as one, or undefined where a new step begins. */
function joinTyping(a: Splice, caret: number, b: Splice): Splice | undefined {
  if (a.text !== b.text) return undefined;
  if (b.inserted === '') {
    // Deleting backwards or forwards from the same place; not what was just typed.
    if (a.inserted !== '') return undefined;
    if (b.start + b.removed.length === a.start) return { ...a, start: b.start, removed: b.removed + a.removed };
    return b.start === a.start ? { ...a, removed: a.removed + b.removed } : undefined;
  }
  if (b.removed !== '' || a.inserted === '' || b.inserted.includes('\n') || b.inserted.length > OF_ONE_KEY) {
    return undefined;
  }
  // One before the end is within the brackets that closed by themselves.
  if (b.start !== caret && b.start !== caret - 1) return undefined;
  const left = a.inserted.slice(0, b.start - a.start);
  // The first letter after a space begins a word.
  if (/\s$/.test(left) && !/^\s/.test(b.inserted)) return undefined;
  return { ...a, inserted: left + b.inserted + a.inserted.slice(b.start - a.start) };
}

/** What undoing or redoing gives: the texts, the history, and the step. */
export interface Travelled {
  readonly history: History;
  readonly texts: Texts;
  readonly step: HistoryStep;
  /** Where the change stands in its text now. */
  readonly place: { readonly text: TextName; readonly start: number; readonly end: number };
}

/** Takes the last step back; undefined where there is none. */
export function undoStep({ past, future }: History, texts: Texts): Travelled | undefined {
  const step = past.at(-1);
  const [first] = step?.splices ?? [];
  if (step === undefined || first === undefined) return undefined;
  let now = texts;
  for (const splice of [...step.splices].reverse()) now = replaced(now, splice, splice.inserted, splice.removed);
  return {
    history: { past: past.slice(0, -1), future: [...future, step] },
    texts: now,
    step,
    place: { text: first.text, start: first.start, end: first.start + first.removed.length },
  };
}

/** Does the step undone last again; undefined where there is none. */
export function redoStep({ past, future }: History, texts: Texts): Travelled | undefined {
  const step = future.at(-1);
  const last = step?.splices.at(-1);
  if (step === undefined || last === undefined) return undefined;
  let now = texts;
  for (const splice of step.splices) now = replaced(now, splice, splice.removed, splice.inserted);
  return {
    history: { past: [...past, step], future: future.slice(0, -1) },
    texts: now,
    step,
    place: { text: last.text, start: last.start, end: last.start + last.inserted.length },
  };
}

function replaced(texts: Texts, { text, start }: Splice, from: string, to: string): Texts {
  const before = texts[text];
  if (before.slice(start, start + from.length) !== from) {
    throw new Error(`The history does not fit the ${text} text any more.`);
  }
  return { ...texts, [text]: before.slice(0, start) + to + before.slice(start + from.length) };
}
