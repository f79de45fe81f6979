/** The controls of single values: number with steps, text, menu, switch. They know nothing of lists and sections. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { Switch } from 'radix-ui';
import type { KeyboardEvent } from 'react';
import type { Field } from '../caffe/schema/dsl.ts';
import { literalOf } from '../caffe/text/strings.ts';
import { classes } from '../look/controls.tsx';
import { controlOfValue } from './form-model.ts';
import { checkNumber, limitsOf, stepNumber } from './field-limits.ts';
import { useDraft } from './use-draft.ts';

export interface ValueInputProps {
  readonly id: string;
  /** Accessible name. */
  readonly label: string;
  readonly name: string;
  readonly field: Field;
  /** As read from the text; undefined where it is not given. */
  readonly value: string | undefined;
  readonly mixed: boolean;
  /** What holds while nothing is given. */
  readonly fallback: string;
  /** Words to choose among in a string field. */
  readonly words?: readonly string[] | undefined;
  readonly describedBy: string;
  /** Something is wrong with what the text says. */
  readonly invalid: boolean;
  /** Takes a value as it stands in the text; undefined clears the field. */
  readonly onChange: (literal: string | undefined) => void;
}

/** The control that fits a field's type. */
export function ValueInput(props: ValueInputProps) {
  const { field, words } = props;
  switch (controlOfValue(field)) {
    case 'number':
      return <NumberInput {...props} />;
    case 'switch':
      return <SwitchInput {...props} />;
    case 'menu':
      return <MenuInput {...props} options={optionsOf(field)} literal={(option) => option} />;
    case 'text':
      return words === undefined ? (
        <TextInput {...props} />
      ) : (
        <MenuInput {...props} options={words} literal={literalOf} />
      );
  }
}

const optionsOf = ({ type }: Field): readonly string[] =>
  typeof type === 'object' && type.kind === 'enum' ? Object.keys(type.values) : ['true', 'false'];

const placeholderOf = ({ mixed, fallback }: ValueInputProps): string => (mixed ? 'mixed' : fallback || 'not set');

