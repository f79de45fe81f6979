/** What the whole page is told through its root element: light or dark, and whether keys or a pointer were used last. */
import { useView, type ThemeChoice } from '../store/view.ts';

/** Sets the page's theme now and whenever the choice or the system's changes. */
export function followTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = (choice: ThemeChoice) => {
    const shownTheme = choice === 'system' ? (system.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset['theme'] = shownTheme;
    if (useView.getState().shownTheme !== shownTheme) useView.setState({ shownTheme });
  };
  system.addEventListener('change', () => apply(useView.getState().theme));
  useView.subscribe((now, before) => {
    if (now.theme !== before.theme) apply(now.theme);
  });
  apply(useView.getState().theme);
}

/** Marks the page with what was used last, so that focus rings are shown to those who use keys. */
export function followInput(): void {
  const mark = (input: 'pointer' | 'keys') => {
    document.documentElement.dataset['input'] = input;
  };
  addEventListener('pointerdown', () => mark('pointer'), { capture: true });
  addEventListener('keydown', () => mark('keys'), { capture: true });
}
