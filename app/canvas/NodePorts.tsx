/** The ports of a node while the pointer is on it or it is selected: where a line can be drawn from. */
import { useReactFlow, useStore } from '@xyflow/react';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { portScale } from './EdgeOverlay.tsx';
import { entryOffset } from './node-box.ts';
import type { Point } from './edge-path.ts';
import { exitsOf, takesMore } from './ports.ts';
import type { CanvasNode } from './project.ts';
import { startWire } from './wire-drag.ts';
import { wirePlaces } from './wire-places.ts';
import { useWiring, type Held } from './wiring-state.ts';
import { useShownNet } from './shown-net.ts';

export function NodePorts({ node, selected }: { readonly node: CanvasNode; readonly selected: boolean }) {
  const isShown = useWiring(({ near, wire }) => wire === undefined && (selected || near === node.id));
  return isShown ? <Ports node={node} /> : null;
}

function Ports({ node }: { readonly node: CanvasNode }) {
  const view = useShownNet();
  const stale = useDocument((state) => state.nets !== undefined && !state.nets[state.phase].parsed);
  if (view === undefined || stale) return null;
  return (
    <>
      {takesMore(node, view, layerTable) && (
        <Port
          side="entry"
          at={entryOffset(node.box)}
          held={{ kind: 'entry', node: node.id, layer: node.id }}
          name={`Let ${node.name} read another blob`}
          title="Drag to the layer whose output this one is to read"
        />
      )}
      {exitsOf(node, view).map(({ id, blob, layer, top, at }) => (
        <Port
          key={id}
          side="exit"
          at={at}
          held={{ kind: 'exit', node: node.id, layer, top, blob }}
          name={`Connect ${blob} of ${node.name}`}
          title={`${blob}: drag to the layer that is to read it`}
        />
      ))}
    </>
  );
}

interface PortProps {
  readonly side: 'entry' | 'exit';
  readonly at: Point;
  readonly held: Held;
  readonly name: string;
  readonly title: string;
}

function Port({ side, at, held, name, title }: PortProps) {
  const flow = useReactFlow();
  const zoom = useStore(({ transform }) => transform[2]);
  return (
    <span
      // A node is a button itself and may hold nothing that takes the focus. The keyboard connects with its own command.
      role="button"
      className={`port port-${side} nodrag nopan`}
      style={{ transform: `translate(${at.x}px, ${at.y}px) scale(${portScale(zoom)})` }}
      aria-label={name}
      title={title}
      onPointerDown={(event) => {
        const pane = event.currentTarget.closest<HTMLElement>('.canvas');
        if (event.button !== 0 || pane === null) return;
        event.preventDefault();
        event.stopPropagation();
        startWire(held, event.nativeEvent, wirePlaces(pane, flow));
      }}
      onClick={(event) => event.stopPropagation()}
    />
  );
}
