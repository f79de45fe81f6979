/** A blob on its way from the layer that makes it to one that reads it. */
import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { useCanvas } from './canvas-state.ts';
import { roundedPath, type Point } from './edge-path.ts';

export type BlobFlowEdge = Edge<{ readonly points: readonly Point[]; readonly quiet: boolean }, 'blob'>;

export const BlobEdge = memo(function BlobEdge({ id, data }: EdgeProps<BlobFlowEdge>) {
  const isTarget = useCanvas(({ drag }) => drag?.target?.kind === 'edge' && drag.target.id === id);
  if (data === undefined) return null;
  const path = roundedPath(data.points);
  return (
    <path
      className={`blob-edge${data.quiet ? ' is-quiet' : ''}${isTarget ? ' is-target' : ''}`}
      d={path}
      markerEnd={`url(#${isTarget ? 'arrow-target' : data.quiet ? 'arrow-quiet' : 'arrow'})`}
    />
  );
});

/** The arrow heads that edges refer to. */
export function ArrowHeads() {
  return (
    <svg className="arrow-heads" aria-hidden="true">
      <defs>
        {['arrow', 'arrow-quiet', 'arrow-target'].map((id) => (
          <marker
            key={id}
            id={id}
            viewBox="-8 -5 9 10"
            markerWidth="9"
            markerHeight="10"
            orient="auto"
            refX="0"
            refY="0"
            markerUnits="userSpaceOnUse"
          >
            <path className={`arrow-head ${id}`} d="M -5 -4 L 0 0 L -5 4" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
