/**
 * The fields of a form: each with the control that fits it. A field that holds fields (a filler, a transformation, a rule)
 * is a group that folds, with what it says in its heading.
 */
import { ArrowDown, ArrowUp, Plus, RotateCcw, X } from 'lucide-react';
import { writtenName } from '../caffe/schema/dsl.ts';
import type { MessageType } from '../caffe/schema/dsl.ts';
import { BlobShape, FillerParameter } from '../caffe/schema/net-messages.ts';
import type { FieldPath } from '../caffe/text/edit-fields.ts';
import { scalarText } from '../caffe/text/print-message.ts';
import { Hint, IconButton } from '../look/controls.tsx';
import { clearValue, setValue, swapValues } from './field-edits.ts';
import { Fold } from './Fold.tsx';
import { findingsFor, looseFindings, useForm } from './form-context.ts';
import { fieldsOf, fillerReads, isMessage, type FormField } from './form-model.ts';
import { countAt, itemsAt, readField } from './field-values.ts';
import type { LayerSlice } from './layer-slice.ts';
import { ListField } from './ListField.tsx';
import { FindingList, ForkMark, docOf } from './RowFrame.tsx';
import { SingleField } from './SingleField.tsx';

interface FieldRowProps {
  readonly item: FormField;
  /** The message that the field is of: some words depend on it. */
  readonly owner?: MessageType | undefined;
  /** A name for people, where the field's own says too little. */
  readonly label?: string;
}

/** A field with the control that fits it. */
export function FieldRow({ item, owner, label = writtenName(item.name) }: FieldRowProps) {
  switch (item.control) {
    case 'section':
      return <MessageField item={item} />;
    case 'sections':
      return <MessageList item={item} />;
    case 'list':
      return <ListField item={item} label={label} />;
    default:
      return <SingleField item={item} owner={owner} label={label} />;
  }
}

/** One message: `weight_filler { … }`. */
function MessageField({ item }: { readonly item: FormField }) {
  const form = useForm();
  const { name, path, field } = item;
  const { type } = field;
  if (!isMessage(type)) return null;
  const explicit = countAt(form.slices, path) > 0;
  const open = findingsFor(form, path, true).length > 0;
  return (
    <Fold
      inner
      title={writtenName(name)}
      name={path.join('.')}
      open={open}
      mark={<ForkMark fork={field.fork} />}
      summary={summaryOf(form.slices, type, path) || 'default'}
      actions={
        explicit && (
          <IconButton
            label={`Reset ${writtenName(name)} to default`}
            small
            onClick={() => form.change(`Reset ${name}`, (slice) => clearValue(slice, path))}
          >
            <RotateCcw />
          </IconButton>
        )
      }
    >
      <p className="fold-doc">{docOf(item)}</p>
      <FindingList findings={looseFindings(form, path, type)} />
      <MessageFields type={type} path={path} />
    </Fold>
  );
}

/** Several messages: rules, shapes, fillers of tops. */
function MessageList({ item }: { readonly item: FormField }) {
  const form = useForm();
  const { name, path, field } = item;
  const { type } = field;
  if (!isMessage(type)) return null;
  const count = countAt(form.slices, path);
  const single = form.slices.length === 1;
  const add = () => {
    const [first, literal] = seedOf(type);
    form.change(`Add ${name}`, (slice) => setValue(slice, [...path, itemsAt(slice, path).length, first], literal));
  };
  return (
    <div className="message-list" role="group" aria-label={name}>
      {Array.from({ length: count }, (_, index) => {
        const at = [...path, index];
        const title = count === 1 ? name : `${name} ${index + 1}`;
        return (
          <Fold
            key={index}
            inner
            title={title}
            name={at.join('.')}
            open={type === BlobShape || findingsFor(form, at, true).length > 0}
            summary={summaryOf(form.slices, type, at) || 'empty'}
            actions={
              <>
                {single && index > 0 && (
                  <IconButton
                    label={`Move ${title} up`}
                    small
                    onClick={() => form.change(`Move ${name}`, (slice) => swapValues(slice, path, index, index - 1))}
                  >
                    <ArrowUp />
                  </IconButton>
                )}
                {single && index < count - 1 && (
                  <IconButton
                    label={`Move ${title} down`}
                    small
                    onClick={() => form.change(`Move ${name}`, (slice) => swapValues(slice, path, index, index + 1))}
                  >
                    <ArrowDown />
                  </IconButton>
                )}
                <IconButton
                  label={`Remove ${title}`}
                  small
                  onClick={() => form.change(`Remove ${name}`, (slice) => clearValue(slice, at))}
                >
                  <X />
                </IconButton>
              </>
            }
          >
            <FindingList findings={looseFindings(form, at, type)} />
            <MessageFields type={type} path={at} />
          </Fold>
        );
      })}
      <Hint text={docOf(item)}>
        <button type="button" className="value-add" onClick={add}>
          <Plus aria-hidden />
          Add {name}
        </button>
      </Hint>
    </div>
  );
}

