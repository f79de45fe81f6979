/** A layer on the canvas: its name, type and settings, a row for each layer folded into it, and its outputs' labels. */
import type { Node, NodeProps } from '@xyflow/react';
import { ChevronRight, ChevronsDownUp, ChevronsUpDown } from 'lucide-react';
import { memo } from 'react';
import type { CSSProperties } from 'react';
import { useDocument } from '../store/document.ts';
import { useLayerTimes } from '../store/layer-times.ts';
import { useCanvas } from './canvas-state.ts';
import { setGroups } from './follow-selection.ts';
import { NodePorts } from './NodePorts.tsx';
import { labelOffset, rowNote } from './node-box.ts';
import { costText, largest, nounOf, valueOf } from './node-cost.ts';
import type { CanvasNode, FoldedLayer } from './project.ts';
import { useReading } from './reading-state.ts';
import { setUnfolded } from './unfold.ts';
import { useWireRole } from './use-wire-role.ts';

export type LayerFlowNode = Node<{ readonly layer: CanvasNode }, 'layer'>;

/** Colour of a layer family or of the palette's blocks, as a CSS value. */
export const familyColour = (family: CanvasNode['family'] | 'block'): string => `var(--family-${family})`;

export const LayerNode = memo(function LayerNode({ data: { layer }, selected }: NodeProps<LayerFlowNode>) {
  const isTarget = useCanvas(({ drag }) => drag?.target?.kind === 'node' && drag.target.id === layer.id);
  const isDimmed = useReading(({ lit }) => lit !== undefined && !lit.has(layer.id));
  const role = useWireRole(layer.id);
  const { box, group } = layer;
  const summary = layer.summary === '' ? null : <span className="layer-node-summary">{layer.summary}</span>;
  const state = [
    'layer-node',
    ...(group === undefined ? [] : [group.repeats > 1 ? 'is-group is-run' : 'is-group']),
    ...(layer.problem === undefined ? [] : ['has-problem']),
    ...(selected ? ['is-selected'] : []),
    ...(isTarget ? ['is-target'] : []),
  ].join(' ');
  return (
    <div className={`layer-node-box${role}${isDimmed ? ' is-dimmed' : ''}`}>
      <div
        className={state}
        style={
          {
            width: box.width,
            height: box.height,
            borderLeftColor: familyColour(layer.family),
            '--family': familyColour(layer.family),
          } as CSSProperties
        }
      >
        <div className="layer-node-near">
          <div className="layer-node-line">
            <span className="layer-node-name">
              {group !== undefined && <OpenButton group={group.id} name={layer.name} />}
              {layer.name}
            </span>
            {box.summaryBeside === 'name' && summary}
          </div>
          <div className="layer-node-line">
            <span className="layer-node-type">{layer.type}</span>
            {box.summaryBeside === 'type' && summary}
          </div>
          {layer.rows.map((row) => (
            <FoldedRow key={row.id} row={row} />
          ))}
          {(layer.rows.length > 0 || layer.unfolded) && <FoldButton layer={layer} />}
        </div>
        <MeasureBar layer={layer} />
      </div>
      <div className="layer-node-labels">
        {layer.outputs.map((output, i) => (
          <span key={output.blob} className="layer-node-label" style={labelOffset(box, i)}>
            {output.text}
          </span>
        ))}
      </div>
      <NodePorts node={layer} selected={selected} />
    </div>
  );
});

function OpenButton({ group, name }: { readonly group: string; readonly name: string }) {
  return (
    // A node is a button itself and may hold nothing that takes the focus: the keyboard has commands for this.
    <span
      role="button"
      className="group-toggle nodrag nopan"
      aria-label={`Open the group ${name}`}
      title="Open the group (Shift+G, or double-click)"
      onClick={(event) => {
        event.stopPropagation();
        setGroups([group], false);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <ChevronRight aria-hidden />
    </span>
  );
}

function FoldButton({ layer }: { readonly layer: CanvasNode }) {
  const what = layer.unfolded ? 'Fold the in-place layers into' : 'Show one by one the in-place layers of';
  return (
    // A node is a button itself and may hold nothing that takes the focus: the keyboard has commands for this.
    <span
      role="button"
      className="fold-toggle nodrag nopan"
      aria-label={`${what} ${layer.name}`}
      title={`${layer.unfolded ? 'Fold the in-place layers' : 'Show the in-place layers one by one'} (U)`}
      onClick={(event) => {
        event.stopPropagation();
        setUnfolded([layer.id], !layer.unfolded);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {layer.unfolded ? <ChevronsDownUp aria-hidden /> : <ChevronsUpDown aria-hidden />}
    </span>
  );
}

/** How much the layer costs beside the one that costs most: a bar along the foot, with its number. */
export function MeasureBar({ layer }: { readonly layer: CanvasNode }) {
  const measure = useReading((state) => state.measure);
  const times = useLayerTimes((state) => state.byLayer);
  const most = useCanvas(({ picture }) => (measure === undefined ? 0 : largest(picture?.graph.nodes, measure, times)));
  if (measure === undefined || most === 0) return null;
  const value = valueOf(layer, measure, times);
  return (
    <div className="measure-bar" title={`${costText(measure, value)} ${nounOf(measure)}`}>
      {value > 0 && <div style={{ width: `${Math.max(1, (100 * value) / most)}%` }} />}
    </div>
  );
}

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
