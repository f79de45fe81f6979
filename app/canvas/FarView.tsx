/**
 * The nodes as they are seen from afar: coloured boxes with large names. They lie over the nodes all the time and are shown by
 * one change of style. To change the look of the nodes themselves takes longer than a frame where there are hundreds.
 */
import { useStore, ViewportPortal } from '@xyflow/react';
import { memo, useLayoutEffect } from 'react';
import type { CSSProperties, RefObject } from 'react';
import { useCanvas } from './canvas-state.ts';
import { familyColour, MeasureBar } from './LayerNode.tsx';
import type { PlacedNode } from './placed-graph.ts';
import { useReading } from './reading-state.ts';
import { monoWidth } from './text-metrics.ts';
import { useWireRole } from './use-wire-role.ts';

/** Below this zoom the nodes are seen from afar. */
const FAR = 0.42;

export function FarView({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const isFar = useStore(({ transform }) => transform[2] < FAR);
  const nodes = useCanvas(({ picture }) => picture?.placed.nodes);
  useLayoutEffect(() => {
    pane.current?.toggleAttribute('data-far', isFar);
  }, [pane, isFar]);
  return (
    <ViewportPortal>
      <div className="far-view" aria-hidden="true">
        {nodes?.map((placed) => (
          <FarNode key={placed.node.id} placed={placed} />
        ))}
      </div>
    </ViewportPortal>
  );
}

const FarNode = memo(function FarNode({ placed: { node, x, y } }: { readonly placed: PlacedNode }) {
  const isDimmed = useReading(({ lit }) => lit !== undefined && !lit.has(node.id));
  const role = useWireRole(node.id);
  const { width, height } = node.box;
  return (
    <div
      className={`far-node${isDimmed ? ' is-pale' : ''}${role}`}
      // What is written once more is no text: neither the search of the browser nor a reader is to find it twice.
      data-name={node.name}
      style={
        {
          transform: `translate(${x}px, ${y}px)`,
          width,
          height,
          fontSize: farSize(node.name, width, height),
          '--family': familyColour(node.family),
        } as CSSProperties
      }
    >
      <MeasureBar layer={node} />
    </div>
  );
});

/** Size of a name: the same for all that hold it. */
const farSize = (name: string, width: number, height: number): number =>
  Math.min(32, height * 0.75, (width - 16) / monoWidth(name, 1));
