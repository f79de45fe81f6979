/** The bar on top: the document, Caffe's four steps, the run's controls, the phase, the engine, gallery and export. */
import { Monitor as SystemIcon, Moon, Sun } from 'lucide-react';
import { IconButton, Segmented } from '../look/controls.tsx';
import { useDocument } from '../store/document.ts';
import { useView, type ThemeChoice } from '../store/view.ts';
import { showPhase } from './commands/phase.ts';
import { DocumentMenu } from './DocumentMenu.tsx';
import { EngineBadge } from './EngineBadge.tsx';
import { ExportMenu } from './ExportMenu.tsx';
import { GalleryButton } from './GalleryButton.tsx';
import { RunControls } from './RunControls.tsx';
import { SearchButton } from './SearchButton.tsx';
import { Steps } from './Steps.tsx';
import './bar.css';

/** The bar. */
export function Bar() {
  return (
    <header className="bar">
      <div className="bar-start">
        <Logo />
        <DocumentMenu />
        <GalleryButton />
      </div>
      <Steps />
      <RunControls />
      <div className="bar-end">
        <PhaseSwitch />
        <EngineBadge />
        <SearchButton />
        <ExportMenu />
        <ThemeToggle />
      </div>
    </header>
  );
}

function Logo() {
  return (
    <div className="logo">
      <svg viewBox="0 0 16 16" aria-hidden>
        <circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--accent)" strokeWidth="3" />
      </svg>
      <h1>crema</h1>
    </div>
  );
}

/** Deploy is the TEST phase without data, labels and losses: to be looked at, not changed. */
function PhaseSwitch() {
  const phase = useDocument((state) => state.phase);
  const deploy = useView((state) => state.deploy);
  return (
    <Segmented
      label="Phase shown in the graph"
      value={deploy ? 'DEPLOY' : phase}
      options={[
        { value: 'TRAIN', label: 'Train', name: 'Show the TRAIN phase' },
        { value: 'TEST', label: 'Test', name: 'Show the TEST phase' },
        { value: 'DEPLOY', label: 'Deploy', name: 'Show the net as it is used after training' },
      ]}
      onChange={showPhase}
    />
  );
}

const themes: Readonly<Record<ThemeChoice, { readonly next: ThemeChoice; readonly label: string }>> = {
  system: { next: 'light', label: "Theme: the system's. Switch to light" },
  light: { next: 'dark', label: 'Theme: light. Switch to dark' },
  dark: { next: 'system', label: "Theme: dark. Switch to the system's" },
};

function ThemeToggle() {
  const theme = useView((state) => state.theme);
  const setTheme = useView((state) => state.setTheme);
  const Icon = { system: SystemIcon, light: Sun, dark: Moon }[theme];
  return (
    <IconButton label={themes[theme].label} onClick={() => setTheme(themes[theme].next)}>
      <Icon />
    </IconButton>
  );
}
