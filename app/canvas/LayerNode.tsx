/** A layer on the canvas: its name, type and settings, a row for each layer folded into it, and its outputs' labels. */
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { LABEL_OFFSET, rowNote } from './node-box.ts';
import type { CanvasNode, FoldedLayer } from './project.ts';

export type LayerFlowNode = Node<{ readonly layer: CanvasNode }, 'layer'>;

/** Colour of a layer family, as a CSS value. */
export const familyColour = (family: CanvasNode['family']): string => `var(--family-${family})`;

export const LayerNode = memo(function LayerNode({ data: { layer }, selected }: NodeProps<LayerFlowNode>) {
  const isTarget = useCanvas(({ drag }) => drag?.target?.kind === 'node' && drag.target.id === layer.id);
  const { box } = layer;
  const summary = layer.summary === '' ? null : <span className="layer-node-summary">{layer.summary}</span>;
  const state = `${selected ? ' is-selected' : ''}${isTarget ? ' is-target' : ''}`;
  return (
    <div className="layer-node-box">
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
      <div
        className={`layer-node${layer.problem === undefined ? '' : ' has-problem'}${state}`}
        style={{ width: box.width, height: box.height, borderLeftColor: familyColour(layer.family) }}
      >
        <div className="layer-node-line">
          <span className="layer-node-name">{layer.name}</span>
          {box.summaryBeside === 'name' && summary}
        </div>
        <div className="layer-node-line">
          <span className="layer-node-type">{layer.type}</span>
          {box.summaryBeside === 'type' && summary}
        </div>
        {layer.rows.map((row) => (
          <FoldedRow key={row.id} row={row} />
        ))}
      </div>
      {layer.outputs.map((output, i) => (
        <span
          key={output.blob}
          className="layer-node-label"
          style={{ left: (box.exits[i] ?? 0) + LABEL_OFFSET, top: box.height }}
        >
          {output.text}
        </span>
      ))}
    </div>
  );
});

function FoldedRow({ row }: { readonly row: FoldedLayer }) {
  const selected = useDocument(({ selection }) => selection.includes(row.id));
  return (
    <div
      className={`layer-node-row${selected ? ' is-selected' : ''}${row.problem === undefined ? '' : ' has-problem'}`}
      data-layer={row.id}
    >
      <span className="layer-node-row-name">{row.name}</span>
      <span>{rowNote(row.type)}</span>
    </div>
  );
}
