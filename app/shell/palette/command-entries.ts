/** Commands as lines of the command palette. */
import { COMMAND_GROUPS, runCommand, type Command } from '../../store/commands.ts';

/** One line of the palette. */
export interface PaletteEntry {
  /** Told apart by it, also where titles are the same. */
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** More that a search may be for. */
  readonly keywords: readonly string[];
  /** The first stroke for it. */
  readonly keys: string | undefined;
  /** At the right, where there is no stroke: the type of a layer. */
  readonly detail?: string;
  /** Why it cannot be done now. */
  readonly reason: string | undefined;
  /** Found only by searching: there may be hundreds of them. */
  readonly onlySearched: boolean;
  readonly run: () => void;
}

/** The commands in the order of their groups, as entries. */
export function commandEntries(commands: readonly Command[]): readonly PaletteEntry[] {
  return COMMAND_GROUPS.flatMap((group) =>
    commands
      .filter((command) => command.group === group && command.id !== 'help.palette')
      .map((command) => ({
        id: command.id,
        group,
        title: command.title,
        keywords: [group],
        keys: command.keys?.[0],
        reason: command.unavailable?.(),
        onlySearched: false,
        run: () => runCommand(command),
      })),
  );
}
