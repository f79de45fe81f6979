/** What stands behind `#`. */
import { describe, expect, it } from 'vitest';
import { routeOf } from './routes.ts';

describe('routeOf', () => {
  it.each([
    ['', { kind: 'none' }],
    ['#', { kind: 'none' }],
    ['#/', { kind: 'none' }],
    ['#/selftest', { kind: 'selftest' }],
    ['#/editor', { kind: 'editor' }],
    ['#/preset/lenet', { kind: 'preset', name: 'lenet', form: 'train_test' }],
    ['#/preset/lenet/deploy', { kind: 'preset', name: 'lenet', form: 'deploy' }],
    ['#/preset/Le%20Net', { kind: 'preset', name: 'Le Net', form: 'train_test' }],
    ['#/preset/100%', { kind: 'preset', name: '100%', form: 'train_test' }],
    ['#/preset/', { kind: 'unknown', path: 'preset/' }],
    ['#/preset/a/b', { kind: 'unknown', path: 'preset/a/b' }],
    ['#/share/abc-_', { kind: 'share', payload: 'abc-_' }],
    ['#/gallery', { kind: 'unknown', path: 'gallery' }],
  ])('%s', (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });
});
