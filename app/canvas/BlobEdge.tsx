/** A blob on its way from the layer that makes it to one that reads it. */
import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { useCanvas } from './canvas-state.ts';
import { roundedPath, type Point } from './edge-path.ts';
import type { Related } from './paths.ts';
import { useReading } from './reading-state.ts';

export type BlobFlowEdge = Edge<{ readonly points: readonly Point[]; readonly quiet: boolean }, 'blob'>;

export const BlobEdge = memo(function BlobEdge({ id, source, target, data }: EdgeProps<BlobFlowEdge>) {
  const isTarget = useCanvas(({ drag }) => drag?.target?.kind === 'edge' && drag.target.id === id);
  const isDimmed = useReading(({ lit }) => lit !== undefined && !(lit.has(source) && lit.has(target)));
  const isRelated = useReading(({ related }) => related !== undefined && liesOn(related, source, target));
  if (data === undefined) return null;
  const head = isTarget ? 'arrow-target' : isRelated ? 'arrow-related' : data.quiet ? 'arrow-quiet' : 'arrow';
  const state = `${data.quiet ? ' is-quiet' : ''}${isTarget ? ' is-target' : ''}${isRelated ? ' is-related' : ''}`;
  return (
    <path
      className={`blob-edge${state}${isDimmed ? ' is-dimmed' : ''}`}
      d={roundedPath(data.points)}
      markerEnd={`url(#${head})`}
    />
  );
});

/** Is a line on a way to the node, or on one from it? */
const liesOn = ({ node, before, behind }: Related, source: string, target: string): boolean =>
  (before.has(source) && (target === node || before.has(target))) ||
  (behind.has(target) && (source === node || behind.has(source)));

/** The arrow heads that edges refer to. */
export function ArrowHeads() {
  return (
    <svg className="arrow-heads" aria-hidden="true">
      <defs>
        {['arrow', 'arrow-quiet', 'arrow-related', 'arrow-target'].map((id) => (
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
