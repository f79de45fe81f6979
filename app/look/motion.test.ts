// @vitest-environment jsdom
/** Motion of scripts follows the token that style sheets follow. */
import { expect, it } from 'vitest';
import { motionTime } from './motion.ts';

it('is as long as the token says, and nothing where the token is missing', () => {
  const { style } = document.documentElement;
  expect(motionTime()).toBe(0);
  style.setProperty('--motion', '140ms');
  expect(motionTime()).toBe(140);
  style.setProperty('--motion', '.14s');
  expect(motionTime()).toBeCloseTo(140);
  style.setProperty('--motion', '0s');
  expect(motionTime()).toBe(0);
});
