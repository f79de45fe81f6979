/** The frame around a control: the field's name with its explanation, the way back to the default, and what is wrong with it. */
import { RotateCcw } from 'lucide-react';
import type { FocusEvent, ReactNode } from 'react';
import { isExtension } from '../caffe/schema/dsl.ts';
import type { Diagnostic } from '../caffe/diagnostics.ts';
import { classes, Hint, IconButton } from '../look/controls.tsx';
import { useDocument } from '../store/document.ts';
import { useForm } from './form-context.ts';
import { defaultText, type FormField } from './form-model.ts';
import { analysedText } from './layer-slice.ts';

interface RowFrameProps {
  readonly id: string;
  readonly item: Pick<FormField, 'name' | 'field'>;
  readonly label: string;
  readonly explicit: boolean;
  readonly findings: readonly Diagnostic[];
  /** Goes back to the default; not given where there is none. */
  readonly onReset?: () => void;
  readonly children: ReactNode;
}

/** One line of the form. */
export function RowFrame({ id, item, label, explicit, findings, onReset, children }: RowFrameProps) {
  const { explain } = useForm();
  const { field } = item;
  const doc = docOf(item);
  const onFocus = (event: FocusEvent) => {
    // Only for the keyboard: the pointer has the tooltip.
    explain(event.target.matches(':focus-visible') ? doc : undefined);
  };
  return (
    <div className={classes('field', explicit && 'is-explicit')} onFocus={onFocus} onBlur={() => explain(undefined)}>
      <Hint text={doc}>
        <label className="field-label" htmlFor={id}>
          <BreakableName name={label} />
          <ForkMark fork={field.fork} />
          {field.deprecated && <span className="field-tag">old</span>}
        </label>
      </Hint>
      <div className="field-control">{children}</div>
      <span className="field-reset">
        {explicit && onReset !== undefined && (
          <IconButton
            label={`Reset ${label} to default`}
            small
            onClick={() => {
              onReset();
              // The button goes away under the keyboard.
              document.getElementById(id)?.focus();
            }}
          >
            <RotateCcw />
          </IconButton>
        )}
      </span>
      <span id={`${id}-doc`} className="visually-hidden">
        {doc}
      </span>
      <FindingList findings={findings} />
    </div>
  );
}

/** The explanation of a field, with where it comes from. */
export function docOf({ name, field }: Pick<FormField, 'name' | 'field'>): string {
  const fallback = defaultText(name, field);
  const parts = [field.doc];
  if (fallback !== '' && field.defaultValue !== undefined) parts.push(`Default: ${fallback}.`);
  if (isExtension(name)) parts.push("Crema's own, in a comment of the text, which Caffe passes over.");
  else if (field.fork !== undefined) parts.push(`From ${field.fork}, not in BVLC Caffe.`);
  return parts.join(' ');
}

/** Says that a field is not BVLC Caffe's. */
export function ForkMark({ fork }: { readonly fork: string | undefined }) {
  return fork === undefined ? null : <span className="field-tag field-tag-fork">{fork}</span>;
}

/** A long name breaks behind its underscores. */
export function BreakableName({ name }: { readonly name: string }) {
  return name.split('_').map((part, i) => (
    <span key={i}>
      {i > 0 && '_'}
      {i > 0 && <wbr />}
      {part}
    </span>
  ));
}

/** Findings, each a sentence, with the ways to mend them. */
export function FindingList({ findings }: { readonly findings: readonly Diagnostic[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="findings">
      {findings.map(({ severity, message, fixes = [] }, i) => (
        <li key={i} className={`finding finding-${severity}`}>
          {message}
          {fixes.map((fix) => (
            <button key={fix.title} type="button" className="finding-fix" onClick={() => mend(fix)}>
              {fix.title}
            </button>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** A fix is a list of edits of the text that was analysed: it waits for the analysis of a newer one. */
function mend({ title, edits }: NonNullable<Diagnostic['fixes']>[number]): void {
  const { nets, netText, applyEdits } = useDocument.getState();
  if (nets !== undefined && analysedText(nets, netText) === netText) applyEdits('network', edits, title);
}
