/** Draws the self-test in place of the page; it shares the page's theme and nothing else. */
import { Tooltip } from 'radix-ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followInput, followTheme } from '../shell/theme.ts';
import { keepStore } from '../store/persist.ts';
import { useView, viewHomes } from '../store/view.ts';
import { SelfTestPage } from './SelfTestPage.tsx';

/** Draws it into the page's root. */
export function openSelfTest(root: HTMLElement): void {
  keepStore(useView, 'crema.view', viewHomes, localStorage);
  followTheme();
  followInput();
  document.title = 'Crema self-test';
  createRoot(root).render(
    <StrictMode>
      <Tooltip.Provider delayDuration={400}>
        <SelfTestPage />
      </Tooltip.Provider>
    </StrictMode>,
  );
}
