/** The sentence for layer types that Crema draws but does not compute. */

/** Why a layer of a type cannot be computed yet. */
export const notYet = (type: string, instead?: string) => (): string =>
  `Crema draws ${type} and knows its shapes, but cannot compute it yet${instead === undefined ? '.' : `: ${instead}.`}`;
