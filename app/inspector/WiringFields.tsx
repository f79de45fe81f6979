/**
 * The bottoms and tops of a layer as fields: what it reads is chosen from a menu, what it makes is named. Both do what the
 * same gesture on the canvas does, so that layers move where they have to and circles are refused with a sentence.
 */
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { LayerParameter } from '../caffe/schema/net-messages.ts';
import { literalOf } from '../caffe/text/strings.ts';
import { IconButton } from '../look/controls.tsx';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { BlobMenu } from './BlobMenu.tsx';
import { findingsFor, useForm } from './form-context.ts';
import { readField } from './field-values.ts';
import { performAction } from './layer-changes.ts';
import type { LayerSlice } from './layer-slice.ts';
import { RowFrame } from './RowFrame.tsx';
import { useDraft } from './use-draft.ts';
import { Problem, Toggle } from './ValueInput.tsx';

interface WiringFieldsProps {
  readonly net: NetView;
  readonly layer: LayerView;
  readonly slice: LayerSlice;
}

const { bottom: bottomField, top: topField } = LayerParameter.fields;
const inPlaceField = {
  ...topField,
  doc: 'Whether the layer writes over the blob that it reads, which saves memory, instead of making one of its own.',
};

/** What a layer reads and what it makes. */
export function WiringFields(props: WiringFieldsProps) {
  const { slice, layer } = props;
  const bottoms = readField([slice], ['bottom']).values;
  const tops = readField([slice], ['top']).values;
  const arity = layerTable.get(slice.type);
  const mayWorkInPlace = arity?.inPlace === true && bottoms.length === 1 && tops.length === 1;
  return (
    <>
      {(bottoms.length > 0 || arity?.bottoms.max !== 0) && (
        <Bottoms {...props} names={bottoms} most={arity?.bottoms.max ?? Infinity} />
      )}
      {(tops.length > 0 || arity?.tops.max !== 0) && (
        <Tops {...props} names={tops} least={arity?.tops.min ?? 0} most={arity?.tops.max ?? Infinity} />
      )}
      {(mayWorkInPlace || layer.inPlace) && <InPlace layer={layer} />}
    </>
  );
}

interface EndsProps extends WiringFieldsProps {
  /** As the text has them. */
  readonly names: readonly string[];
  readonly most: number;
}

function Bottoms({ net, slice, names, most }: EndsProps) {
  const id = useId();
  const form = useForm();
  const [refusal, setRefusal] = useState<string>();
  const findings = findingsFor(form, ['bottom'], true);
  const idOf = (index: number) => (index === 0 ? id : `${id}-${index}`);
  const labelOf = (index: number) => (names.length > 1 ? `bottom ${index + 1}` : 'bottom');
  const act = (...change: Parameters<typeof performAction>) => setRefusal(performAction(...change));
  const choose = (index: number, blob: string, from: { readonly layer: string; readonly top: number }) =>
    act({ kind: 'connect', from, to: { layer: slice.id, bottom: index } }, `Connect ${blob} to ${slice.id}`);
  const swap = (index: number, other: number) => {
    act(
      { kind: 'reconnect', consumer: slice.id, bottomIndex: index, to: { layer: slice.id, bottom: other } },
      `Move a bottom of ${slice.id}`,
    );
    focusSoon(idOf(other));
  };
  const remove = (index: number) => {
    act({ kind: 'disconnect', consumer: slice.id, bottomIndex: index }, `Disconnect ${names[index] ?? ''}`);
    focusSoon(idOf(Math.max(0, index - 1)));
  };
  const adder = names.length < most && (
    <BlobMenu
      id={idOf(names.length)}
      label="Add a bottom"
      net={net}
      layer={slice.id}
      bottom={names.length}
      value={undefined}
      describedBy={`${id}-doc`}
      invalid={false}
      small={names.length === 1}
      onChoose={(choice) => choose(names.length, choice.name, choice.from)}
    />
  );
  return (
    <RowFrame
      id={id}
      item={{ name: 'bottom', field: bottomField }}
      label="bottom"
      explicit={names.length > 0}
      findings={findings}
    >
      <div className="value-list" role="group" aria-label="Bottoms">
        {names.map((name, index) => (
          <div key={index} className="value-list-row">
            <BlobMenu
              id={idOf(index)}
              label={labelOf(index)}
              net={net}
              layer={slice.id}
              bottom={index}
              value={name}
              describedBy={`${id}-doc`}
              invalid={findingsFor(form, ['bottom', index]).some(({ severity }) => severity === 'error')}
              onChoose={(choice) => choose(index, choice.name, choice.from)}
            />
            <span className="value-list-tools">
              {names.length === 1 && adder}
              {names.length > 1 && (
                <Movers label={labelOf(index)} index={index} count={names.length} onMove={(to) => swap(index, to)} />
              )}
              <IconButton label={`Disconnect ${labelOf(index)}`} small onClick={() => remove(index)}>
                <X />
              </IconButton>
            </span>
          </div>
        ))}
        {names.length !== 1 && adder}
        <Problem id={id} text={refusal} />
      </div>
    </RowFrame>
  );
}

interface MoversProps {
  readonly label: string;
  readonly index: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
}

