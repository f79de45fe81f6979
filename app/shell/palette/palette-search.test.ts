/** What a search in the palette finds first. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../store/commands.ts';
import { commandEntries } from './command-entries.ts';
import { scoreOf } from './search-score.ts';

const best = (query: string, titles: readonly string[]) =>
  titles
    .map((title) => [scoreOf(title, query), title] as const)
    .filter(([score]) => score > 0)
    .sort(([a], [b]) => b - a)
    .map(([, title]) => title);

describe('scoreOf', () => {
  it('prefers beginnings of words, and short titles', () => {
    expect(best('conv1', ['Go to layer conv11', 'Go to layer conv1', 'Go to layer myconv1', 'Undo'])).toEqual([
      'Go to layer conv1',
      'Go to layer conv11',
      'Go to layer myconv1',
    ]);
  });

  it('takes words in any order, finds keywords, and abbreviations last', () => {
    expect(scoreOf('Show the Charts', 'charts show')).toBeGreaterThan(0.5);
    expect(scoreOf('Undo', 'edit', ['Edit'])).toBeGreaterThan(0);
    expect(scoreOf('Duplicate', 'dplc')).toBeGreaterThan(0);
    expect(scoreOf('Duplicate', 'xyz')).toBe(0);
    expect(scoreOf('a+b (c)', '+b (')).toBeGreaterThan(0);
  });
});

describe('commandEntries', () => {
  it('lists groups in their order, with reasons and strokes', () => {
    const command = (id: string, group: Command['group'], rest: Partial<Command> = {}): Command => ({
      id,
      title: id,
      group,
      run: () => undefined,
      ...rest,
    });
    const entries = commandEntries([
      command('b', 'View'),
      command('a', 'Document', { keys: ['Mod+S', 'F9'], unavailable: () => 'Not now.' }),
      command('help.palette', 'Help'),
    ]);
    expect(entries.map(({ id, keys, reason }) => [id, keys, reason])).toEqual([
      ['a', 'Mod+S', 'Not now.'],
      ['b', undefined, undefined],
    ]);
  });
});
