/** The command palette: everything the page can do, and every layer, network and document, by a few letters. */
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { closeDialog } from '../dialogs.ts';
import { keeper } from '../documents/documents.ts';
import { DialogFrame } from './DialogFrame.tsx';
import { Keys } from './Keys.tsx';
import type { PaletteEntry } from './command-entries.ts';
import { paletteEntries } from './palette-entries.ts';
import { scoreOf } from './search-score.ts';

/** Lines of one group that are drawn; a search narrows them. */
const MOST_OF_A_GROUP = 40;

interface Found {
  readonly group: string;
  readonly entries: readonly PaletteEntry[];
}

/** Entries that fit a query, in groups; the group with the best fit first. */
function find(entries: readonly PaletteEntry[], query: string): readonly Found[] {
  const isSearch = query.trim() !== '';
  const groups = new Map<string, { entry: PaletteEntry; score: number }[]>();
  for (const entry of entries) {
    if (!isSearch && entry.onlySearched) continue;
    const score = scoreOf(entry.title, query, entry.keywords) * (entry.reason === undefined ? 1 : 0.8);
    if (score === 0) continue;
    const group = groups.get(entry.group) ?? [];
    if (group.length === 0) groups.set(entry.group, group);
    group.push({ entry, score });
  }
  const found = [...groups].map(([group, members]) => {
    if (isSearch) members.sort((a, b) => b.score - a.score);
    return {
      group,
      best: members[0]?.score ?? 0,
      entries: members.slice(0, MOST_OF_A_GROUP).map(({ entry }) => entry),
    };
  });
  return isSearch ? found.sort((a, b) => b.best - a.best) : found;
}

/** The palette, while it is open. */
export function CommandPalette() {
  const [query, setQuery] = useState('');
  const entries = useMemo(() => {
    keeper.refreshList();
    return paletteEntries();
  }, []);
  const found = useMemo(() => find(entries, query), [entries, query]);
  return (
    <DialogFrame title="Commands" hideTitle className="palette-dialog">
      <Command shouldFilter={false} label="Commands" loop vimBindings={false}>
        <div className="palette-query">
          <Search aria-hidden />
          <Command.Input
            value={query}
            onValueChange={setQuery}
            placeholder="Search commands, layers, networks, documents"
            onKeyDown={(event) => {
              // The stroke that opens the palette closes it.
              if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
                event.preventDefault();
                closeDialog();
              }
            }}
          />
        </div>
        <Command.List className="palette-lines" label="Commands">
          <Command.Empty className="palette-nothing">
            Nothing of that name. Try a word of what you want to do.
          </Command.Empty>
          {found.map(({ group, entries: members }) => (
            <Command.Group key={group} heading={group}>
              {members.map((entry) => (
                <Command.Item
                  key={entry.id}
                  value={entry.id}
                  disabled={entry.reason !== undefined}
                  className="palette-line"
                  onSelect={() => closeDialog(entry.run)}
                >
                  <span className="palette-title">{entry.title}</span>
                  {entry.reason !== undefined && <span className="palette-reason">{entry.reason}</span>}
                  {entry.detail !== undefined && <span className="palette-reason">{entry.detail}</span>}
                  {entry.keys !== undefined && <Keys stroke={entry.keys} />}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </DialogFrame>
  );
}
