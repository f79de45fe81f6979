/** A field that may be given several times: its values one below the other, to be added, taken away and moved. */
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useId } from 'react';
import type { KeyboardEvent } from 'react';
import type { Field } from '../caffe/schema/dsl.ts';
import { literalOf } from '../caffe/text/strings.ts';
import { IconButton } from '../look/controls.tsx';
import { clearValue, setValue, swapValues } from './field-edits.ts';
import { findingsFor, useForm } from './form-context.ts';
import { controlOfValue, defaultText, type FormField } from './form-model.ts';
import { readField } from './field-values.ts';
import { RowFrame } from './RowFrame.tsx';
import { ValueInput } from './ValueInput.tsx';

interface ListFieldProps {
  readonly item: FormField;
  readonly label: string;
}

/** The list; without values it shows one empty place, which takes the first. */
export function ListField({ item, label }: ListFieldProps) {
  const id = useId();
  const form = useForm();
  const { name, path, field } = item;
  const { values, explicit, mixed } = readField(form.slices, path);
  const findings = findingsFor(form, path, true);
  // Lists of different lengths have only their first value in common.
  const rows = mixed ? [undefined] : values.length === 0 ? [undefined] : values;
  const single = rows.length === 1;
  const rowId = (index: number) => (index === 0 ? id : `${id}-${index}`);
  const focusRow = (index: number) => {
    // The row is there only once the text has been changed and drawn.
    requestAnimationFrame(() => document.getElementById(rowId(index))?.focus());
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= values.length) return;
    form.change(`Move a value of ${name}`, (slice) => swapValues(slice, path, from, to));
    focusRow(to);
  };
  const remove = (index: number) => {
    form.change(`Remove a value of ${name}`, (slice) => clearValue(slice, [...path, index]));
    focusRow(Math.max(0, index - 1));
  };
  const add = () => {
    const literal = nextLiteral(field, values.at(-1) ?? defaultText(name, field));
    form.change(`Add a value of ${name}`, (slice) => setValue(slice, [...path, values.length], literal));
    focusRow(values.length);
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(index, event.key === 'ArrowUp' ? index - 1 : index + 1);
  };
  return (
    <RowFrame
      id={id}
      item={item}
      label={label}
      explicit={explicit}
      findings={findings}
      onReset={() => form.change(`Reset ${name}`, (slice) => clearValue(slice, path))}
    >
      <div className="value-list" role="group" aria-label={label}>
        {rows.map((value, index) => (
          <div key={index} className="value-list-row" onKeyDown={(event) => onKeyDown(event, index)}>
            <ValueInput
              id={rowId(index)}
              label={single ? label : `${label} ${index + 1}`}
              name={name}
              field={field}
              value={value}
              mixed={mixed}
              fallback={single ? defaultText(name, field) : ''}
              describedBy={`${id}-doc`}
              invalid={findings.some(({ severity }) => severity === 'error')}
              onChange={(literal) =>
                form.change(`Change ${name}`, (slice) =>
                  literal === undefined
                    ? clearValue(slice, [...path, index])
                    : setValue(slice, [...path, index], literal),
                )
              }
            />
            {single && explicit && !mixed && (
              <IconButton label={`Add a value to ${label}`} small className="value-more" onClick={add}>
                <Plus />
              </IconButton>
            )}
            {!single && (
              <span className="value-list-tools">
                <IconButton
                  label={`Move ${label} ${index + 1} up`}
                  small
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                >
                  <ArrowUp />
                </IconButton>
                <IconButton
                  label={`Move ${label} ${index + 1} down`}
                  small
                  disabled={index === rows.length - 1}
                  onClick={() => move(index, index + 1)}
                >
                  <ArrowDown />
                </IconButton>
                <IconButton label={`Remove ${label} ${index + 1}`} small onClick={() => remove(index)}>
                  <X />
                </IconButton>
              </span>
            )}
          </div>
        ))}
        {!single && (
          <button type="button" className="value-add" aria-label={`Add a value to ${label}`} onClick={add}>
            <Plus aria-hidden />
            Add
          </button>
        )}
      </div>
    </RowFrame>
  );
}

/** What a new row starts with: a copy of the last, which is then changed. */
function nextLiteral(field: Field, last: string): string {
  switch (controlOfValue(field)) {
    case 'text':
      return literalOf(last);
    case 'number':
      return last === '' ? '0' : last;
    case 'switch':
      return last === '' ? 'true' : last;
    case 'menu':
      return last === '' && typeof field.type === 'object' && field.type.kind === 'enum'
        ? (Object.keys(field.type.values)[0] ?? '')
        : last;
  }
}
