// @vitest-environment jsdom
/** No key means two things at one place: all commands of the page, as their views register them. */
import { expect, it } from 'vitest';
import { graphCommands } from '../../canvas/graph-commands.ts';
import { readingCommands } from '../../canvas/reading-commands.ts';
import { editorCommands } from '../../editor/editor-commands.ts';
import { registerInspectorCommands } from '../../inspector/inspector-commands.ts';
import { useCommands, type Command } from '../../store/commands.ts';
import { parseStroke } from '../../store/key-strokes.ts';
import { renderCommand, shellCommands } from '../commands/shell-commands.ts';
import { SCOPES } from './dispatch.ts';

const nothing = (): undefined => undefined;

function allCommands(): readonly Command[] {
  registerInspectorCommands();
  const control = { focus: nothing, zoomIn: nothing, zoomOut: nothing, fit: nothing, placeFor: () => ({ x: 0, y: 0 }) };
  return [
    ...useCommands.getState().commands,
    ...shellCommands,
    renderCommand(nothing),
    ...graphCommands(control),
    ...readingCommands({ focus: nothing, fitNodes: nothing, actualSize: nothing }),
    ...editorCommands({ focus: nothing, trigger: nothing }),
  ];
}

/** A stroke however it is written: `?` and `Shift+?` are one. */
function sameStroke(text: string): string {
  const { mod, ctrl, shift, alt, key } = parseStroke(text);
  const isSign = key.length === 1 && !/[a-z0-9 ]/.test(key);
  return [mod && 'Mod', ctrl && 'Ctrl', alt && 'Alt', shift && !isSign && 'Shift', key].filter(Boolean).join('+');
}

/** Strokes that several commands have where the keyboard can be in one place, as `place stroke: ids`. */
function conflicts(commands: readonly Command[]): string[] {
  return Object.entries(SCOPES).flatMap(([place, scopes]) => {
    const meant = new Map<string, string[]>();
    for (const { id, keys = [], scope = 'page' } of commands) {
      if (!scopes.includes(scope)) continue;
      for (const stroke of keys.map(sameStroke)) meant.set(stroke, [...(meant.get(stroke) ?? []), id]);
    }
    return [...meant].flatMap(([stroke, ids]) => (ids.length < 2 ? [] : [`${place} ${stroke}: ${ids.join(', ')}`]));
  });
}

it('gives each stroke one meaning, but for those of which only one can be done at a time', () => {
  const run = 'Mod+Enter: run.train, run.pause, run.resume';
  expect(conflicts(allCommands()).toSorted()).toEqual([
    // A line that is held by keyboard ends with Enter; else Enter shows the layer's text.
    'graph Enter: graph.connect-here, graph.reveal',
    // What can be done with a run depends on its state: these three exclude each other.
    `graph ${run}`,
    `page ${run}`,
  ]);
});

it('notices a stroke that is taken', () => {
  const twin: Command = { id: 'twin', title: 'Twin', group: 'Edit', keys: ['Shift+?'], scope: 'graph', run: nothing };
  expect(conflicts([...shellCommands, twin])).toContain('graph ?: help.shortcuts, twin');
});

it('gives each command an id of its own and a title', () => {
  const commands = allCommands();
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  expect(commands.filter(({ title }) => !/^[A-Z]/.test(title))).toEqual([]);
});
