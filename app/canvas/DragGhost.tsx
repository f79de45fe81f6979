/** The layer or block under the pointer during a drag from the palette, with what dropping it here would do. */
import { createPortal } from 'react-dom';
import { useCanvas, type PaletteDrag, type Picture } from './canvas-state.ts';
import { familyColour } from './LayerNode.tsx';
import { familyOf } from './palette-entry.ts';

function promise({ target }: PaletteDrag, picture: Picture | undefined): string {
  switch (target?.kind) {
    case undefined:
      return 'Drop on the canvas';
    case 'canvas':
      return 'Add at the end';
    case 'node':
      return `Add after ${picture?.graph.nodes.find(({ id }) => id === target.id)?.name ?? target.id}`;
    case 'edge': {
      const edge = picture?.graph.edges.find(({ id }) => id === target.id);
      const group = picture?.graph.nodes.find((node) => node.id === edge?.to && node.group !== undefined);
      return edge === undefined ? 'Insert here' : `Insert between ${edge.producer} and ${group?.name ?? edge.consumer}`;
    }
  }
}

export function DragGhost() {
  const drag = useCanvas((state) => state.drag);
  const picture = useCanvas((state) => state.picture);
  if (drag === undefined) return null;
  return createPortal(
    <div
      className="drag-ghost"
      style={{ left: drag.x, top: drag.y, borderLeftColor: familyColour(familyOf(drag.entry)) }}
    >
      <strong>{drag.entry.title}</strong>
      <span role="status">{promise(drag, picture)}</span>
    </div>,
    document.body,
  );
}
