/** Light or dark: the user's choice, or the system's. */
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
