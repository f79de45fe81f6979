/** Integer sums taken apart into terms, so that addresses are put together block by block and cost one addition inside a loop. */
import type { Value } from './blocks.ts';

export interface Term {
  readonly value: Value;
  readonly coefficient: number;
  /** Whether the value is known never to be negative. */
  readonly natural: boolean;
}

/** constant + Σ coefficient · value, in wrapping i32; terms by local. */
export interface Linear {
  readonly constant: number;
  readonly terms: ReadonlyMap<number, Term>;
}

export const NOTHING: Linear = { constant: 0, terms: new Map() };

export function linearOf(value: Value, natural: boolean): Linear {
  if (value.local === undefined) return { constant: value.constant, terms: new Map() };
  return { constant: 0, terms: new Map([[value.local, { value, coefficient: 1, natural }]]) };
}

export function combine(a: Linear, b: Linear, sign: 1 | -1): Linear {
  const terms = new Map(a.terms);
  for (const [local, t] of b.terms) {
    const coefficient = ((terms.get(local)?.coefficient ?? 0) + sign * t.coefficient) | 0;
    if (coefficient === 0) terms.delete(local);
    else terms.set(local, { ...t, coefficient });
  }
  return { constant: (a.constant + sign * b.constant) | 0, terms };
}

export function scaled(a: Linear, by: number): Linear {
  if (by === 0) return NOTHING;
  const terms = new Map([...a.terms].map(([l, t]) => [l, { ...t, coefficient: Math.imul(t.coefficient, by) }]));
  return { constant: Math.imul(a.constant, by), terms };
}

export const depthOf = (a: Linear): number => [...a.terms.values()].reduce((d, t) => Math.max(d, t.value.depth), 0);
