/**
 * The nodes as they are seen from afar: coloured boxes with large names. They lie over the nodes all the time and are shown by
 * one change of style. To change the look of the nodes themselves takes longer than a frame where there are hundreds.
 */
import { useStore, ViewportPortal } from '@xyflow/react';
import { memo, useLayoutEffect, useMemo } from 'react';
import type { CSSProperties, RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { familyColour, MeasureBar } from './LayerNode.tsx';
import type { PlacedNode } from './placed.ts';
import type { CanvasNode } from './project.ts';
import { useReading } from './reading-state.ts';
import { monoWidth } from './text-metrics.ts';
import { useWireRole } from './use-wire-role.ts';

/** Below this zoom the nodes are seen from afar. */
const FAR = 0.42;

interface Props {
  readonly pane: RefObject<HTMLElement | null>;
  /** Ids of nodes. */
  readonly selected: ReadonlySet<string>;
}

export function FarView({ pane, selected }: Props) {
  const isFar = useStore(({ transform }) => transform[2] < FAR);
  const nodes = useCanvas(({ picture }) => picture?.placed.nodes);
  const size = useMemo(() => commonSize(nodes ?? []), [nodes]);
  useLayoutEffect(() => {
    pane.current?.toggleAttribute('data-far', isFar);
  }, [pane, isFar]);
  return (
    <ViewportPortal>
      <div className="far-view" aria-hidden="true">
        {nodes?.map((placed) => (
          <FarNode key={placed.node.id} placed={placed} size={size} selected={selected.has(placed.node.id)} />
        ))}
      </div>
    </ViewportPortal>
  );
}

interface FarNodeProps {
  readonly placed: PlacedNode;
  readonly size: number;
  readonly selected: boolean;
}

/** How a node looks for what it is to the line that is held. */
const LOOKS: Readonly<Record<string, string>> = {
  'cannot-wire': ' is-pale',
  'is-wire-target': ' is-selected',
  'is-wire-refused': ' is-refused',
};

const FarNode = memo(function FarNode({ placed: { node, x, y }, size, selected }: FarNodeProps) {
  const isDimmed = useReading(({ lit }) => lit !== undefined && !lit.has(node.id));
  const role = useWireRole(node.id);
  const { width, height } = node.box;
  return (
    <div
      className={`far-node${selected ? ' is-selected' : ''}${LOOKS[role.trim()] ?? (isDimmed ? ' is-pale' : '')}`}
      // What is written once more is no text: neither the search of the browser nor a reader is to find it twice.
      data-name={node.name}
      style={
        {
          transform: `translate(${x}px, ${y}px)`,
          width,
          height,
          fontSize: Math.min(size, roomFor(node)),
          '--family': familyColour(node.family),
        } as CSSProperties
      }
    >
      <MeasureBar layer={node} />
    </div>
  );
});

/** The largest size at which a name fits into its node. */
const roomFor = ({ name, box }: CanvasNode): number =>
  Math.min(box.height * 0.8, (box.width - 14) / monoWidth(name, 1));

const [LEAST, MOST] = [24, 40];

/** A size that three names in four can have: the same for them all, as large as that allows. */
function commonSize(nodes: readonly PlacedNode[]): number {
  const rooms = nodes.map(({ node }) => roomFor(node)).sort((a, b) => a - b);
  return Math.max(LEAST, Math.min(MOST, rooms[Math.floor(rooms.length / 4)] ?? MOST));
}
