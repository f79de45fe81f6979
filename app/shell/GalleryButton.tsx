/** The button of the bar that opens the gallery. */
import { LayoutGrid } from 'lucide-react';
import { Button } from '../look/controls.tsx';
import { openDialog, useDialogs } from './dialogs.ts';

/** The button. */
export function GalleryButton() {
  const open = useDialogs((state) => state.open === 'gallery');
  return (
    <Button
      tone="quiet"
      icon={<LayoutGrid />}
      className="bar-menu bar-gallery"
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label="Gallery"
      onClick={() => openDialog('gallery')}
    >
      <span className="bar-word">Gallery</span>
    </Button>
  );
}
