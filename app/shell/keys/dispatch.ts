/** The one listener to the keyboard: finds the command that a key means where the keyboard is, and does it. */
import { runCommand, useCommands, type Command, type CommandScope } from '../../store/commands.ts';
import { isMac, isPressed, parseStroke, type KeyStroke, type PressedKey } from '../../store/key-strokes.ts';
import { belongsToControl, placeOf, type KeyPlace } from './key-place.ts';

/** Scopes that hold at a place, the nearest first. */
export const SCOPES: Readonly<Record<KeyPlace, readonly CommandScope[]>> = {
  overlay: [],
  field: ['everywhere'],
  editor: ['editor', 'everywhere'],
  graph: ['graph', 'page', 'everywhere'],
  page: ['page', 'everywhere'],
};

const strokes = new Map<string, KeyStroke>();

function strokeOf(text: string): KeyStroke {
  const known = strokes.get(text);
  if (known !== undefined) return known;
  const stroke = parseStroke(text);
  strokes.set(text, stroke);
  return stroke;
}

/**
 * The command that a key means at a place: of the nearest scope, and there the first that can be done now; where none can,
 * the first, which then says why.
 */
export function commandOf(
  commands: readonly Command[],
  pressed: PressedKey,
  place: KeyPlace,
  mac: boolean,
): Command | undefined {
  for (const scope of SCOPES[place]) {
    const meant = commands.filter(
      (command) =>
        (command.scope ?? 'page') === scope &&
        command.handledElsewhere !== true &&
        (command.keys ?? []).some((key) => isPressed(strokeOf(key), pressed, mac)),
    );
    if (meant.length > 0) return meant.find((command) => command.unavailable?.() === undefined) ?? meant[0];
  }
  return undefined;
}

/** Listens from now on; returns the function that ends it. */
export function followKeys(): () => void {
  const mac = isMac();
  const handle = (event: KeyboardEvent, early: boolean) => {
    if (event.defaultPrevented || event.isComposing || event.key === 'Process') return;
    const place = placeOf(event.target);
    // Monaco and fields take keys for themselves: what is meant everywhere has to be heard before them.
    if ((place === 'editor' || place === 'field') !== early) return;
    if (belongsToControl(event.target, event.key) && place !== 'editor' && place !== 'field') return;
    const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    const altGraph = event.getModifierState('AltGraph');
    const pressed = { key, code, ctrlKey, metaKey, shiftKey, altKey, altGraph };
    const command = commandOf(useCommands.getState().commands, pressed, place, mac);
    if (command === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    runCommand(command);
  };
  const early = (event: KeyboardEvent) => handle(event, true);
  const late = (event: KeyboardEvent) => handle(event, false);
  addEventListener('keydown', early, { capture: true });
  addEventListener('keydown', late);
  return () => {
    removeEventListener('keydown', early, { capture: true });
    removeEventListener('keydown', late);
  };
}
