/** Motion that scripts make, in step with the one that style sheets make. */

/**
 * How long something moves, in milliseconds: the token `--motion`, which is nothing for those who asked their system for
 * less motion. A built style sheet writes it in seconds.
 */
export function motionTime(): number {
  const token = getComputedStyle(document.documentElement).getPropertyValue('--motion').trim();
  const number = Number.parseFloat(token);
  if (Number.isNaN(number)) return 0;
  return token.endsWith('ms') ? number : number * 1000;
}
