/** The edge under the pointer and the selected one, with a grip at each end to draw it to another node. */
import { useReactFlow, useStore, ViewportPortal } from '@xyflow/react';
import type { RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { gripsOf } from './edge-grips.ts';
import { roundedPath, type Point } from './edge-path.ts';
import type { PlacedEdge } from './placed.ts';
import { startWire } from './wire-drag.ts';
import { wirePlaces } from './wire-places.ts';
import { useWiring, type Held } from './wiring-state.ts';

export function EdgeOverlay({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const selected = useWiring((state) => state.edge);
  const hovered = useWiring((state) => (state.wire === undefined ? state.hoveredEdge : undefined));
  const placed = useCanvas((state) => state.picture?.placed.edges);
  const find = (id: string | undefined): PlacedEdge | undefined => placed?.find(({ edge }) => edge.id === id);
  const [chosen, under] = [find(selected), hovered === selected ? undefined : find(hovered)];
  if (chosen === undefined && under === undefined) return null;
  return (
    <ViewportPortal>
      {under !== undefined && <EdgeMarks placed={under} pane={pane} state="hovered" />}
      {chosen !== undefined && <EdgeMarks placed={chosen} pane={pane} state="selected" />}
    </ViewportPortal>
  );
}

interface MarksProps {
  readonly placed: PlacedEdge;
  readonly pane: RefObject<HTMLElement | null>;
  readonly state: 'hovered' | 'selected';
}

function EdgeMarks({ placed: { edge, points }, pane, state }: MarksProps) {
  const held = useWiring(({ wire }) => wire?.held);
  const grips = gripsOf(points);
  const isHeld = held !== undefined && 'edge' in held && held.edge.id === edge.id;
  return (
    <>
      <svg className="edge-overlay" aria-hidden="true">
        <path className={`edge-mark is-${state}${isHeld ? ' is-held' : ''}`} d={roundedPath(points)} />
      </svg>
      {grips !== undefined && held === undefined && (
        <>
          <Grip
            at={grips.source}
            most={grips.radius}
            pane={pane}
            held={{ kind: 'source', edge }}
            name={`Start of ${edge.description}`}
          />
          <Grip
            at={grips.reader}
            most={grips.radius}
            pane={pane}
            held={{ kind: 'reader', edge }}
            name={`End of ${edge.description}`}
          />
        </>
      )}
    </>
  );
}

/** As the style has it. */
const GRIP_RADIUS = 11;

interface GripProps {
  readonly at: Point;
  /** The largest radius that it may have. */
  readonly most: number;
  readonly pane: RefObject<HTMLElement | null>;
  readonly held: Held;
  readonly name: string;
}

function Grip({ at, most, pane, held, name }: GripProps) {
  const flow = useReactFlow();
  const zoom = useStore(({ transform }) => transform[2]);
  return (
    <button
      type="button"
      tabIndex={-1}
      className="edge-grip nodrag nopan"
      style={{ transform: `translate(${at.x}px, ${at.y}px) scale(${Math.min(portScale(zoom), most / GRIP_RADIUS)})` }}
      aria-label={name}
      title="Drag to another layer"
      onPointerDown={(event) => {
        if (event.button !== 0 || pane.current === null) return;
        event.preventDefault();
        event.stopPropagation();
        useWiring.setState({ edge: 'edge' in held ? held.edge.id : undefined });
        startWire(held, event.nativeEvent, wirePlaces(pane.current, flow));
      }}
    />
  );
}

/** Handles keep a size on the screen that a finger finds, however far the graph is zoomed out. */
export const portScale = (zoom: number): number => Math.min(3, Math.max(1, 0.9 / zoom));
