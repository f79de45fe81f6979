/**
 * The one way from a gesture to the text: an action becomes one undoable edit, after which what was made is selected. What
 * cannot be done is said in a sentence, and nothing changes.
 */
import type { TextEdit } from '../caffe/diagnostics.ts';
import { readNet } from '../caffe/net/read-net.ts';
import type { EditPlan, NetAction } from '../caffe/text/edit-actions.ts';
import { planEdits } from '../caffe/text/edits.ts';
import { applyTextEdits, useDocument } from '../store/document.ts';
import { notify } from '../store/notices.ts';
import { useView } from '../store/view.ts';

/** Why nothing can be changed now; undefined when it can. */
export function whyNoChange(): string | undefined {
  const { nets, phase } = useDocument.getState();
  if (useView.getState().deploy)
    return 'This is the net as it is used after training: switch to Train or Test to change it.';
  if (nets === undefined || nets[phase].parsed) return undefined;
  return 'The text has a mistake: mend it first, then change the graph.';
}

/** Says a sentence under the bar. */
export const say = (message: string): void => notify({ code: 'net', message });

/** What an action would do to the text as it is now. */
export const planNow = (action: NetAction): EditPlan => planEdits(useDocument.getState().netText, action);

/** The layers that edits put in, by id: new ones have names that no other has. */
export function layersIn(edits: readonly TextEdit[]): string[] {
  return edits.flatMap(({ text }) => (text.includes('{') ? readNet(text).layers.map(({ id }) => id) : []));
}

export interface Outcome {
  /** What the history calls it. */
  readonly label: string;
  /** What is selected afterwards; the layers that were put in when not given. */
  readonly select?: readonly string[];
}

/** Carries out a plan; returns whether the text changed. */
function carryOut(plan: EditPlan, { label, select }: Outcome): boolean {
  if (!plan.ok) {
    say(plan.message);
    return false;
  }
  if (plan.edits.length === 0) return false;
  useDocument.getState().applyEdits('network', plan.edits, label);
  useDocument.setState({ selection: select ?? layersIn(plan.edits) });
  return true;
}

/** Carries an action out; returns whether it changed the text. Says why not where it cannot be done. */
export function perform(action: NetAction, outcome: Outcome): boolean {
  const reason = whyNoChange();
  if (reason === undefined) return carryOut(planNow(action), outcome);
  say(reason);
  return false;
}

/** Several actions as one step: those after the first may be made of the layers that it put in; each is about the text after the one before. */
export function performInTurn(
  first: NetAction,
  others: (made: readonly string[]) => readonly NetAction[],
  { label, select }: Outcome,
): boolean {
  const reason = whyNoChange();
  if (reason !== undefined) {
    say(reason);
    return false;
  }
  const { netText } = useDocument.getState();
  const one = planEdits(netText, first);
  if (!one.ok) return carryOut(one, { label });
  const made = layersIn(one.edits);
  let text = applyTextEdits(netText, one.edits);
  for (const action of others(made)) {
    const next = planEdits(text, action);
    if (!next.ok) return carryOut(next, { label });
    text = applyTextEdits(text, next.edits);
  }
  if (text === netText) return false;
  return carryOut({ ok: true, edits: [editBetween(netText, text)] }, { label, select: select ?? made });
}

/** Replaces the whole text, as far as it differs. */
export function performReplace(text: string, label: string): boolean {
  const { netText } = useDocument.getState();
  if (text === netText) return false;
  const select = readNet(text).layers.map(({ id }) => id);
  return carryOut({ ok: true, edits: [editBetween(netText, text)] }, { label, select });
}

/** The one edit that makes a text of another. */
export function editBetween(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { range: { start, end: before.length - end }, text: after.slice(start, after.length - end) };
}
