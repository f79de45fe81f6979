/** The page's entry: styles, isolation, what was kept of the last visit, then the page. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './look/tokens.css';
import './look/base.css';
import { App } from './App.tsx';
import { isolate } from './shell/isolation.ts';
import { restoreSession, startSession } from './shell/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** The self-test is a page of its own; going from one to the other loads anew. */
const isSelfTest = () => location.hash === '#/selftest';

// A page that is about to be loaded again is not worth drawing.
if (!(await isolate())) {
  const opened = isSelfTest();
  addEventListener('hashchange', () => {
    if (isSelfTest() !== opened) location.reload();
  });
  if (opened) (await import('./selftest/open-self-test.tsx')).openSelfTest(root);
  else await openPage(root);
}

async function openPage(place: HTMLElement): Promise<void> {
  await restoreSession();
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  startSession();
}
