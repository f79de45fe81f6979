/** Which of the page's dialogs is open: one at a time. */
import { create } from 'zustand';

export type DialogName = 'palette' | 'shortcuts' | 'gallery';

export const useDialogs = create<{ readonly open: DialogName | undefined }>()(() => ({ open: undefined }));

/** What is to be done once the dialog is gone. */
let after: (() => void) | undefined;

/** Opens a dialog in place of any other. */
export const openDialog = (open: DialogName): void => useDialogs.setState({ open });

/**
 * Closes the dialog that is open. What is to be done then waits until the keyboard is back where it was before, so that a
 * command finds the page as the person left it.
 */
export function closeDialog(then?: () => void): void {
  after = then;
  useDialogs.setState({ open: undefined });
}

/** Does what waits for the dialog to be gone; called while the focus goes back. */
export function afterDialog(): void {
  const then = after;
  after = undefined;
  // The focus goes back in this task; what is to be done may move it again.
  if (then !== undefined) setTimeout(then, 0);
}
