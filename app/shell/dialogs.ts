/** Which of the page's dialogs is open: one at a time. */
import { create } from 'zustand';

export type DialogName = 'palette' | 'shortcuts' | 'gallery';

export const useDialogs = create<{ readonly open: DialogName | undefined }>()(() => ({ open: undefined }));

/** Where the keyboard was before, and is to be again. */
let from: Element | null = null;
/** What is to be done once the dialog is gone. */
let after: (() => void) | undefined;

/** Opens a dialog in place of any other. */
export function openDialog(open: DialogName): void {
  from = document.activeElement;
  useDialogs.setState({ open });
}

/**
 * Closes the dialog that is open. What is to be done then waits until the keyboard is back where it was before, so that a
 * command finds the page as the person left it.
 */
export function closeDialog(then?: () => void): void {
  after = then;
  useDialogs.setState({ open: undefined });
}

/** Gives the keyboard back as the dialog goes, and does what waits for that. */
export function afterDialog(event: Event): void {
  // A dialog without a button of its own to return to would leave it nowhere.
  event.preventDefault();
  if (from instanceof HTMLElement) from.focus({ preventScroll: true });
  const then = after;
  after = undefined;
  if (then !== undefined) setTimeout(then, 0);
}
