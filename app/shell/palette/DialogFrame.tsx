/** The frame of the page's dialogs: a veil, a title for screen readers or for all, and Escape. */
import { Dialog } from 'radix-ui';
import { useEffect, type ReactNode } from 'react';
import { classes } from '../../look/controls.tsx';
import { afterDialog, closeDialog } from '../dialogs.ts';
import './dialogs.css';

interface DialogFrameProps {
  readonly title: string;
  /** The title is only for screen readers, where what is in the dialog needs none. */
  readonly hideTitle?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A dialog, open for as long as it is there. Its first field takes the focus by itself. */
export function DialogFrame({ title, hideTitle = false, className, children }: DialogFrameProps) {
  useEffect(() => {
    const page = document.getElementById('root');
    // Hidden from screen readers alone, the page would still hold what takes the focus.
    page?.toggleAttribute('inert', true);
    return () => void page?.toggleAttribute('inert', false);
  }, []);
  return (
    <Dialog.Root open onOpenChange={(open) => open || closeDialog()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-veil" />
        <Dialog.Content
          className={classes('dialog', className)}
          aria-describedby={undefined}
          onCloseAutoFocus={afterDialog}
        >
          <Dialog.Title className={hideTitle ? 'visually-hidden' : 'dialog-title'}>{title}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
