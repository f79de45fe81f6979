/** The document's name, whether it is kept, and the menu of what can be done with documents. */
import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useId } from 'react';
import { runCommand, useCommands } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { useDocuments } from '../store/documents.ts';
import { strokeLabel } from '../store/key-strokes.ts';
import { keeper, showDocument } from './documents/documents.ts';

/** Documents that the menu lists; the command palette finds the others. */
const LISTED = 12;

/** Name and menu, as one box in the bar. */
export function DocumentMenu() {
  return (
    <div className="document">
      <DocumentName />
      <Saving />
      <DropdownMenu.Root modal={false} onOpenChange={(open) => open && keeper.refreshList()}>
        <DropdownMenu.Trigger className="document-menu" aria-label="Documents">
          <ChevronDown aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="popover menu" sideOffset={8} collisionPadding={8} align="end">
            <CommandItem id="document.new" title="New" />
            <CommandItem id="document.open" title="Open a file…" />
            <CommandItem id="document.gallery" title="Open from the gallery…" />
            <DropdownMenu.Separator className="menu-line" />
            <CommandItem id="document.save" title="Save the text in front" />
            <CommandItem id="document.save-as" title="Save as another file…" />
            <CommandItem id="document.link" title="Copy link" />
            <CommandItem id="document.duplicate" title="Duplicate" />
            <CommandItem id="document.delete" title="Delete" />
            <DropdownMenu.Separator className="menu-line" />
            <DocumentList />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
}

function DocumentName() {
  const name = useDocument((state) => state.name);
  const id = useId();
  return (
    <>
      <label className="visually-hidden" htmlFor={id}>
        Name of the network
      </label>
      <input
        id={id}
        className="document-name"
        value={name}
        size={Math.min(24, Math.max(8, name.length))}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => useDocument.setState({ name: event.target.value })}
        onBlur={() => {
          if (name.trim() === '') useDocument.setState({ name: 'untitled' });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
    </>
  );
}

function Saving() {
  const saving = useDocuments((state) => state.saving);
  if (saving === 'failed') return <span className="document-saving is-failed">not kept</span>;
  // The moment between a change and its being kept is not worth a flicker.
  return <span className="document-saving">saved</span>;
}

/** A command as an item of a menu, under a shorter title. */
export function CommandItem({ id, title }: { readonly id: string; readonly title: string }) {
  const command = useCommands((state) => state.commands.find((one) => one.id === id));
  if (command === undefined) return null;
  const reason = command.unavailable?.();
  const stroke = command.keys?.[0];
  return (
    <DropdownMenu.Item className="menu-item" disabled={reason !== undefined} onSelect={() => runCommand(command)}>
      <span className="menu-title">{title}</span>
      <span className="menu-what">{reason ?? (stroke === undefined ? '' : strokeLabel(stroke))}</span>
    </DropdownMenu.Item>
  );
}

function DocumentList() {
  const list = useDocuments((state) => state.list);
  const current = useDocument((state) => state.id);
  return (
    <DropdownMenu.Group aria-label="Documents in this browser">
      <DropdownMenu.Label className="menu-heading">Documents in this browser</DropdownMenu.Label>
      {list.slice(0, LISTED).map(({ id, name, changed }) => (
        <DropdownMenu.Item key={id} className="menu-item" onSelect={() => showDocument(id)}>
          <span className="menu-title menu-name">
            <Check aria-hidden visibility={id === current ? undefined : 'hidden'} />
            {name}
            {id === current && <span className="visually-hidden">, on the page now</span>}
          </span>
          <span className="menu-what">{ago(changed)}</span>
        </DropdownMenu.Item>
      ))}
      {list.length > LISTED && (
        <CommandItem id="help.palette" title={`${list.length - LISTED} more: search for them`} />
      )}
    </DropdownMenu.Group>
  );
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in a word or two. */
function ago(when: number): string {
  const past = Date.now() - when;
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
  if (past < MINUTE) return 'now';
  if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return relative.format(-Math.floor(past / HOUR), 'hour');
  return relative.format(-Math.floor(past / DAY), 'day');
}
