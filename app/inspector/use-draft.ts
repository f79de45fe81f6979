/** A text being typed into a field: it becomes a change only when it is finished and right, and is never lost otherwise. */
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Verdict } from './field-limits.ts';

export interface Draft {
  readonly text: string;
  /** It differs from what the network's text says. */
  readonly dirty: boolean;
  /** What is wrong with it, as a sentence. */
  readonly problem: string | undefined;
  readonly type: (text: string) => void;
  /** Takes it over, if it is right. */
  readonly commit: () => void;
  readonly revert: () => void;
  /** Enter takes it over, Escape gives it up. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * @param shown what the network's text says
 * @param check whether a text is right; an empty one is asked about too
 * @param take takes over what is right: its literal; returns a sentence where it could not
 */
export function useDraft(
  shown: string,
  check: (text: string) => Verdict,
  take: (literal: string, text: string) => string | undefined | void,
): Draft {
  const [draft, setDraft] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const text = draft ?? shown;
  const dirty = draft !== undefined && draft !== shown;
  const verdict = dirty ? check(text) : undefined;
  const problem = verdict?.ok === false ? verdict.message : dirty ? refusal : undefined;
  const revert = () => {
    setDraft(undefined);
    setRefusal(undefined);
  };
  const commit = () => {
    if (!dirty) return revert();
    if (verdict?.ok !== true) return;
    const refused = take(verdict.literal, text);
    if (typeof refused === 'string') setRefusal(refused);
    else revert();
  };
  return {
    text,
    dirty,
    problem,
    type: (typed) => {
      setDraft(typed);
      setRefusal(undefined);
    },
    commit,
    revert,
    onKeyDown: (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        commit();
      } else if (event.key === 'Escape' && dirty) {
        // The next Escape leaves the form.
        event.stopPropagation();
        event.preventDefault();
        revert();
      }
    },
  };
}
