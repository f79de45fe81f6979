/** The frames of open groups behind the nodes, and the lines that a dragged node has come into line with. */
import { useReactFlow, ViewportPortal } from '@xyflow/react';
import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { setGroups } from './follow-selection.ts';
import { startFrameDrag } from './frame-drag.ts';
import { boundsOf } from './placed-graph.ts';
import type { PlacedFrame } from './placed.ts';
import { useReading } from './reading-state.ts';

export function Frames() {
  const frames = useCanvas(({ picture }) => picture?.placed.frames);
  return (
    <ViewportPortal>
      {frames?.map((placed) => (
        <Frame key={placed.frame.id} placed={placed} />
      ))}
      <GuideLines />
    </ViewportPortal>
  );
}

const Frame = memo(function Frame({ placed }: { readonly placed: PlacedFrame }) {
  const { frame, x, y, width, height } = placed;
  const flow = useReactFlow();
  const isDimmed = useReading(({ lit }) => lit !== undefined);
  return (
    <div
      className={`group-frame${isDimmed ? ' is-dimmed' : ''}`}
      role="group"
      aria-label={frame.description}
      style={{ transform: `translate(${x}px, ${y}px)`, width, height }}
    >
      <div className="group-frame-head">
        <button
          type="button"
          className="group-toggle nopan"
          aria-expanded
          aria-label={`Close the group ${frame.label}`}
          title="Close the group (G)"
          onClick={() => setGroups([frame.id], true)}
        >
          <ChevronDown aria-hidden />
        </button>
        <button
          type="button"
          className="group-frame-name nopan"
          title={`${frame.facts}. Click to select them, drag to move them, double-click to close the group.`}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.stopPropagation();
            startFrameDrag(frame.id, event.nativeEvent, (at) => flow.screenToFlowPosition(at, { snapToGrid: false }));
          }}
          onClick={() => useDocument.setState({ selection: frame.members })}
          onDoubleClick={() => setGroups([frame.id], true)}
        >
          {frame.label}
        </button>
        <span className="group-frame-facts">{frame.facts}</span>
      </div>
    </div>
  );
});

/** Beyond the graph by so much at both ends. */
const OVER = 40;

function GuideLines() {
  const guides = useReading((state) => state.guides);
  const placed = useCanvas(({ picture }) => picture?.placed);
  const bounds = guides === undefined || placed === undefined ? undefined : boundsOf(placed);
  if (guides === undefined || bounds === undefined) return null;
  const { x, y, width, height } = bounds;
  return (
    <svg className="guide-lines" aria-hidden="true">
      {guides.x !== undefined && <line x1={guides.x} x2={guides.x} y1={y - OVER} y2={y + height + OVER} />}
      {guides.y !== undefined && <line y1={guides.y} y2={guides.y} x1={x - OVER} x2={x + width + OVER} />}
    </svg>
  );
}
