/** The form of the selected layers: all that can be set, in the text and by default. */
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { LayerParameter, V1LayerParameter } from '../caffe/schema/net-messages.ts';
import { isExtension, writtenName } from '../caffe/schema/dsl.ts';
import type { MessageType } from '../caffe/schema/dsl.ts';
import { layerTable } from '../layers/index.ts';
import { looseFindings, useForm } from './form-context.ts';
import { isMessage, sectionsOf, sharedSections, type FormSection } from './form-model.ts';
import { countAt, writtenFields } from './field-values.ts';
import { Fold } from './Fold.tsx';
import { FieldRow, MoreFields } from './FormFields.tsx';
import { NameField, TypeField } from './NameAndType.tsx';
import { LAYER_FIELDS, ParameterSettings } from './ParameterSettings.tsx';
import { PhaseSwitches } from './PhaseSwitches.tsx';
import { FindingList, ForkMark } from './RowFrame.tsx';
import { TextExcerpt } from './TextExcerpt.tsx';
import { WiringFields } from './WiringFields.tsx';

interface SettingsTabProps {
  readonly net: NetView;
  /** The selected layers as they were last analysed. */
  readonly layers: readonly LayerView[];
}

export function SettingsTab({ net, layers }: SettingsTabProps) {
  const { slices } = useForm();
  const [slice, ...others] = slices;
  if (slice === undefined) return null;
  const forms = slices.map(({ type, old, ...rest }) =>
    sectionsOf(layerTable.get(type), writtenFields({ ...rest, type, old }), old),
  );
  const [layer] = layers;
  const types = new Set(slices.map(({ type }) => type));
  return (
    <>
      <section className="fold inspector-identity" aria-label="Layer">
        {others.length === 0 && <NameField slice={slice} />}
        <TypeField type={types.size === 1 ? slice.type : undefined} />
        {others.length === 0 && layer !== undefined && <WiringFields net={net} layer={layer} slice={slice} />}
      </section>
      {sharedSections(forms).map((section) => (
        <Section key={section.path.join('.')} section={section} old={slice.old} />
      ))}
      <ParameterSettings blobs={sharedBlobs(layers)} />
      <PhaseSwitches />
      <MoreOfLayer />
      {others.length === 0 && (
        <Fold title="Text" name="text" open>
          <TextExcerpt slice={slice} />
        </Fold>
      )}
    </>
  );
}

function Section({ section, old }: { readonly section: FormSection; readonly old: boolean }) {
  const form = useForm();
  const { title, path, doc, fork, fields } = section;
  const names = new Set(form.slices.map(({ settings }) => settings));
  const called = path[0] === '*' ? [...names].join(', ') : String(path[0] ?? title);
  const owner = ownerOf(called, old);
  return (
    <Fold
      title={title}
      name={`section ${called}`}
      open={!isExtension(called) || countAt(form.slices, path) > 0}
      mark={<ForkMark fork={fork} />}
      summary={called === title ? undefined : writtenName(called)}
    >
      {fields.length === 0 && <p className="fold-doc">{doc}</p>}
      {path.length > 0 && <FindingList findings={looseFindings(form, path, owner)} />}
      {fields
        .filter(({ more }) => !more)
        .map((item) => (
          <FieldRow key={item.name} item={item} owner={owner} />
        ))}
      <MoreFields name={called} fields={fields.filter(({ more }) => more)} owner={owner} />
    </Fold>
  );
}

function ownerOf(name: string, old: boolean): MessageType | undefined {
  const layer: MessageType = old ? V1LayerParameter : LayerParameter;
  const type = layer.fields[name]?.type;
  return type !== undefined && isMessage(type) ? type : undefined;
}

function MoreOfLayer() {
  const { slices } = useForm();
  const old = slices.some((slice) => slice.old);
  const fields = LAYER_FIELDS.filter(({ name }) => !old || name in V1LayerParameter.fields);
  return (
    <section className="fold" aria-label="More of the layer">
      <MoreFields name="layer" fields={fields} owner={undefined} />
    </section>
  );
}

/** The parameter blobs that all of the layers have, with their shapes where there is one layer only. */
function sharedBlobs(layers: readonly LayerView[]) {
  const counts = layers.map(({ params }) => params.length);
  const [first] = layers;
  const blobs = first?.params.slice(0, Math.min(...counts)) ?? [];
  return blobs.map(({ role, shape }) => ({ role, shape: layers.length === 1 ? shape : undefined }));
}
