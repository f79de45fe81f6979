/** At the foot of the canvas: what the bars of nodes show, the direction, zoom and Fit, and the way back from places given by hand. */
import { useReactFlow, useViewport } from '@xyflow/react';
import { ArrowDown, ArrowRight, ChartNoAxesColumn, ChevronsDownUp, ChevronsUpDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { motionTime } from '../look/motion.ts';
import { runCommandById } from '../store/commands.ts';
import { useLayerTimes } from '../store/layer-times.ts';
import { useSidecar } from '../store/sidecar.ts';
import { resetMoves } from './arrange.ts';
import { useCanvas } from './canvas-state.ts';
import { costText, largest, MEASURES, nounOf, valueOf, type Measure } from './node-cost.ts';
import { setDirection } from './reading-commands.ts';
import { useReading } from './reading-state.ts';

export function CanvasControls({ onFit }: { readonly onFit: () => void }) {
  const flow = useReactFlow();
  const { zoom } = useViewport();
  const isMoved = useSidecar(({ moved }) => Object.keys(moved).length > 0);
  return (
    <div className="canvas-foot">
      <Legend />
      <div className="canvas-controls" role="group" aria-label="View">
        {isMoved && (
          <button type="button" onClick={() => resetMoves()} title="Put all nodes back in their places">
            Reset layout
          </button>
        )}
        <ShowMenu />
        <GroupButtons />
        <DirectionButton />
        <button type="button" aria-label="Zoom out" onClick={() => void flow.zoomOut({ duration: motionTime() })}>
          −
        </button>
        <button
          type="button"
          className="canvas-zoom"
          aria-label={`Zoom is ${Math.round(zoom * 100)} %, set it to 100 %`}
          onClick={() => void flow.zoomTo(1, { duration: motionTime() })}
        >
          {Math.round(zoom * 100)}%
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => void flow.zoomIn({ duration: motionTime() })}>
          +
        </button>
        <button type="button" onClick={onFit} title="Show the whole net (0)">
          Fit
        </button>
      </div>
    </div>
  );
}

function DirectionButton() {
  const direction = useSidecar((state) => state.direction);
  const other = direction === 'down' ? 'right' : 'down';
  const label = other === 'right' ? 'Let the net flow to the right' : 'Let the net flow down';
  const Icon = direction === 'down' ? ArrowDown : ArrowRight;
  return (
    <button type="button" aria-label={label} title={`${label} (D)`} onClick={() => setDirection(other)}>
      <Icon aria-hidden />
    </button>
  );
}

/** Only where the net has groups: all open, all closed. */
function GroupButtons() {
  const has = useCanvas(({ picture }) => (picture?.graph.groups.length ?? 0) > 0);
  const anyOpen = useCanvas(({ picture }) => (picture?.graph.frames.length ?? 0) > 0);
  if (!has) return null;
  const label = anyOpen ? 'Close all groups' : 'Open all groups';
  return (
    <button
      type="button"
      aria-label={label}
      title={`${label} (${anyOpen ? '[' : ']'})`}
      onClick={() => runCommandById(anyOpen ? 'graph.collapseAll' : 'graph.expandAll')}
    >
      {anyOpen ? <ChevronsDownUp aria-hidden /> : <ChevronsUpDown aria-hidden />}
    </button>
  );
}

/** Shows a measure; times are taken now if there are none. */
function showMeasure(measure: Measure | undefined): void {
  useReading.setState({ measure });
  if (measure === 'time' && useLayerTimes.getState().byLayer === undefined) runCommandById('run.time-layers');
}

/** What the length of the bars at the foot of nodes stands for. */
function ShowMenu() {
  const measure = useReading((state) => state.measure);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button type="button" aria-label="What nodes show by bars" title="Show costs as bars">
          <ChartNoAxesColumn aria-hidden />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="popover menu show-menu"
          side="top"
          sideOffset={8}
          collisionPadding={8}
          align="end"
        >
          <DropdownMenu.RadioGroup
            value={measure ?? 'none'}
            onValueChange={(value) => showMeasure(MEASURES.find(({ id }) => id === value)?.id)}
          >
            {[{ id: 'none', title: 'No bars' }, ...MEASURES].map(({ id, title }) => (
              <DropdownMenu.RadioItem key={id} className="menu-item" value={id}>
                <span className="menu-title">{title}</span>
                <DropdownMenu.ItemIndicator className="menu-what">✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Legend() {
  const measure = useReading((state) => state.measure);
  return measure === undefined ? null : <LegendOf measure={measure} />;
}

function LegendOf({ measure }: { readonly measure: Measure }) {
  const nodes = useCanvas(({ picture }) => picture?.graph.nodes);
  const { byLayer: times, device, measuring } = useLayerTimes();
  const most = largest(nodes, measure, times);
  const name = nodes?.find((node) => valueOf(node, measure, times) === most)?.name ?? '';
  const where = measure === 'time' && device !== undefined ? `, on ${device}` : '';
  const nothing = measure === 'time' ? (measuring ? 'measuring …' : 'not measured') : `nothing ${nounOf(measure)}`;
  return (
    <div className="measure-legend" role="note">
      <span className="measure-bar" aria-hidden>
        <span />
      </span>
      {most === 0 ? nothing : `${costText(measure, most)} ${nounOf(measure)} (${name})${where}`}
    </div>
  );
}