/** The fields of a message at a path. */
export function MessageFields({ type, path }: { readonly type: MessageType; readonly path: FieldPath }) {
  const { slices } = useForm();
  const fields = fieldsOf(type, path);
  const rule = type === FillerParameter ? fillerRule(slices, path) : undefined;
  const isWanted = ({ name, path: at }: FormField): boolean =>
    rule === undefined || fillerReads(rule, name) || readField(slices, at).explicit;
  const common = fields.filter((field) => !field.more && isWanted(field));
  const more = fields.filter((field) => field.more || !isWanted(field));
  return (
    <>
      {common.map((field) => (
        <FieldRow key={field.name} item={field} owner={type} />
      ))}
      <MoreFields name={path.join('.')} fields={more} owner={type} />
    </>
  );
}

interface MoreFieldsProps {
  readonly name: string;
  readonly fields: readonly FormField[];
  readonly owner: MessageType | undefined;
}

/** Seldom needed fields, folded away unless the text gives one of them. */
export function MoreFields({ name, fields, owner }: MoreFieldsProps) {
  const form = useForm();
  if (fields.length === 0) return null;
  const given = fields.filter(({ path }) => countAt(form.slices, path) > 0).length;
  const found = fields.some(({ path }) => findingsFor(form, path, true).length > 0);
  return (
    <Fold
      inner
      title="More settings"
      name={`more ${name}`}
      open={given > 0 || found}
      summary={given > 0 ? `${given} set` : `${fields.length}`}
    >
      {fields.map((field) => (
        <FieldRow key={field.name} item={field} owner={owner} />
      ))}
    </Fold>
  );
}

const fillerRule = (slices: readonly LayerSlice[], path: FieldPath): string =>
  readField(slices, [...path, 'type']).values[0] ?? 'constant';

/** What a message says, in a few words: `gaussian · std 0.01`. */
function summaryOf(slices: readonly LayerSlice[], type: MessageType, path: FieldPath): string {
  const parts: string[] = [];
  for (const { name, path: at, field } of fieldsOf(type, path)) {
    if (isMessage(field.type)) continue;
    const { values, explicit, mixed } = readField(slices, at);
    if (!explicit) continue;
    const shown = mixed ? 'mixed' : values.join('×');
    parts.push(name === 'type' || name === 'dim' ? shown : `${name} ${shown}`);
  }
  return parts.join(' · ');
}

/** The field with which a new message of a list begins, and its value. */
function seedOf(type: MessageType): readonly [string, string] {
  for (const { name, field } of fieldsOf(type, [])) {
    if (isMessage(field.type) || field.deprecated) continue;
    if (field.defaultValue !== undefined) return [name, scalarText(field.defaultValue, field.type)];
    if (typeof field.type === 'object') return [name, Object.keys(field.type.values)[0] ?? ''];
    if (field.type !== 'string' && field.type !== 'bytes') return [name, field.type === 'bool' ? 'true' : '1'];
    return [name, '""'];
  }
  throw new Error(`${type.name} has no plain field.`);
}
