/**
 * Everything the page can be told to do, by name. Each view registers its commands; the command palette, the shortcut
 * sheet, the menus and the keyboard all read this one list, so a shortcut that is shown is a shortcut that works.
 */
import { create } from 'zustand';
import { remark } from './notices.ts';

/** Headings of the palette and of the shortcut sheet, in their order there. */
export const COMMAND_GROUPS = ['Document', 'Edit', 'Graph', 'Text', 'View', 'Run', 'Help'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** Where the keyboard must be for a command's keys to mean it; `page` is anywhere but in a field or an editor. */
export type CommandScope = 'page' | 'graph' | 'editor' | 'everywhere';

export interface Command {
  /** `graph.duplicate` */
  readonly id: string;
  /** What it does, in plain words: `Duplicate the selected layers`. */
  readonly title: string;
  readonly group: CommandGroup;
  /** Key strokes, each of which means it: `Mod+D` (Mod is Ctrl, on a Mac ⌘), `Shift+?`, `F2`. */
  readonly keys?: readonly string[];
  /** `page` unless said otherwise. */
  readonly scope?: CommandScope;
  /** True for keys that another mechanism listens to (Monaco's own, for one): listed, but not dispatched from here. */
  readonly handledElsewhere?: boolean;
  /** Why it cannot be done now, as a sentence; undefined when it can. */
  readonly unavailable?: () => string | undefined;
  readonly run: () => void;
}

export interface CommandsState {
  readonly commands: readonly Command[];
}

export const useCommands = create<CommandsState>()(() => ({ commands: [] }));

/** Adds commands, replacing those of the same id; returns the function that takes them away again. */
export function registerCommands(commands: readonly Command[]): () => void {
  const ids = new Set(commands.map(({ id }) => id));
  useCommands.setState((state) => ({ commands: [...state.commands.filter(({ id }) => !ids.has(id)), ...commands] }));
  return () =>
    useCommands.setState((state) => ({ commands: state.commands.filter((command) => !commands.includes(command)) }));
}

/** Does a command, or says why it cannot be done now. Menus, the palette and the keyboard all go through here. */
export function runCommand(command: Command): void {
  const reason = command.unavailable?.();
  if (reason === undefined) command.run();
  else remark(reason);
}

/** Does the command of an id; one that no view has registered does nothing. */
export function runCommandById(id: string): void {
  const command = useCommands.getState().commands.find((one) => one.id === id);
  if (command !== undefined) runCommand(command);
}