function NumberInput(props: ValueInputProps) {
  const { id, label, name, field, value, mixed, fallback, describedBy, invalid, onChange } = props;
  const limits = limitsOf(name, field);
  const draft = useDraft(
    mixed ? '' : (value ?? ''),
    (typed) => (typed.trim() === '' ? { ok: true, literal: '' } : checkNumber(name, limits, typed)),
    (literal) => onChange(literal === '' ? undefined : literal),
  );
  const step = (direction: 1 | -1, large: boolean) => {
    const from = draft.problem === undefined && draft.text.trim() !== '' ? draft.text : fallback;
    draft.revert();
    const next = stepNumber(limits, from, direction, large);
    if (next !== value || mixed) onChange(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : undefined;
    if (direction === undefined || event.altKey || event.ctrlKey || event.metaKey) return draft.onKeyDown(event);
    event.preventDefault();
    step(direction, event.shiftKey);
  };
  const now = Number(draft.text);
  return (
    <span className="value-number">
      <input
        id={id}
        className="value-input"
        type="text"
        inputMode={limits.whole ? 'numeric' : 'decimal'}
        role="spinbutton"
        aria-label={label}
        aria-valuenow={draft.text.trim() !== '' && Number.isFinite(now) ? now : undefined}
        aria-valuemin={limits.min}
        aria-valuemax={limits.max}
        aria-valuetext={draft.text === '' ? placeholderOf(props) : undefined}
        aria-invalid={invalid || draft.problem !== undefined}
        aria-describedby={draft.problem === undefined ? describedBy : `${describedBy} ${id}-problem`}
        data-draft={draft.dirty || undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholderOf(props)}
        value={draft.text}
        onChange={(event) => draft.type(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={onKeyDown}
      />
      <span className="value-steps" aria-hidden>
        <StepButton direction={1} onStep={step} />
        <StepButton direction={-1} onStep={step} />
      </span>
      <Problem id={id} text={draft.problem} />
    </span>
  );
}

interface StepButtonProps {
  readonly direction: 1 | -1;
  readonly onStep: (direction: 1 | -1, large: boolean) => void;
}

/** For the pointer; the keyboard has its arrows. */
function StepButton({ direction, onStep }: StepButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      // The field keeps the keyboard, so that what is being typed is not taken over first.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => onStep(direction, event.shiftKey)}
    >
      {direction === 1 ? <ChevronUp /> : <ChevronDown />}
    </button>
  );
}

function TextInput(props: ValueInputProps) {
  const { id, label, value, mixed, describedBy, invalid, onChange } = props;
  const draft = useDraft(
    mixed ? '' : (value ?? ''),
    (typed) => ({ ok: true, literal: typed === '' ? '' : literalOf(typed) }),
    (literal) => onChange(literal === '' ? undefined : literal),
  );
  return (
    <input
      id={id}
      className="value-input"
      type="text"
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      data-draft={draft.dirty || undefined}
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholderOf(props)}
      title={draft.text}
      value={draft.text}
      onChange={(event) => draft.type(event.target.value)}
      onBlur={draft.commit}
      onKeyDown={draft.onKeyDown}
    />
  );
}

interface MenuInputProps extends ValueInputProps {
  readonly options: readonly string[];
  readonly literal: (option: string) => string;
}

function MenuInput({
  id,
  label,
  value,
  mixed,
  fallback,
  describedBy,
  invalid,
  onChange,
  options,
  literal,
}: MenuInputProps) {
  const known = value === undefined || options.includes(value);
  const given = mixed ? '\u0000mixed' : (value ?? '');
  return (
    <span className={classes('value-menu', (mixed || value === undefined) && 'is-default')}>
      <select
        id={id}
        aria-label={label}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        value={given}
        onChange={(event) => onChange(event.target.value === '' ? undefined : literal(event.target.value))}
      >
        {mixed && (
          <option value={given} disabled>
            mixed
          </option>
        )}
        <optgroup label="Default">
          <option value="">{fallback === '' ? 'not set' : fallback}</option>
        </optgroup>
        <optgroup label="Set to">
          {!known && <option value={value}>{value}</option>}
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </optgroup>
      </select>
      <ChevronDown aria-hidden />
    </span>
  );
}

const TRUE = /^(?:true|True|t|0*1|0x0*1)$/;

function SwitchInput({ id, label, value, mixed, fallback, describedBy, invalid, onChange }: ValueInputProps) {
  const on = TRUE.test(value ?? fallback);
  return (
    <span className="value-switch">
      <span className="value-switch-word" aria-hidden>
        {mixed ? 'mixed' : on ? 'true' : 'false'}
      </span>
      <Toggle
        id={id}
        label={label}
        on={on}
        mixed={mixed}
        faint={value === undefined && !mixed}
        describedBy={describedBy}
        invalid={invalid}
        onChange={(next) => onChange(String(next))}
      />
    </span>
  );
}

interface ToggleProps {
  readonly id: string;
  readonly label: string;
  readonly on: boolean;
  readonly mixed: boolean;
  readonly faint?: boolean;
  readonly disabled?: boolean;
  readonly invalid?: boolean;
  readonly describedBy?: string;
  readonly onChange: (on: boolean) => void;
}

/** A switch; where several layers differ it stands in the middle, and turns on. */
export function Toggle({ id, label, on, mixed, faint, disabled, invalid, describedBy, onChange }: ToggleProps) {
  return (
    <Switch.Root
      id={id}
      className={classes('toggle', mixed && 'is-mixed', faint === true && 'is-default')}
      aria-label={mixed ? `${label}, mixed` : label}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      disabled={disabled === true}
      checked={on && !mixed}
      onCheckedChange={onChange}
    >
      <Switch.Thumb className="toggle-thumb" />
    </Switch.Root>
  );
}

/** What is wrong with a value, below it. */
export function Problem({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <span id={`${id}-problem`} className="field-problem" role="alert">
      {text}
    </span>
  );
}
