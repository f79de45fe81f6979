/** The selected layer: what it is, where it stands in the text, its settings, shapes, parameters and cost. */
import { X } from 'lucide-react';
import { useMemo } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { classes, IconButton } from '../look/controls.tsx';
import { useDocument } from '../store/document.ts';
import { formatCount, formatLarge, formatShape } from '../store/format.ts';
import { lineStarts, positionAt } from '../store/problems.ts';
import { useView } from '../store/view.ts';
import './layer-details.css';

/** The panel at the right; with several layers selected it shows the first and says so. */
export function LayerDetails() {
  const selection = useDocument((state) => state.selection);
  const net = useDocument((state) => state.goodNets?.[state.phase]);
  const layers = net?.layers.filter(({ id }) => selection.includes(id)) ?? [];
  const [layer] = layers;
  if (net === undefined || layer === undefined) {
    return (
      <aside className="details" aria-label="Layer">
        <div className="empty">
          <p>The selected layer is not in this phase of the network.</p>
        </div>
      </aside>
    );
  }
  return <Details net={net} layer={layer} others={layers.length - 1} />;
}

interface DetailsProps {
  readonly net: NetView;
  readonly layer: LayerView;
  readonly others: number;
}

function Details({ net, layer, others }: DetailsProps) {
  const shapes = useMemo(() => new Map(net.blobs.map((blob) => [blob.id, blob])), [net]);
  const blobs = (ids: readonly string[]) => ids.map((id) => ({ id, name: id, shape: undefined, ...shapes.get(id) }));
  const parameters = layer.params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return (
    <aside className="details" aria-label={`Layer ${layer.name}`}>
      <header className="details-head">
        <span className="details-family" style={{ background: `var(--family-${layer.family})` }} aria-hidden />
        <h2 className="copyable">{layer.name}</h2>
        <LinesLink layer={layer} />
        <IconButton label="Close" small onClick={() => useDocument.setState({ selection: [] })}>
          <X />
        </IconButton>
      </header>
      <div className="details-body">
        <p className="details-type">
          {layer.type}
          {layer.inPlace && ' · in place'}
          {others > 0 && ` · and ${others} more selected`}
        </p>
        <p className="details-doc">{layer.doc}</p>
        {layer.problem !== undefined && <p className="details-problem">{layer.problem}</p>}
        <Facts title="Blobs">
          {blobs(layer.bottoms).map((blob, i) => (
            <Fact key={`in ${i}`} term="bottom" name={blob.name} value={formatShape(blob.shape)} />
          ))}
          {blobs(layer.tops).map((blob, i) => (
            <Fact key={`out ${i}`} term="top" name={blob.name} value={formatShape(blob.shape)} />
          ))}
        </Facts>
        {layer.settings.length > 0 && (
          <Facts title="Settings">
            {layer.settings.map(({ path, value, explicit }) => (
              <Fact key={path} name={shortPath(path)} value={value} faint={!explicit} hint={path} />
            ))}
          </Facts>
        )}
        {layer.params.length > 0 && (
          <Facts title="Parameters">
            {layer.params.map(({ role, shape, lrMult, decayMult }, i) => (
              <Fact
                key={`${role} ${i}`}
                name={role}
                value={formatShape(shape)}
                hint={`lr_mult ${lrMult}, decay_mult ${decayMult}`}
              />
            ))}
            <Fact
              name="lr_mult · decay_mult"
              value={layer.params.map(({ lrMult, decayMult }) => `${lrMult} · ${decayMult}`).join('  ')}
            />
            <Fact name="together" value={formatCount(parameters)} />
          </Facts>
        )}
        {layer.macs !== undefined && layer.macs > 0 && (
          <Facts title="Cost">
            <Fact name="multiply-adds, forward" value={formatLarge(layer.macs)} />
          </Facts>
        )}
      </div>
    </aside>
  );
}

/** The lines of the layer in the text, shown there when clicked. */
function LinesLink({ layer }: { readonly layer: LayerView }) {
  const text = useDocument((state) => state.netText);
  const reveal = useView((state) => state.reveal);
  const starts = useMemo(() => lineStarts(text), [text]);
  const first = positionAt(starts, layer.range.start).line;
  const last = positionAt(starts, Math.max(layer.range.start, layer.range.end - 1)).line;
  return (
    <button type="button" className="details-lines" onClick={() => reveal?.('network', layer.range)}>
      {first === last ? `line ${first}` : `lines ${first}–${last}`}
    </button>
  );
}

/** The last two parts of a field's path are enough below the layer's own message. */
function shortPath(path: string): string {
  return path.split('.').slice(1).join('.') || path;
}

function Facts({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className="facts" aria-label={title}>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

interface FactProps {
  readonly term?: string;
  readonly name: string;
  readonly value: string;
  readonly faint?: boolean;
  readonly hint?: string;
}

function Fact({ term, name, value, faint = false, hint }: FactProps) {
  return (
    <div className={classes('fact', faint && 'fact-default')} title={hint}>
      <dt>
        {term !== undefined && <span className="fact-term">{term}</span>}
        {name}
      </dt>
      <dd className="copyable">{value}</dd>
    </div>
  );
}
