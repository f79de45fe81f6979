/** The page's entry: styles, what was kept of the last visit, then the page. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './look/tokens.css';
import './look/base.css';
import { App } from './App.tsx';
import { restoreSession, startSession } from './shell/session.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

await restoreSession();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
startSession();
