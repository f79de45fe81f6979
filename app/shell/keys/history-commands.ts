/** Undo and redo as commands: the same history wherever the keyboard is. */
import type { Command } from '../../store/commands.ts';
import { useDocument } from '../../store/document.ts';

/** A node that has the focus may go with the change: the keyboard is to stay on the canvas. */
function stayOnCanvas(): void {
  document.activeElement?.closest<HTMLElement>('section.canvas')?.focus({ preventScroll: true });
}

/** The two of them. Monaco's own keys for it lead to the same history. */
export const historyCommands: readonly Command[] = [
  {
    id: 'edit.undo',
    title: 'Undo',
    group: 'Edit',
    keys: ['Mod+Z'],
    run: () => {
      stayOnCanvas();
      useDocument.getState().undo();
    },
  },
  {
    id: 'edit.redo',
    title: 'Redo',
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    run: () => {
      stayOnCanvas();
      useDocument.getState().redo();
    },
  },
];
