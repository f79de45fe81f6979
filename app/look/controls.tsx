/** The page's own small controls: buttons, icon buttons with a tooltip, and a switch between a few values. */
import { ToggleGroup, Tooltip } from 'radix-ui';
import type { ButtonHTMLAttributes, ReactElement, ReactNode, Ref } from 'react';
import './controls.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one main action; `plain`: outlined; `quiet`: no outline until hovered; `danger`: takes something away. */
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly icon?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button with a word on it. */
export function Button({ tone = 'plain', small = false, icon, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes('button', `button-${tone}`, small && 'button-small', className)} {...rest}>
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children' | 'title'> {
  /** What it does: its accessible name and tooltip. */
  readonly label: string;
  readonly children: ReactNode;
}

/** A button with a picture on it, explained by a tooltip. */
export function IconButton({ label, tone = 'quiet', small = false, className, children, ...rest }: IconButtonProps) {
  return (
    <Hint text={label}>
      <button
        type="button"
        aria-label={label}
        className={classes('button', 'button-icon', `button-${tone}`, small && 'button-small', className)}
        {...rest}
      >
        {children}
      </button>
    </Hint>
  );
}

/** A tooltip over one element. */
export function Hint({ text, children }: { readonly text: ReactNode; readonly children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode; readonly name?: string }[];
  readonly onChange: (value: Value) => void;
  readonly small?: boolean;
}

/** A choice of one among a few. */
export function Segmented<Value extends string>({ label, value, options, onChange, small }: SegmentedProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      className={classes('segmented', small === true && 'segmented-small')}
      value={value}
      onValueChange={(chosen) => {
        // Clicking the chosen one again would choose none.
        if (chosen !== '') onChange(chosen as Value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} aria-label={option.name} className="segmented-item">
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

/** A bar that fills; without a total it moves to show that something goes on. */
export function ProgressBar({
  done,
  total,
  label,
}: {
  readonly done: number;
  readonly total: number;
  readonly label: string;
}) {
  const known = total > 0;
  return (
    <div
      className={classes('progress', !known && 'progress-unknown')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? total : undefined}
      aria-valuenow={known ? Math.min(done, total) : undefined}
    >
      <div
        className="progress-fill"
        style={known ? { transform: `scaleX(${Math.min(1, done / total)})` } : undefined}
      />
    </div>
  );
}

/** Joins class names, leaving out what is false. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter((name) => typeof name === 'string' && name !== '').join(' ');
}
