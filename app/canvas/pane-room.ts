/** What floats on the canvas at its size, and how much room that leaves for the graph. Pure. */
import type { Pane } from './viewport.ts';

export interface PaneSize {
  readonly width: number;
  readonly height: number;
}

/** What floats covers this much at each side, with its margins, in pixels. */
const PALETTE_ROOM = 172;
const OVERVIEW_ROOM = 96;
/** Below this width the palette is folded away unless it was opened by hand, and there is no overview. */
const NARROW = 600;
const LOW = 300;

/** Is the palette open? `choice` is what was chosen by hand, if anything. */
export const isPaletteOpen = (choice: boolean | undefined, size: PaneSize | undefined): boolean =>
  choice ?? (size !== undefined && size.width >= NARROW);

/** Is there room for the overview? */
export const hasOverview = ({ width, height }: PaneSize): boolean => width >= NARROW && height >= LOW;

/** The pane with what covers its sides. */
export const paneRoom = (size: PaneSize, choice: boolean | undefined): Pane => ({
  ...size,
  left: isPaletteOpen(choice, size) && size.width >= NARROW ? PALETTE_ROOM : 0,
  right: hasOverview(size) ? OVERVIEW_ROOM : 0,
});
