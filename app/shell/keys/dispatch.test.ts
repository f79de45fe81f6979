/** Which command a key means, by where the keyboard is. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../store/commands.ts';
import type { PressedKey } from '../../store/key-strokes.ts';
import { commandOf } from './dispatch.ts';

const command = (id: string, rest: Partial<Command>): Command => ({
  id,
  title: id,
  group: 'Edit',
  run: () => undefined,
  ...rest,
});

const press = (key: string, rest: Partial<PressedKey> = {}): PressedKey => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  altGraph: false,
  ...rest,
});

const commands = [
  command('palette', { keys: ['Mod+K'], scope: 'everywhere' }),
  command('sheet', { keys: ['?'] }),
  command('page.find', { keys: ['Mod+F'] }),
  command('graph.find', { keys: ['Mod+F'], scope: 'graph' }),
  command('render', { keys: ['Shift+Enter'], scope: 'editor' }),
  command('editor.find', { keys: ['Mod+F'], scope: 'editor', handledElsewhere: true }),
  command('edge.delete', { keys: ['Delete'], scope: 'graph', unavailable: () => 'No edge is selected.' }),
  command('layer.delete', { keys: ['Delete', 'Backspace'], scope: 'graph' }),
];

const find = (pressed: PressedKey, place: Parameters<typeof commandOf>[2]) =>
  commandOf(commands, pressed, place, false)?.id;

describe('commandOf', () => {
  it('hears what is meant everywhere in fields and in the editor, and the rest only on the page', () => {
    const ctrlK = press('k', { ctrlKey: true });
    expect(['page', 'graph', 'editor', 'field'].map((place) => find(ctrlK, place as 'page'))).toEqual(
      Array(4).fill('palette'),
    );
    expect(find(ctrlK, 'overlay')).toBeUndefined();
    expect(find(press('?'), 'graph')).toBe('sheet');
    expect(find(press('?'), 'field')).toBeUndefined();
    expect(find(press('?'), 'editor')).toBeUndefined();
  });

  it('prefers the nearest scope and leaves to Monaco what is its own', () => {
    const ctrlF = press('f', { ctrlKey: true });
    expect(find(ctrlF, 'graph')).toBe('graph.find');
    expect(find(ctrlF, 'page')).toBe('page.find');
    expect(find(ctrlF, 'editor')).toBeUndefined();
    expect(find(press('Enter', { shiftKey: true }), 'editor')).toBe('render');
  });

  it('takes the command that can be done, and where none can, the one that says why', () => {
    expect(find(press('Delete'), 'graph')).toBe('layer.delete');
    expect(commandOf(commands.slice(0, 7), press('Delete'), 'graph', false)?.id).toBe('edge.delete');
    expect(find(press('Delete'), 'page')).toBeUndefined();
  });
});
