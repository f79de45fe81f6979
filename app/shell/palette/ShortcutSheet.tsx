/** The sheet of shortcuts: every stroke of the page, by group, read from the same list that the keyboard is; then what the pointer does. */
import { useMemo, type ReactNode } from 'react';
import { COMMAND_GROUPS, useCommands, type Command, type CommandScope } from '../../store/commands.ts';
import { DialogFrame } from './DialogFrame.tsx';
import { HABIT_GROUPS } from './habits.ts';
import { Keys } from './Keys.tsx';

const PLACES: Readonly<Record<CommandScope, string>> = {
  graph: 'on the canvas',
  editor: 'in the editor',
  page: '',
  everywhere: '',
};

interface SheetGroup {
  readonly name: string;
  /** Where all of its commands hold, if not everywhere on the page. */
  readonly place: string;
  readonly commands: readonly Command[];
}

const placeOf = ({ scope = 'page' }: Command): string => PLACES[scope];

/** Commands that have strokes, by group; groups without any are left out. */
function sheetGroups(commands: readonly Command[]): readonly SheetGroup[] {
  return COMMAND_GROUPS.map((name) => {
    const members = commands.filter(({ group, keys }) => group === name && (keys ?? []).length > 0);
    const [first] = members;
    const place = first !== undefined && members.every((one) => placeOf(one) === placeOf(first)) ? placeOf(first) : '';
    return { name, place, commands: members };
  }).filter((group) => group.commands.length > 0);
}

/** The sheet, while it is open. */
export function ShortcutSheet() {
  const commands = useCommands((state) => state.commands);
  const groups = useMemo(() => sheetGroups(commands), [commands]);
  return (
    <DialogFrame title="Keyboard shortcuts" className="sheet-dialog">
      {/* Longer than a small screen: the keyboard scrolls it. */}
      <div className="sheet" tabIndex={0} role="region" aria-label="Shortcuts by group">
        {groups.map(({ name, place, commands: members }) => (
          <Table key={name} caption={place === '' ? name : `${name}, ${place}`}>
            {members.map((command) => (
              <Line key={command.id} title={command.title} keys={command.keys}>
                {place === '' && <span className="sheet-place"> {placeOf(command)}</span>}
              </Line>
            ))}
          </Table>
        ))}
        {HABIT_GROUPS.map(({ name, habits }) => (
          <Table key={name} caption={name}>
            {habits.map((habit) => (
              <Line key={habit.title} {...habit} />
            ))}
          </Table>
        ))}
      </div>
    </DialogFrame>
  );
}

function Table({ caption, children }: { readonly caption: string; readonly children: ReactNode }) {
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>{children}</tbody>
    </table>
  );
}

interface LineProps {
  readonly title: string;
  readonly keys?: readonly string[] | undefined;
  /** What the pointer does for it. */
  readonly pointer?: string | undefined;
  readonly children?: ReactNode;
}

function Line({ title, keys = [], pointer, children }: LineProps) {
  return (
    <tr>
      <th scope="row">
        {title}
        {children}
      </th>
      <td>
        {keys.map((stroke) => (
          <Keys key={stroke} stroke={stroke} />
        ))}
        {pointer !== undefined && <span className="sheet-pointer">{pointer}</span>}
      </td>
    </tr>
  );
}
