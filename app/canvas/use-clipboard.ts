/**
 * The browser's own copy, cut and paste events while the keyboard is on the graph: they need no permission, and come from
 * its menus too.
 */
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { copySelection, cutSelection, pasteText } from './clipboard.ts';

/** Is the keyboard on the graph, and not in a field that floats on it? */
function isOnGraph(pane: HTMLElement | null): boolean {
  const active = document.activeElement;
  if (pane === null || active === null || !pane.contains(active)) return false;
  return active.closest('input, textarea, select, .palette, .quick-palette') === null;
}

export function useClipboard(pane: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    const give = (event: ClipboardEvent, text: () => string | undefined): void => {
      if (event.defaultPrevented || event.clipboardData === null || !isOnGraph(pane.current)) return;
      event.preventDefault();
      const copied = text();
      if (copied !== undefined) event.clipboardData.setData('text/plain', copied);
    };
    document.addEventListener('copy', (event) => give(event, copySelection), { signal });
    document.addEventListener(
      'cut',
      (event) => {
        give(event, cutSelection);
        if (isOnGraph(pane.current)) pane.current?.focus({ preventScroll: true });
      },
      { signal },
    );
    document.addEventListener(
      'paste',
      (event) => {
        if (event.defaultPrevented || !isOnGraph(pane.current)) return;
        event.preventDefault();
        pane.current?.focus({ preventScroll: true });
        pasteText(event.clipboardData?.getData('text/plain') ?? '');
      },
      { signal },
    );
    return () => end.abort();
  }, [pane]);
}
