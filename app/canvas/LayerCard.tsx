/** The card of a node: what its layer does, how it is set, what goes in and comes out, and what it costs. */
import { useViewport } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';
import type { CSSProperties, RefObject } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { useCanvas } from './canvas-state.ts';
import { familyColour } from './LayerNode.tsx';
import { shapeText } from './node-box.ts';
import { costText } from './node-cost.ts';
import { formatLarge, plural } from '../store/format.ts';
import type { PlacedNode } from './placed.ts';
import type { CanvasNode } from './project.ts';
import { useShownNet } from './shown-net.ts';

const WIDTH = 264;
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
  const net = useShownNet();
  const viewport = useViewport();
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // The height is known only now: a card that would stick out at the foot moves up.
    const element = card.current;
    if (element === null || pane.current === null) return;
    const room = pane.current.clientHeight - element.offsetHeight - EDGE;
    element.style.top = `${Math.max(EDGE, Math.min(element.offsetTop, room))}px`;
  }, [pane, placed, viewport]);
  if (placed === undefined || net === undefined) return null;
  const { group, members } = placed.node;
  const layers = group === undefined ? members.flatMap((id) => net.layers.find((layer) => layer.id === id) ?? []) : [];
  return (
    <div ref={card} className="layer-card" role="tooltip" style={cardPlace(placed, viewport, pane.current)}>
      {group !== undefined && <GroupFacts node={placed.node} />}
      {layers.map((layer) => (
        <LayerFacts key={layer.id} layer={layer} net={net} />
      ))}
    </div>
  );
}

/** Beside the node where there is room, at its right by preference. */
function cardPlace(
  { node, x, y }: PlacedNode,
  { x: panX, y: panY, zoom }: { readonly x: number; readonly y: number; readonly zoom: number },
  pane: HTMLElement | null,
): CSSProperties {
  const paneWidth = pane?.clientWidth ?? 0;
  const left = x * zoom + panX;
  const right = left + node.box.width * zoom;
  const roomRight = paneWidth - right;
  const beside = roomRight >= WIDTH + GAP + EDGE || roomRight >= left ? right + GAP : left - GAP - WIDTH;
  return {
    width: WIDTH,
    left: Math.max(EDGE, Math.min(beside, paneWidth - WIDTH - EDGE)),
    top: y * zoom + panY,
    maxHeight: (pane?.clientHeight ?? 0) - 2 * EDGE,
  };
}

function LayerFacts({ layer, net }: { readonly layer: LayerView; readonly net: NetView }) {
  const shapeOf = (id: string): string => {
    const blob = net.blobs.find((candidate) => candidate.id === id);
    return `${blob?.name ?? id} ${shapeText(blob?.shape)}`;
  };
  const written = layer.settings.filter(({ explicit }) => explicit);
  const defaults = layer.settings.filter(({ explicit }) => !explicit);
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
        {written.map(({ path, value }) => (
          <Fact key={path} term={shortPath(path)} values={[value]} />
        ))}
      </dl>
      {defaults.length > 0 && (
        <p className="layer-card-defaults">
          By default {defaults.map(({ path, value }) => `${shortPath(path)} ${value}`).join(', ')}
        </p>
      )}
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

/** What a closed group holds, in numbers. */
function GroupFacts({ node }: { readonly node: CanvasNode }) {
  const { name, group, cost, family, problem } = node;
  if (group === undefined) return null;
  return (
    <section className="layer-card-part">
      <header style={{ borderLeftColor: familyColour(family) }}>
        <strong>{name}</strong>
        <span>{group.repeats > 1 ? `${group.repeats} times the same` : 'Group'}</span>
      </header>
      {problem !== undefined && <p className="layer-card-problem">{problem}</p>}
      <p>{plural(group.layers, 'layer')}, closed. Open it by a double-click or Shift+G.</p>
      <dl>
        <Fact term="In" values={group.inputs} />
        <Fact term="Out" values={group.outputs} />
        {cost.parameters > 0 && <Fact term="Parameters" values={[grouped.format(cost.parameters)]} />}
        {cost.macs > 0 && <Fact term="Multiply-adds" values={[formatLarge(cost.macs)]} />}
        {cost.bytes > 0 && <Fact term="Memory of blobs" values={[costText('bytes', cost.bytes)]} />}
      </dl>
    </section>
  );
}

/** The path without the message that all settings of a layer share. */
const shortPath = (path: string): string => path.split('.').slice(1).join('.') || path;

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
