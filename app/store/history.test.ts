/** The history gives every text back byte for byte, in the order of time, and gathers typing into words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
  type Texts,
} from './history.ts';

const START: Texts = { network: 'name: "a"\n', solver: 'base_lr: 1\n' };

/** Types characters one after the other at a place of the network. */
function type(
  history: History,
  before: string,
  at: number,
  typed: string,
  when = 0,
): { history: History; text: string } {
  let text = before;
  let now = history;
  for (const [i, character] of [...typed].entries()) {
    const after = text.slice(0, at + i) + character + text.slice(at + i);
    const splice = spliceBetween('network', text, after);
    if (splice === undefined) throw new Error('nothing typed');
    now = addTyping(now, splice, when);
    text = after;
  }
  return { history: now, text };
}

describe('spliceBetween', () => {
  it('finds the smallest span', () => {
    expect(spliceBetween('network', 'abcd', 'abXd')).toEqual({
      text: 'network',
      start: 2,
      removed: 'c',
      inserted: 'X',
    });
    expect(spliceBetween('network', 'aa', 'aaa')).toEqual({ text: 'network', start: 2, removed: '', inserted: 'a' });
    expect(spliceBetween('network', 'same', 'same')).toBeUndefined();
  });
});

describe('addTyping', () => {
  it('makes a step of each word, and of each line', () => {
    const { history, text } = type(NO_HISTORY, '', 0, 'one two\nthree');
    expect(history.past.map(({ splices }) => splices[0]?.inserted)).toEqual(['one ', 'two', '\n', 'three']);
    expect(text).toBe('one two\nthree');
  });

  it('begins a step after a rest, after a gesture and after an undo', () => {
    const first = type(NO_HISTORY, '', 0, 'ab');
    const later = type(first.history, first.text, 2, 'c', 5000);
    expect(later.history.past).toHaveLength(2);
    const gesture = addStep(later.history, {
      label: 'Add',
      splices: [{ text: 'network', start: 3, removed: '', inserted: 'd' }],
      when: 5000,
    });
    expect(type(gesture, 'abcd', 4, 'e', 5000).history.past).toHaveLength(4);
    const undone = undoStep(later.history, { ...START, network: later.text });
    if (undone === undefined) throw new Error('nothing undone');
    expect(type(undone.history, undone.texts.network, 2, 'x', 0).history.past).toHaveLength(2);
  });

  it('goes on only where the last key left off, and never within what was pasted', () => {
    const pasted = addTyping(NO_HISTORY, { text: 'network', start: 0, removed: 'old', inserted: 'a pasted net' }, 0);
    expect(type(pasted, 'a pasted net', 0, '#').history.past).toHaveLength(2);
    expect(type(pasted, 'a pasted net', 12, '#').history.past).toHaveLength(2);
    const brackets = addTyping(NO_HISTORY, { text: 'network', start: 0, removed: '', inserted: '{}' }, 0);
    const inside = type(brackets, '{}', 1, 'ab');
    expect(inside.history.past).toHaveLength(1);
    expect(inside.text).toBe('{ab}');
    const elsewhere = type(NO_HISTORY, 'x y z', 0, 'ab');
    expect(type(elsewhere.history, elsewhere.text, 5, 'c').history.past).toHaveLength(2);
  });

  it('gathers deletions in both directions, apart from insertions', () => {
    const steps: [string, string][] = [
      ['abcdef', 'abcde'],
      ['abcde', 'abcd'],
      ['abcd', 'abxcd'],
    ];
    let history = NO_HISTORY;
    for (const [before, after] of steps) {
      const splice = spliceBetween('network', before, after);
      if (splice !== undefined) history = addTyping(history, splice, 0);
    }
    expect(history.past.map(({ splices }) => splices)).toEqual([
      [{ text: 'network', start: 4, removed: 'ef', inserted: '' }],
      [{ text: 'network', start: 2, removed: '', inserted: 'x' }],
    ]);
  });
});

describe('steps over both texts', () => {
  it('are undone in the order of time, and a gesture over both at once', () => {
    const typed = type(NO_HISTORY, START.network, 0, '# x');
    const edits = [{ range: { start: 9, end: 10 }, text: '2' }];
    let history = addStep(typed.history, {
      label: 'Both',
      splices: splicesOf('solver', START.solver, edits),
      when: 0,
    });
    history = extendStep(history, splicesOf('network', typed.text, [{ range: { start: 0, end: 3 }, text: '' }]), 0);
    const texts = { network: START.network, solver: 'base_lr: 2\n' };
    const once = undoStep(history, texts);
    expect(once?.texts).toEqual({ network: typed.text, solver: START.solver });
    expect(once?.step.label).toBe('Both');
    expect(once && redoStep(once.history, once.texts)?.texts).toEqual(texts);
  });

  it('give back every text of any sequence of changes, byte for byte', () => {
    const change = fc.record({
      text: fc.constantFrom('network' as const, 'solver' as const),
      cuts: fc.array(fc.tuple(fc.nat(40), fc.nat(6), fc.string({ maxLength: 6 })), { maxLength: 3 }),
      typed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let history = NO_HISTORY;
        let texts = START;
        for (const { text, cuts, typed } of changes) {
          const before = texts[text];
          let at = 0;
          const edits = [...cuts]
            .sort(([a], [b]) => a - b)
            .flatMap(([start, length, inserted]) => {
              if (start < at || start > before.length) return [];
              const end = Math.min(before.length, start + length);
              at = end + 1;
              return [{ range: { start, end }, text: inserted }];
            });
          let after = before;
          for (const { range, text: inserted } of [...edits].reverse()) {
            after = after.slice(0, range.start) + inserted + after.slice(range.end);
          }
          const splice = spliceBetween(text, before, after);
          if (splice === undefined) continue;
          history = typed
            ? addTyping(history, splice, 0)
            : addStep(history, { label: 'Edit', splices: splicesOf(text, before, edits), when: 0 });
          texts = { ...texts, [text]: after };
        }
        const end = texts;
        for (let back = undoStep(history, texts); back !== undefined; back = undoStep(history, texts)) {
          ({ history, texts } = back);
        }
        expect(texts).toEqual(START);
        for (let forth = redoStep(history, texts); forth !== undefined; forth = redoStep(history, texts)) {
          ({ history, texts } = forth);
        }
        expect(texts).toEqual(end);
      }),
    );
  });
});
