/**
 * The panel of the selected layers: a form made from the schema, shapes and cost. Every change is an edit of the network's
 * text; while the text cannot be read, the form waits.
 */
import { X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useMemo, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import type { MessageType } from '../caffe/schema/dsl.ts';
import { LayerParameter, V1LayerParameter } from '../caffe/schema/net-messages.ts';
import { allFields } from '../caffe/text/tree.ts';
import { layerTable } from '../layers/index.ts';
import { IconButton } from '../look/controls.tsx';
import { useDocument, type DocumentState } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { AugmentPreview } from './AugmentPreview.tsx';
import { ShapeLine } from './BlobLinks.tsx';
import { findingsOf, otherFindings, type Findings } from './field-findings.ts';
import { FormContext, type Form } from './form-context.ts';
import { focusGraph } from './inspector-commands.ts';
import { formKey, useInspector } from './inspector-state.ts';
import { changeLayers } from './layer-changes.ts';
import { findSlice } from './layer-slice.ts';
import type { LayerSlice } from './layer-slice.ts';
import { FindingList } from './RowFrame.tsx';
import { GradientTab } from './GradientTab.tsx';
import { KernelTab } from './KernelTab.tsx';
import { LinesLink } from './TextExcerpt.tsx';
import { SettingsTab } from './SettingsTab.tsx';
import { ShapesTab } from './ShapesTab.tsx';
import './inspector.css';
import './fields.css';

interface Selected {
  readonly layers: readonly LayerView[];
  readonly net: NetView;
  /** They are not in the phase shown, but in the other. */
  readonly elsewhere: boolean;
}

/** The selected layers in the phase shown, or else in the other one. */
function selectedOf({ goodNets, phase, selection }: DocumentState): Selected | undefined {
  if (goodNets === undefined) return undefined;
  for (const name of [phase, phase === 'TRAIN' ? 'TEST' : 'TRAIN'] as const) {
    const net = goodNets[name];
    const layers = net.layers.filter(({ id }) => selection.includes(id));
    if (layers.length > 0) return { layers, net, elsewhere: name !== phase };
  }
  return undefined;
}

/** The panel at the right. */
export function LayerInspector() {
  const goodNets = useDocument((state) => state.goodNets);
  const phase = useDocument((state) => state.phase);
  const selection = useDocument((state) => state.selection);
  const found = useMemo(
    () => selectedOf({ ...useDocument.getState(), goodNets, phase, selection }),
    [goodNets, phase, selection],
  );
  const [kept, keep] = useState(found);
  // A layer that was just made, renamed or moved to the other phase is known only after the next analysis.
  if (found !== undefined && found !== kept) keep(found);
  const shown = found ?? (kept?.layers.some(({ id }) => selection.includes(id)) === true ? kept : undefined);
  const renamed = useInspector((state) => state.renamed);
  if (goodNets === undefined || shown === undefined) {
    return (
      <aside className="inspector" aria-label="Layer" onKeyDown={leave}>
        <div className="empty">
          <p>The selected layer is in neither phase of the network as it stands.</p>
        </div>
      </aside>
    );
  }
  const key = shown.layers.map(({ id }) => formKey(id, renamed)).join('\u0000');
  return <LayerPanel key={key} goodNets={goodNets} selected={shown} />;
}

interface LayerPanelProps {
  readonly goodNets: NonNullable<DocumentState['goodNets']>;
  readonly selected: Selected;
}

function LayerPanel({ goodNets, selected }: LayerPanelProps) {
  const { layers, net, elsewhere } = selected;
  const text = useDocument((state) => state.netText);
  const nets = useDocument((state) => state.nets);
  const [help, explain] = useState<string>();
  const found = useMemo(
    () => layers.flatMap((layer) => findSlice(goodNets, text, layer) ?? []),
    [layers, goodNets, text],
  );
  // While a change is being analysed, the form stays as it was.
  const [slices, setSlices] = useState(found);
  if (found.length > 0 && found !== slices) setSlices(found);
  const [layer] = layers;
  const findings = useMemo(
    () => (layer === undefined || layers.length > 1 ? NO_FINDINGS : findingsOf(nets, text, layer)),
    // Findings belong to the text that was analysed, not to the one being typed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [nets, layers],
  );
  const form = useMemo(
    (): Form => ({ slices, findings, explain, change: (label, edit) => changeLayers(slices, label, edit) }),
    [slices, findings],
  );
  if (layer === undefined) return null;
  const parsed = nets?.[net.phase].parsed !== false;
  return (
    <FormContext value={form}>
      <aside className="inspector" aria-label={titleOf(layers)} onKeyDown={leave}>
        <header className="inspector-head">
          <span className="inspector-family" style={{ background: `var(--family-${layer.family})` }} aria-hidden />
          <h2 className="copyable">{layers.length === 1 ? layer.name : `${layers.length} layers`}</h2>
          {slices.length === 1 && slices[0] !== undefined && <LinesLink slice={slices[0]} />}
          <IconButton label="Close" small onClick={() => useDocument.setState({ selection: [] })}>
            <X />
          </IconButton>
        </header>
        <div className="inspector-intro">
          {layers.length === 1 ? (
            <>
              <p className="inspector-doc">
                {layer.doc}
                {layer.inPlace && ' In place.'}
              </p>
              <ShapeLine net={net} layer={layer} />
            </>
          ) : (
            <p className="inspector-doc">{layers.map(({ name }) => name).join(', ')}</p>
          )}
          {elsewhere && (
            <p className="inspector-note">
              Not part of {net.phase === 'TRAIN' ? 'TEST' : 'TRAIN'}: shown as in {net.phase}.
            </p>
          )}
          <FindingList findings={otherFindings(findings, shownPaths(form))} />
          {!parsed && (
            <p className="inspector-note">
              The text has a mistake: mend it in the editor. What is shown here was read before it.
            </p>
          )}
          {parsed && slices.length === 0 && <Unreachable layer={layer} />}
        </div>
        <InspectorTabs layers={layers} net={net} slices={slices} />
        <p className="inspector-help" hidden={help === undefined} aria-hidden>
          {help}
        </p>
      </aside>
    </FormContext>
  );
}

const NO_FINDINGS: Findings = new Map();

const titleOf = (layers: readonly LayerView[]): string =>
  layers.length === 1 ? `Layer ${layers[0]?.name ?? ''}` : `${layers.length} layers`;

const ELSEWHERE: ReadonlySet<string> = new Set(['phase', 'blobs']);

/** Fields of the form show their findings themselves; all else is said above it. */
function shownPaths({ slices }: Form): ReadonlySet<string> {
  const [slice] = slices;
  if (slice === undefined) return new Set();
  const type: MessageType = slice.old ? V1LayerParameter : LayerParameter;
  const shown = allFields(slice.body).filter(({ name }) => Object.hasOwn(type.fields, name) && !ELSEWHERE.has(name));
  return new Set(shown.map(({ name }) => name));
}

/** A layer that has no text of its own: made of the net's `input` fields. */
function Unreachable({ layer }: { readonly layer: LayerView }) {
  const reveal = useView((state) => state.reveal);
  return (
    <p className="inspector-note">
      This layer has no block of its own in the text.{' '}
      <button type="button" className="inspector-lines" onClick={() => reveal?.('network', layer.range)}>
        Show where it comes from
      </button>
    </p>
  );
}

interface TabProps {
  readonly layers: readonly LayerView[];
  readonly net: NetView;
  readonly slices: readonly LayerSlice[];
}

interface InspectorTab {
  readonly id: string;
  readonly title: string;
  /** Whether it has something to say of the selected layers. */
  readonly applies: (props: TabProps) => boolean;
  readonly render: (props: TabProps) => ReactNode;
}

/** The tabs, in order. */
const TABS: readonly InspectorTab[] = [
  {
    id: 'settings',
    title: 'Settings',
    applies: ({ slices }) => slices.length > 0,
    render: ({ layers, net }) => <SettingsTab net={net} layers={layers} />,
  },
  {
    id: 'preview',
    title: 'Preview',
    applies: ({ layers: [layer, ...others] }) =>
      others.length === 0 && layerTable.get(layer?.type ?? '')?.extensions?.includes('crema:augment') === true,
    render: ({ layers: [layer] }) => layer && <AugmentPreview layer={layer.id} />,
  },
  {
    id: 'shapes',
    title: 'Shapes & cost',
    applies: ({ layers }) => layers.length === 1,
    render: ({ layers: [layer], net }) => layer && <ShapesTab net={net} layer={layer} />,
  },
  {
    id: 'kernel',
    title: 'Kernel',
    applies: ({ layers }) => layers.length === 1,
    render: ({ layers: [layer], net }) => layer && <KernelTab net={net} layer={layer} />,
  },
  {
    id: 'gradient',
    title: 'Gradient',
    applies: ({ layers, slices }) => layers.length === 1 && slices.length === 1 && layers[0]?.type === 'Expression',
    render: ({ layers: [layer], net, slices: [slice] }) =>
      layer && slice && <GradientTab net={net} layer={layer} slice={slice} />,
  },
];

function InspectorTabs(props: TabProps) {
  const wanted = useInspector((state) => state.tab);
  const tabs = TABS.filter(({ applies }) => applies(props));
  const front = tabs.find(({ id }) => id === wanted) ?? tabs[0];
  if (front === undefined) return null;
  return (
    <Tabs.Root className="inspector-tabs" value={front.id} onValueChange={(tab) => useInspector.setState({ tab })}>
      <Tabs.List className="inspector-tab-row" aria-label="Layer">
        {tabs.map(({ id, title }) => (
          <Tabs.Trigger key={id} value={id} className="inspector-tab">
            {title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {tabs.map(({ id, render }) => (
        <Tabs.Content key={id} value={id} className="inspector-body" tabIndex={-1}>
          {render(props)}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}

/** Escape goes back to the graph. Undo, while nothing is being typed, takes back the last change of the text. */
function leave(event: KeyboardEvent): void {
  const { target, key } = event;
  if (event.defaultPrevented) return;
  if (key === 'Escape') {
    event.preventDefault();
    focusGraph();
    return;
  }
  const letter = key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (letter !== 'z' && letter !== 'y')) return;
  if (target instanceof HTMLElement && target.dataset['draft'] !== undefined) return;
  event.preventDefault();
  const { undo, redo } = useDocument.getState();
  if (letter === 'y' || event.shiftKey) redo();
  else undo();
}
