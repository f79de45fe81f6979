/** The sheet of shortcuts: every stroke of the page, by group, read from the same list that the keyboard is. */
import { useMemo } from 'react';
import { COMMAND_GROUPS, useCommands, type Command, type CommandScope } from '../../store/commands.ts';
import { DialogFrame } from './DialogFrame.tsx';
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
          <table key={name}>
            <caption>
              {name}
              {place !== '' && `, ${place}`}
            </caption>
            <tbody>
              {members.map((command) => (
                <tr key={command.id}>
                  <th scope="row">
                    {command.title}
                    {place === '' && <span className="sheet-place"> {placeOf(command)}</span>}
                  </th>
                  <td>
                    {(command.keys ?? []).map((stroke) => (
                      <Keys key={stroke} stroke={stroke} />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </DialogFrame>
  );
}
