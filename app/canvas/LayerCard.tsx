/** The card of a node: what its layer does, how it is set, what goes in and comes out, and what it costs. */
import { useViewport } from '@xyflow/react';
import type { CSSProperties, RefObject } from 'react';
import type { LayerView, NetView, SettingView } from '../caffe/net/net-view.ts';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { familyColour } from './LayerNode.tsx';
import { shapeText } from './node-box.ts';
import type { PlacedNode } from './placed-graph.ts';

const WIDTH = 312;
const GAP = 12;
const EDGE = 8;

const grouped = new Intl.NumberFormat('en');

/** `6.55 M`: at most three digits with a unit. */
export function compactCount(value: number): string {
  if (value < 10_000) return grouped.format(value);
  const units = ['k', 'M', 'G', 'T'] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toPrecision(3)} ${units[power - 1] ?? ''}`;
}

export function LayerCard({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const placed = useCanvas(({ card, picture }) => picture?.placed.nodes.find(({ node }) => node.id === card));
  const net = useDocument((state) => state.goodNets?.[state.phase]);
  const viewport = useViewport();
  if (placed === undefined || net === undefined) return null;
  const ids = [placed.node.id, ...placed.node.rows.map(({ id }) => id)];
  const layers = ids.flatMap((id) => net.layers.find((layer) => layer.id === id) ?? []);
  return (
    <div className="layer-card" role="tooltip" style={cardPlace(placed, viewport, pane.current)}>
      {layers.map((layer) => (
        <LayerFacts key={layer.id} layer={layer} net={net} />
      ))}
    </div>
  );
}

/** Beside the node, at its right where there is room; it grows down from the node, or up from one that stands low. */
function cardPlace(
  { node, x, y }: PlacedNode,
  { x: panX, y: panY, zoom }: { readonly x: number; readonly y: number; readonly zoom: number },
  pane: HTMLElement | null,
): CSSProperties {
  const paneWidth = pane?.clientWidth ?? 0;
  const paneHeight = pane?.clientHeight ?? 0;
  const left = x * zoom + panX;
  const right = left + node.box.width * zoom;
  const top = Math.max(EDGE, y * zoom + panY);
  const bottom = Math.max(EDGE, paneHeight - (y + node.box.height) * zoom - panY);
  const beside =
    paneWidth - right >= WIDTH + GAP + EDGE || paneWidth - right >= left ? right + GAP : left - GAP - WIDTH;
  return {
    width: WIDTH,
    left: Math.max(EDGE, Math.min(beside, paneWidth - WIDTH - EDGE)),
    ...(top <= bottom
      ? { top, maxHeight: paneHeight - top - EDGE }
      : { bottom, maxHeight: paneHeight - bottom - EDGE }),
  };
}

function LayerFacts({ layer, net }: { readonly layer: LayerView; readonly net: NetView }) {
  const shapeOf = (id: string): string => {
    const blob = net.blobs.find((candidate) => candidate.id === id);
    return `${blob?.name ?? id} ${shapeText(blob?.shape)}`;
  };
  const count = layer.params.reduce((sum, { shape }) => sum + shape.reduce((n, d) => n * d, 1), 0);
  return (
    <section className="layer-card-part">
      <header style={{ borderLeftColor: familyColour(layer.family) }}>
        <strong>{layer.name}</strong>
        <span>{layer.type}</span>
      </header>
      {layer.problem !== undefined && <p className="layer-card-problem">{layer.problem}</p>}
      {layer.doc !== '' && <p>{layer.doc}</p>}
      <dl>
        {layer.settings.map((setting) => (
          <Setting key={setting.path} setting={setting} />
        ))}
      </dl>
      <dl>
        <Fact term="In" values={layer.bottoms.map(shapeOf)} />
        <Fact term="Out" values={layer.tops.map(shapeOf)} />
        <Fact
          term={count === 0 ? 'Parameters' : `Parameters, ${grouped.format(count)}`}
          values={layer.params.map(({ role, shape }) => `${role} ${shapeText(shape)}`)}
        />
        {layer.macs !== undefined && layer.macs > 0 && (
          <Fact term="Multiply-adds" values={[compactCount(layer.macs)]} />
        )}
      </dl>
    </section>
  );
}

function Setting({ setting: { path, value, explicit } }: { readonly setting: SettingView }) {
  return (
    <div className={explicit ? undefined : 'is-default'}>
      <dt>{path.split('.').slice(1).join('.') || path}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Fact({ term, values }: { readonly term: string; readonly values: readonly string[] }) {
  if (values.length === 0) return null;
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {values.map((value, i) => (
          <div key={i}>{value}</div>
        ))}
      </dd>
    </div>
  );
}
