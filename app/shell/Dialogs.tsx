/** The page's dialogs, loaded when the first of them is opened. */
import { lazy, Suspense } from 'react';
import { useDialogs } from './dialogs.ts';

const CommandPalette = lazy(() => import('./palette/CommandPalette.tsx').then((m) => ({ default: m.CommandPalette })));
const ShortcutSheet = lazy(() => import('./palette/ShortcutSheet.tsx').then((m) => ({ default: m.ShortcutSheet })));
const GalleryDialog = lazy(() => import('./gallery/GalleryDialog.tsx').then((m) => ({ default: m.GalleryDialog })));

/** The dialog that is open. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  return (
    <Suspense fallback={null}>
      {open === 'palette' && <CommandPalette />}
      {open === 'shortcuts' && <ShortcutSheet />}
      {open === 'gallery' && <GalleryDialog />}
    </Suspense>
  );
}
