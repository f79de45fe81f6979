/** The line on its way, and beside the pointer (or at the canvas's foot for the keyboard) what letting go would do. */
import { useReactFlow, ViewportPortal } from '@xyflow/react';
import { Ban, Cable } from 'lucide-react';
import { createPortal } from 'react-dom';
import { useCanvas } from './canvas-state.ts';
import { directCorners, roundedPath, type Point } from './edge-path.ts';
import { entryPoint } from './placed-graph.ts';
import { anchorOf, nearestExit, placedNode } from './wire-anchors.ts';
import { useWiring, type Wire } from './wiring-state.ts';
import { useShownNet } from './shown-net.ts';

export function WireOverlay() {
  const wire = useWiring((state) => state.wire);
  if (wire === undefined) return null;
  return (
    <>
      <Line wire={wire} />
      {wire.by === 'pointer' ? <PointerHint wire={wire} /> : <KeyboardHint wire={wire} />}
    </>
  );
}

function Line({ wire }: { readonly wire: Wire }) {
  const flow = useReactFlow();
  const placed = useCanvas((state) => state.picture?.placed);
  const view = useShownNet();
  if (placed === undefined || view === undefined) return null;
  const { held, at, target } = wire;
  const fixed = anchorOf(held, placed, view);
  const outward = held.kind === 'exit' || held.kind === 'reader';
  const node = target === undefined ? undefined : placedNode(placed, target);
  const pointer = at && flow.screenToFlowPosition(at, { snapToGrid: false });
  let free: Point | undefined = pointer;
  if (node !== undefined) free = outward ? entryPoint(node) : (nearestExit(node, view, pointer)?.point ?? pointer);
  if (fixed === undefined || free === undefined) return null;
  const corners = outward ? directCorners(fixed, free) : directCorners(free, fixed);
  const possible = wire.verdict?.possible;
  return (
    <ViewportPortal>
      <svg className="edge-overlay" aria-hidden="true">
        <path className={`wire${possible === false ? ' is-refused' : ''}`} d={roundedPath(corners)} />
        <circle className={`wire-end${possible === false ? ' is-refused' : ''}`} cx={free.x} cy={free.y} r={4} />
      </svg>
    </ViewportPortal>
  );
}

function PointerHint({ wire: { at, verdict, held } }: { readonly wire: Wire }) {
  if (at === undefined) return null;
  const empty = held.kind === 'exit' || held.kind === 'entry' ? 'Let go for a new layer here' : 'Let go to leave it';
  return createPortal(
    <div
      className={`wire-hint${verdict?.possible === false ? ' is-refused' : ''}`}
      style={{ left: at.x, top: at.y }}
      role="status"
    >
      {verdict?.possible === false && <Ban size={13} aria-hidden="true" />}
      <span>{verdict?.says ?? empty}</span>
    </div>,
    document.body,
  );
}

function KeyboardHint({ wire: { verdict, held } }: { readonly wire: Wire }) {
  const what =
    held.kind === 'exit' ? `Connect ${held.blob} to` : held.kind === 'entry' ? `${held.layer} is to read` : 'Move to';
  return (
    <div className={`wire-bar${verdict?.possible === false ? ' is-refused' : ''}`}>
      {verdict?.possible === false ? <Ban size={14} aria-hidden="true" /> : <Cable size={14} aria-hidden="true" />}
      <span role="status">{verdict?.says ?? `${what}: walk to a layer with the arrow keys`}</span>
      <span className="wire-bar-keys" aria-hidden="true">
        <kbd>Enter</kbd> connect <kbd>Esc</kbd> leave{held.kind === 'exit' && <OtherOutput held={held} />}
      </span>
    </div>
  );
}

function OtherOutput({ held }: { readonly held: Extract<Wire['held'], { kind: 'exit' }> }) {
  const layer = useShownNet()?.layers.find(({ id }) => id === held.layer);
  if (layer === undefined || layer.tops.length < 2) return null;
  return (
    <>
      {' '}
      <kbd>O</kbd> other output
    </>
  );
}
