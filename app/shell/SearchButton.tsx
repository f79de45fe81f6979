/** The button of the bar that opens the command palette, and shows its stroke. */
import { Search } from 'lucide-react';
import { Button, Hint } from '../look/controls.tsx';
import { strokeLabel } from '../store/key-strokes.ts';
import { openDialog } from './dialogs.ts';

/** The button. */
export function SearchButton() {
  const stroke = strokeLabel('Mod+K');
  return (
    <Hint text={`Search commands, layers, networks and documents (${stroke})`}>
      <Button
        icon={<Search />}
        className="bar-menu bar-search"
        aria-haspopup="dialog"
        aria-label="Search"
        onClick={() => openDialog('palette')}
      >
        <span className="bar-word">Search</span>
        <kbd className="bar-word">{stroke}</kbd>
      </Button>
    </Hint>
  );
}