function Movers({ label, index, count, onMove }: MoversProps) {
  return (
    <>
      <IconButton label={`Move ${label} up`} small disabled={index === 0} onClick={() => onMove(index - 1)}>
        <ArrowUp />
      </IconButton>
      <IconButton label={`Move ${label} down`} small disabled={index === count - 1} onClick={() => onMove(index + 1)}>
        <ArrowDown />
      </IconButton>
    </>
  );
}

function Tops({ layer, slice, names, least, most }: EndsProps & { readonly least: number }) {
  const id = useId();
  const form = useForm();
  const [refusal, setRefusal] = useState<string>();
  const idOf = (index: number) => (index === 0 ? id : `${id}-${index}`);
  const add = () => {
    const name = freshBlob(slice.id, names.length + 1);
    setRefusal(
      performAction(
        {
          kind: 'list',
          layers: [slice.id],
          path: ['top'],
          change: { kind: 'insert', index: names.length, value: literalOf(name) },
        },
        `Add top ${name}`,
      ),
    );
    focusSoon(idOf(names.length));
  };
  const remove = (index: number) => {
    const reader = readerOf(slice.id, index);
    const name = names[index] ?? '';
    if (reader !== undefined) return setRefusal(`${reader} reads "${name}": let it read another blob first.`);
    const change = { kind: 'remove', index } as const;
    setRefusal(performAction({ kind: 'list', layers: [slice.id], path: ['top'], change }, `Remove top ${name}`));
    return focusSoon(idOf(Math.max(0, index - 1)));
  };
  return (
    <RowFrame
      id={id}
      item={{ name: 'top', field: topField }}
      label="top"
      explicit={names.length > 0}
      findings={findingsFor(form, ['top'], true)}
    >
      <div className="value-list" role="group" aria-label="Tops">
        {names.map((name, index) => (
          <div key={index} className="value-list-row">
            <TopName
              id={idOf(index)}
              label={names.length > 1 ? `top ${index + 1}` : 'top'}
              name={name}
              inPlace={layer.inPlace}
              describedBy={`${id}-doc`}
            />
            {(names.length > least || names.length === 1) && (
              <span className="value-list-tools">
                {names.length === 1 && names.length < most && (
                  <IconButton label="Add a top" small onClick={add}>
                    <Plus />
                  </IconButton>
                )}
                {names.length > least && (
                  <IconButton label={`Remove top ${index + 1}`} small onClick={() => remove(index)}>
                    <X />
                  </IconButton>
                )}
              </span>
            )}
          </div>
        ))}
        {names.length !== 1 && names.length < most && (
          <button type="button" className="value-add" aria-label="Add a top" onClick={add}>
            <Plus aria-hidden />
            Add
          </button>
        )}
        <Problem id={`${id}-group`} text={refusal} />
      </div>
    </RowFrame>
  );
}

interface TopNameProps {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  readonly inPlace: boolean;
  readonly describedBy: string;
}

/** The name of a blob; a new one is taken over wherever the blob is read. In place, it is the name of another layer's blob. */
function TopName({ id, label, name, inPlace, describedBy }: TopNameProps) {
  const draft = useDraft(
    name,
    (text) =>
      text.trim() === '' ? { ok: false, message: 'A blob needs a name.' } : { ok: true, literal: text.trim() },
    (wanted) => performAction({ kind: 'rename-blob', blob: name, name: wanted }, `Rename ${name}`),
  );
  return (
    <span>
      <input
        id={id}
        className="value-input"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-invalid={draft.problem !== undefined}
        aria-describedby={draft.problem === undefined ? describedBy : `${describedBy} ${id}-problem`}
        data-draft={draft.dirty || undefined}
        readOnly={inPlace}
        title={draft.text}
        value={draft.text}
        onChange={(event) => draft.type(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={draft.onKeyDown}
      />
      <Problem id={id} text={draft.problem} />
    </span>
  );
}

function InPlace({ layer }: { readonly layer: LayerView }) {
  const id = useId();
  const [refusal, setRefusal] = useState<string>();
  const change = (inPlace: boolean) =>
    setRefusal(performAction({ kind: 'in-place', layers: [layer.id], inPlace }, `In place ${layer.name}`));
  return (
    <RowFrame id={id} item={{ name: 'in place', field: inPlaceField }} label="in place" explicit={false} findings={[]}>
      <Toggle id={id} label="in place" on={layer.inPlace} mixed={false} describedBy={`${id}-doc`} onChange={change} />
      <Problem id={id} text={refusal} />
    </RowFrame>
  );
}

/** What is to have the keyboard is there only once the text has been changed and drawn. */
function focusSoon(id: string): void {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}

const netsNow = (): readonly NetView[] => Object.values(useDocument.getState().goodNets ?? {});

/** A name that no blob has. */
function freshBlob(layer: string, number: number): string {
  const taken = new Set(netsNow().flatMap(({ blobs }) => blobs.map(({ name }) => name)));
  for (let i = number; ; i++) if (!taken.has(`${layer}_${i}`)) return `${layer}_${i}`;
}

/** A layer that reads a top of another in some phase; undefined where none does. */
function readerOf(id: string, top: number): string | undefined {
  for (const { layers, blobs } of netsNow()) {
    const made = layers.find((layer) => layer.id === id)?.tops[top];
    const [reader] = blobs.find((blob) => blob.id === made)?.consumers ?? [];
    if (reader !== undefined) return layers[reader.layer]?.name;
  }
  return undefined;
}
