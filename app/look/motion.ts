/** Motion that scripts make, in step with the one that style sheets make. */

/**
 * How long something moves, in milliseconds: the token `--motion`, which is nothing for those who asked their system for
 * less motion.
 */
export const motionTime = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--motion')) || 0;
