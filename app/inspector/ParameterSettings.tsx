/** How each parameter blob of a layer learns: its multipliers and its name for sharing. */
import { LayerParameter, ParamSpec, V1LayerParameter } from '../caffe/schema/net-messages.ts';
import { formatShape } from '../store/format.ts';
import { FieldRow, MessageFields } from './FormFields.tsx';
import { Fold } from './Fold.tsx';
import { looseFindings, useForm } from './form-context.ts';
import { controlOf, type FormField } from './form-model.ts';
import { countAt, readField } from './field-values.ts';
import type { LayerSlice } from './layer-slice.ts';
import { FindingList } from './RowFrame.tsx';

interface ParameterSettingsProps {
  /** The blobs that all selected layers have; shapes only for a single layer. */
  readonly blobs: readonly { readonly role: string; readonly shape: readonly number[] | undefined }[];
}

/** The old form keeps multipliers in lists of their own. */
const OLD_FIELDS = ['blobs_lr', 'weight_decay', 'param', 'blob_share_mode'] as const;
const oldFields = OLD_FIELDS.map((name): FormField => {
  const field = V1LayerParameter.fields[name];
  return { name, path: [name], field, control: controlOf(field), more: false };
});

export function ParameterSettings({ blobs }: ParameterSettingsProps) {
  const form = useForm();
  const old = form.slices.some((slice) => slice.old);
  const written = countAt(form.slices, old ? ['blobs_lr'] : ['param']);
  // Of several layers, some may have no parameters: what is written for others says nothing of them.
  const count = form.slices.length > 1 ? blobs.length : Math.max(blobs.length, written);
  if (count === 0) return null;
  return (
    <Fold title="Parameters" name="parameters" open summary={old ? undefined : multipliersText(form.slices, count)}>
      {old
        ? oldFields.map((item) => <FieldRow key={item.name} item={item} />)
        : Array.from({ length: count }, (_, index) => {
            const blob = blobs[index];
            return (
              <section key={index} className="parameter" aria-label={blob?.role ?? `Parameter ${index + 1}`}>
                <h3 className="parameter-head">
                  {blob?.role ?? `parameter ${index + 1}`}
                  {blob?.shape !== undefined && <span className="figures">{formatShape(blob.shape)}</span>}
                </h3>
                <FindingList findings={looseFindings(form, ['param', index], ParamSpec)} />
                <MessageFields type={ParamSpec} path={['param', index]} />
              </section>
            );
          })}
    </Fold>
  );
}

/** The learning rate's multiplier of each blob, in short. */
function multipliersText(slices: readonly LayerSlice[], count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const { values, mixed } = readField(slices, ['param', index, 'lr_mult']);
    return mixed ? 'mixed' : `×${values[0] ?? '1'}`;
  }).join(' ');
}

/** Settings that every layer may have: seldom needed. */
export const LAYER_FIELDS: readonly FormField[] = (['loss_weight', 'propagate_down'] as const).map((name) => {
  const field = LayerParameter.fields[name];
  return { name, path: [name], field, control: controlOf(field), more: true };
});
