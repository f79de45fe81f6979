/** The run's buttons: the main action with its word, the others as icons. */
import { Camera, Pause, Play, RotateCcw, Square, StepForward } from 'lucide-react';
import type { ComponentType } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Button, Hint, IconButton } from '../look/controls.tsx';
import { obstacleOf } from '../store/readiness.ts';
import { runActions, useRun, type RunAction } from '../store/run.ts';
import { doRunAction } from './commands/run.ts';
import { useSteps } from './Steps.tsx';

interface Face {
  readonly word: string;
  readonly label: string;
  readonly icon: ComponentType;
}

const faces: Readonly<Record<RunAction, Face>> = {
  train: { word: 'Train', label: 'Train from the start', icon: Play },
  continue: { word: 'Continue', label: 'Continue from the last snapshot', icon: Play },
  pause: { word: 'Pause', label: 'Pause', icon: Pause },
  resume: { word: 'Resume', label: 'Resume', icon: Play },
  step: { word: 'Step', label: 'One iteration', icon: StepForward },
  snapshot: { word: 'Snapshot', label: 'Take a snapshot', icon: Camera },
  stop: { word: 'Stop', label: 'Stop and keep a snapshot', icon: Square },
  reset: { word: 'Reset', label: 'Forget this run and its weights', icon: RotateCcw },
};

/** What stands in the way of training, as a sentence, or undefined. */
export function useObstacle(): string | undefined {
  const steps = useSteps();
  const engine = useRun((state) => state.engine);
  return obstacleOf(steps, engine);
}

/** The controls in the bar, or with all their words in the monitor. */
export function RunControls({ words = false }: { readonly words?: boolean }) {
  const actions = useRun(useShallow(runActions));
  const obstacle = useObstacle();
  // The one button that starts a run is the bar's.
  if (words && actions.length === 1 && actions[0] === 'train') return null;
  return (
    <div className={words ? 'run-buttons' : 'run-controls'} role="group" aria-label={words ? 'Run' : 'Run controls'}>
      {actions.map((action, i) => (
        <ActionButton key={action} action={action} main={i === 0} words={words} obstacle={obstacle} />
      ))}
    </div>
  );
}

interface ActionButtonProps {
  readonly action: RunAction;
  readonly main: boolean;
  readonly words: boolean;
  readonly obstacle: string | undefined;
}

function ActionButton({ action, main, words, obstacle }: ActionButtonProps) {
  const { word, label, icon: Icon } = faces[action];
  const blocked = (action === 'train' || action === 'continue') && obstacle !== undefined;
  const onClick = () => void doRunAction(action);
  if (!main && !words) {
    return (
      <IconButton label={blocked ? obstacle : label} disabled={blocked} onClick={onClick}>
        <Icon />
      </IconButton>
    );
  }
  const button = (
    <Button
      tone={main && !words ? 'primary' : 'plain'}
      small={words}
      icon={words ? undefined : <Icon />}
      // A disabled button shows no tooltip and takes no focus: this one says why.
      aria-disabled={blocked}
      className={blocked ? 'button-blocked' : ''}
      onClick={blocked ? undefined : onClick}
    >
      {word}
    </Button>
  );
  return <Hint text={blocked ? obstacle : label}>{button}</Hint>;
}
