/** The page's dialogs. They are there from the start: what is typed right after a stroke is meant for what it opened. */
import { useDialogs } from './dialogs.ts';
import { GalleryDialog } from './gallery/GalleryDialog.tsx';
import { CommandPalette } from './palette/CommandPalette.tsx';
import { ShortcutSheet } from './palette/ShortcutSheet.tsx';

/** The dialog that is open. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  switch (open) {
    case 'palette':
      return <CommandPalette />;
    case 'shortcuts':
      return <ShortcutSheet />;
    case 'gallery':
      return <GalleryDialog />;
    case undefined:
      return null;
  }
}
