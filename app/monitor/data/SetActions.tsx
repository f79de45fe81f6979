/** Dividing a set in training and test images, and making a smaller set of it. */
import { Divide, Scissors } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import type { DatasetSummary, SubsetChoice } from '../../data/dataset.ts';
import { Button, Segmented } from '../../look/controls.tsx';
import { holdOutData, subsetData } from '../../shell/commands/data.ts';
import { useDataset } from '../../store/dataset.ts';

interface SetActionsProps {
  readonly summary: DatasetSummary;
}

/** The buttons. A generated set is not changed; where there are test images, nothing needs to be held out. */
export function SetActions({ summary }: SetActionsProps) {
  const { source, trainCount, testCount } = summary;
  const busy = useDataset((state) => state.job !== undefined);
  if (trainCount < 2) return null;
  return (
    <div className="data-buttons data-actions">
      {testCount === 0 && source !== 'generated' && (
        <Panel label="Hold out…" icon={<Divide />} disabled={busy}>
          {(close) => <HoldOut summary={summary} close={close} />}
        </Panel>
      )}
      <Panel label="Subset…" icon={<Scissors />} disabled={busy}>
        {(close) => <Subset summary={summary} close={close} />}
      </Panel>
    </div>
  );
}

interface PanelProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly disabled: boolean;
  readonly children: (close: () => void) => ReactNode;
}

function Panel({ label, icon, disabled, children }: PanelProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button small icon={icon} disabled={disabled}>
          {label}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="data-panel" side="right" align="start" sideOffset={6} aria-label={label}>
          {children(() => setOpen(false))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface FormProps extends SetActionsProps {
  readonly close: () => void;
}

const shares = ['5', '10', '20', '50'] as const;

function HoldOut({ summary, close }: FormProps) {
  const [share, setShare] = useState<string>('10');
  return (
    <form
      className="data-form"
      onSubmit={(event) => {
        event.preventDefault();
        close();
        void holdOutData(summary.name, Number(share) / 100);
      }}
    >
      <h4>Hold out test images</h4>
      <div className="data-field">
        <span>Share</span>
        <Segmented
          small
          label="Share held out"
          value={share}
          options={shares.map((value) => ({ value, label: `${value}%` }))}
          onChange={setShare}
        />
      </div>
      <p className="data-hint">Of each class the same share, drawn by a fixed seed. They are no longer trained with.</p>
      <div className="data-form-end">
        <Button small tone="primary" type="submit">
          Hold out {share}%
        </Button>
      </div>
    </form>
  );
}

const kinds = [
  { value: 'first', label: 'First' },
  { value: 'perClass', label: 'Of each class' },
  { value: 'all', label: 'All' },
] as const;

function Subset({ summary, close }: FormProps) {
  const { name, classNames, trainCount } = summary;
  const [kind, setKind] = useState<(typeof kinds)[number]['value']>('perClass');
  const [count, setCount] = useState(String(Math.max(1, Math.round(trainCount / classNames.length / 10))));
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const number = /^\d{1,7}$/.test(count) ? Number(count) : 0;
  const kept = classNames.map((_, label) => label).filter((label) => !left.has(label));
  const wrong =
    kept.length < 2
      ? 'Choose two classes or more.'
      : kind !== 'all' && number < 1
        ? 'Give a number of images, 1 or more.'
        : kind === 'all' && left.size === 0
          ? 'That is the whole set: choose fewer images or classes.'
          : undefined;
  const choice: SubsetChoice = {
    ...(kind === 'first' ? { first: number } : kind === 'perClass' ? { perClass: number } : {}),
    ...(left.size === 0 ? {} : { classes: kept }),
  };
  const what = [
    kind === 'first' ? `first ${number}` : kind === 'perClass' ? `${number} of each` : '',
    left.size === 0 ? '' : `${kept.length} classes`,
  ].filter((part) => part !== '');
  return (
    <form
      className="data-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong !== undefined) return;
        close();
        void subsetData(name, choice, `${name}, ${what.join(', ')}`.slice(0, 76));
      }}
    >
      <h4>A smaller set of {name}</h4>
      <div className="data-field">
        <span>Training images</span>
        <Segmented small label="Which training images" value={kind} options={kinds} onChange={setKind} />
      </div>
      {kind !== 'all' && (
        <label>
          <span>How many</span>
          <input inputMode="numeric" aria-label="How many" value={count} onChange={(e) => setCount(e.target.value)} />
        </label>
      )}
      <fieldset className="data-classes">
        <legend>Classes</legend>
        {classNames.map((className, label) => (
          <label key={`${label} ${className}`}>
            <input
              type="checkbox"
              checked={!left.has(label)}
              onChange={(event) => {
                const next = new Set(left);
                if (event.target.checked) next.delete(label);
                else next.add(label);
                setLeft(next);
              }}
            />
            {className}
          </label>
        ))}
      </fieldset>
      <p className={wrong === undefined ? 'data-hint' : 'data-wrong'}>
        {wrong ?? 'Test images are thinned in the same proportion. The whole set stays.'}
      </p>
      <div className="data-form-end">
        <Button small tone="primary" type="submit" disabled={wrong !== undefined}>
          Make the set
        </Button>
      </div>
    </form>
  );
}
