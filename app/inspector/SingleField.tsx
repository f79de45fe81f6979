/** A field of one value: number, text, menu or switch. */
import { useId } from 'react';
import type { MessageType } from '../caffe/schema/dsl.ts';
import { clearValue, setValue } from './field-edits.ts';
import { findingsFor, useForm } from './form-context.ts';
import { defaultText, wordsOf, type FormField } from './form-model.ts';
import { readField } from './field-values.ts';
import { RowFrame } from './RowFrame.tsx';
import { ValueInput } from './ValueInput.tsx';

interface SingleFieldProps {
  readonly item: FormField;
  /** The message that the field is of: some words depend on it. */
  readonly owner: MessageType | undefined;
  readonly label: string;
}

/** One line of the form with one control. */
export function SingleField({ item, owner, label }: SingleFieldProps) {
  const id = useId();
  const form = useForm();
  const { name, path, field } = item;
  const { values, explicit, mixed } = readField(form.slices, path);
  const findings = findingsFor(form, path);
  const change = (literal: string | undefined) =>
    form.change(`Change ${name}`, (slice) =>
      literal === undefined ? clearValue(slice, path) : setValue(slice, path, literal),
    );
  return (
    <RowFrame
      id={id}
      item={item}
      label={label}
      explicit={explicit}
      findings={findings}
      onReset={() => change(undefined)}
    >
      <ValueInput
        id={id}
        label={label}
        name={name}
        field={field}
        value={values[0]}
        mixed={mixed}
        fallback={defaultText(name, field)}
        words={wordsOf(name, owner)}
        describedBy={`${id}-doc`}
        invalid={findings.some(({ severity }) => severity === 'error')}
        onChange={change}
      />
    </RowFrame>
  );
}
