/** The bar on top: the document, Caffe's four steps, the run's controls, the phase, the engine, gallery and export. */
import { Monitor as SystemIcon, Moon, Sun } from 'lucide-react';
import { useId } from 'react';
import { IconButton, Segmented } from '../look/controls.tsx';
import { useDocument } from '../store/document.ts';
import { useView, type ThemeChoice } from '../store/view.ts';
import { EngineBadge } from './EngineBadge.tsx';
import { ExportMenu } from './ExportMenu.tsx';
import { GalleryMenu } from './GalleryMenu.tsx';
import { RunControls } from './RunControls.tsx';
import { Steps } from './Steps.tsx';
import './bar.css';

/** The bar. */
export function Bar() {
  return (
    <header className="bar">
      <div className="bar-start">
        <Logo />
        <DocumentName />
        <GalleryMenu />
      </div>
      <Steps />
      <RunControls />
      <div className="bar-end">
        <PhaseSwitch />
        <EngineBadge />
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

function DocumentName() {
  const name = useDocument((state) => state.name);
  const id = useId();
  return (
    <>
      <label className="visually-hidden" htmlFor={id}>
        Name of the network
      </label>
      <input
        id={id}
        className="document-name"
        value={name}
        size={Math.min(24, Math.max(8, name.length))}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => useDocument.setState({ name: event.target.value })}
        onBlur={() => {
          if (name.trim() === '') useDocument.setState({ name: 'untitled' });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
    </>
  );
}

function PhaseSwitch() {
  const phase = useDocument((state) => state.phase);
  return (
    <Segmented
      label="Phase shown in the graph"
      value={phase}
      options={[
        { value: 'TRAIN', label: 'Train', name: 'Show the TRAIN phase' },
        { value: 'TEST', label: 'Test', name: 'Show the TEST phase' },
      ]}
      onChange={(chosen) => useDocument.setState({ phase: chosen })}
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
