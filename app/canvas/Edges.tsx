/**
 * The lines of the graph: each blob on its way from the layer that makes it to one that reads it. One picture holds them all.
 * React Flow's own edges are a picture each, and look at every movement of the view whether they have moved.
 */
import { ViewportPortal } from '@xyflow/react';
import { memo, useMemo } from 'react';
import { useCanvas } from './canvas-state.ts';
import { roundedPath } from './edge-path.ts';
import type { Related } from './paths.ts';
import type { PlacedEdge } from './placed.ts';
import { useReading } from './reading-state.ts';

export function Edges() {
  const edges = useCanvas(({ picture }) => picture?.placed.edges);
  const isDimmed = useReading(({ lit }) => lit !== undefined);
  const all = useMemo(() => edges?.map(({ points }) => roundedPath(points)).join(' '), [edges]);
  return (
    <ViewportPortal>
      <svg className="blob-edges">
        <ArrowHeads />
        {/* Seen from afar the lines are stronger: all of them at once. */}
        <path className={`far-edges${isDimmed ? ' is-dimmed' : ''}`} d={all} />
        {edges?.map((placed) => (
          <BlobEdge key={placed.edge.id} placed={placed} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

const BlobEdge = memo(function BlobEdge({ placed: { edge, points } }: { readonly placed: PlacedEdge }) {
  const { id, from, to, quiet } = edge;
  const isTarget = useCanvas(({ drag }) => drag?.target?.kind === 'edge' && drag.target.id === id);
  const isDimmed = useReading(({ lit }) => lit !== undefined && !(lit.has(from) && lit.has(to)));
  const isRelated = useReading(({ related }) => related !== undefined && liesOn(related, from, to));
  const head = isTarget ? 'arrow-target' : isRelated ? 'arrow-related' : quiet ? 'arrow-quiet' : 'arrow';
  const state = `${quiet ? ' is-quiet' : ''}${isTarget ? ' is-target' : ''}${isRelated ? ' is-related' : ''}`;
  return (
    <path
      className={`blob-edge${state}${isDimmed ? ' is-dimmed' : ''}`}
      role="img"
      aria-label={edge.description}
      d={roundedPath(points)}
      markerEnd={`url(#${head})`}
    />
  );
});

/** Is a line on a way to the node, or on one from it? */
const liesOn = ({ node, before, behind }: Related, source: string, target: string): boolean =>
  (before.has(source) && (target === node || before.has(target))) ||
  (behind.has(target) && (source === node || behind.has(source)));

/** The arrow heads that the lines refer to. */
function ArrowHeads() {
  return (
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
  );
}
