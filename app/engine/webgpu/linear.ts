/** Integer sums as coefficients of names: what addresses are taken apart into. */

/** constant + Σ coefficient · name, in wrapping i32. */
export interface Linear {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, { readonly coefficient: number; readonly depth: number }>;
}

/** a + sign·b. */
export function combine(a: Linear, b: Linear, sign: 1 | -1): Linear {
  const terms = new Map(a.terms);
  for (const [name, { coefficient, depth }] of b.terms) {
    terms.set(name, { coefficient: ((terms.get(name)?.coefficient ?? 0) + sign * coefficient) | 0, depth });
  }
  return { constant: (a.constant + sign * b.constant) | 0, terms };
}

/** a·by. */
export function scale(a: Linear, by: number): Linear {
  const terms = new Map([...a.terms].map(([name, t]) => [name, { ...t, coefficient: Math.imul(t.coefficient, by) }]));
  return { constant: Math.imul(a.constant, by), terms };
}
