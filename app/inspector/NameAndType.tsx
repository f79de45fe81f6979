/** Name and type of the selected layer, as the first two lines of its form. */
import { useEffect, useId, useRef, useState } from 'react';
import { layerTable } from '../layers/index.ts';
import type { LayerInfo } from '../caffe/net/layer-table.ts';
import { V1_TYPES } from '../caffe/net/upgrade.ts';
import { LayerParameter } from '../caffe/schema/net-messages.ts';
import { ChevronDown } from 'lucide-react';
import { findingsFor, useForm } from './form-context.ts';
import { readField } from './field-values.ts';
import { useInspector } from './inspector-state.ts';
import { renameLayer, retypeLayers } from './layer-changes.ts';
import type { LayerSlice } from './layer-slice.ts';
import { RowFrame } from './RowFrame.tsx';
import { useDraft } from './use-draft.ts';
import { Problem } from './ValueInput.tsx';

const nameField = {
  ...LayerParameter.fields.name,
  doc: `${LayerParameter.fields.name.doc} A blob that the layer makes and that is called like it is renamed with it, everywhere.`,
};
const typeField = {
  ...LayerParameter.fields.type,
  doc: `${LayerParameter.fields.type.doc} Settings that the new type has too are kept.`,
};

/** The name of a layer. F2 on the graph comes here. */
export function NameField({ slice }: { readonly slice: LayerSlice }) {
  const id = useId();
  const form = useForm();
  const input = useRef<HTMLInputElement>(null);
  const wanted = useInspector((state) => state.nameWanted);
  useEffect(() => {
    if (!wanted) return;
    input.current?.focus();
    input.current?.select();
    useInspector.setState({ nameWanted: false });
  }, [wanted]);
  const { values } = readField([slice], ['name']);
  const draft = useDraft(
    values[0] ?? '',
    (text) =>
      text.trim() === '' ? { ok: false, message: 'A name needs at least one character.' } : { ok: true, literal: text },
    (name) => renameLayer(slice.id, name),
  );
  const findings = findingsFor(form, ['name']);
  return (
    <RowFrame id={id} item={{ name: 'name', field: nameField }} label="name" explicit findings={findings}>
      <input
        ref={input}
        id={id}
        className="value-input"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label="name"
        aria-invalid={draft.problem !== undefined}
        aria-describedby={draft.problem === undefined ? `${id}-doc` : `${id}-doc ${id}-problem`}
        data-draft={draft.dirty || undefined}
        value={draft.text}
        onChange={(event) => draft.type(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={draft.onKeyDown}
      />
      <Problem id={id} text={draft.problem} />
    </RowFrame>
  );
}

interface TypeFieldProps {
  /** The type of all selected layers; undefined where they differ. */
  readonly type: string | undefined;
}

/** The types by family, in the order of the table. */
function families(): ReadonlyMap<string, readonly LayerInfo[]> {
  const groups = new Map<string, LayerInfo[]>();
  for (const info of layerTable.all()) groups.set(info.family, [...(groups.get(info.family) ?? []), info]);
  return groups;
}

const FAMILIES = families();

/** The type of the selected layers, to be changed among all that there are. */
export function TypeField({ type }: TypeFieldProps) {
  const id = useId();
  const form = useForm();
  const [refusal, setRefusal] = useState<string>();
  const old = form.slices.some((slice) => slice.old);
  const oldNames = new Set(Object.values(V1_TYPES));
  const isKnown = type !== undefined && layerTable.get(type) !== undefined;
  return (
    <RowFrame
      id={id}
      item={{ name: 'type', field: typeField }}
      label="type"
      explicit
      findings={findingsFor(form, ['type'])}
    >
      <span className="value-menu">
        <select
          id={id}
          aria-label="type"
          aria-describedby={`${id}-doc`}
          value={type ?? ''}
          onChange={(event) => {
            const info = layerTable.get(event.target.value);
            if (info !== undefined) setRefusal(retypeLayers(form.slices, info));
          }}
        >
          {type === undefined && (
            <option value="" disabled>
              mixed
            </option>
          )}
          {type !== undefined && !isKnown && <option value={type}>{type}</option>}
          {[...FAMILIES].map(([family, infos]) => (
            <optgroup key={family} label={family}>
              {infos
                .filter((info) => !old || oldNames.has(info.type))
                .map((info) => (
                  <option key={info.type} value={info.type}>
                    {info.type}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        <ChevronDown aria-hidden />
      </span>
      <Problem id={id} text={refusal} />
    </RowFrame>
  );
}
