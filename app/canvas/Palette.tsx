/** The layers there are, to be dragged into the net or added with a key. */
import './palette.css';
import { useReactFlow } from '@xyflow/react';
import { ChevronLeft, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { layerBlocks } from '../caffe/text/blocks/layer-blocks.ts';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { useCanvas } from './canvas-state.ts';
import { appendAfterSelection, dropEntry } from './gestures.ts';
import { familyColour } from './LayerNode.tsx';
import { isPaletteOpen } from './pane-room.ts';
import { familyOf, type PaletteEntry } from './palette-entry.ts';
import { paletteGroups, type Offer } from './palette-groups.ts';
import { startPaletteDrag } from './palette-drag.ts';
import { dropTargetAt } from './placed-graph.ts';

/** How near a layer has to come to an edge to be dropped into it, in pixels on the screen. */
const REACH = 22;

const offer: Offer = { layers: layerTable.all(), blocks: layerBlocks };

export function Palette({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const isOpen = useCanvas((state) => isPaletteOpen(state.paletteOpen, state.size));
  if (!isOpen) {
    return (
      <button
        type="button"
        className="palette-open"
        aria-label="Show the palette of layers"
        title="Add a layer (/)"
        onClick={() => useCanvas.setState({ paletteOpen: true })}
      >
        <Plus size={14} aria-hidden="true" />
        Layer
      </button>
    );
  }
  return <OpenPalette pane={pane} />;
}

function OpenPalette({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const [hinted, setHinted] = useState<PaletteEntry>();
  const root = useRef<HTMLElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Opened by hand: to search is what comes next.
    if (useCanvas.getState().paletteOpen === true) input.current?.focus();
  }, []);
  const groups = useMemo(() => paletteGroups(offer, search, all), [search, all]);
  const first = groups[0]?.entries[0];
  const selected = useDocument((state) => state.selection.length > 0);

  const moveFocus = (event: KeyboardEvent, step: 1 | -1): void => {
    const stops = [...(root.current?.querySelectorAll<HTMLElement>('.palette-search, .palette-item') ?? [])];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
    event.preventDefault();
  };

  return (
    <section
      ref={root}
      className="palette"
      aria-label="Palette of layers"
      // The browser's own menu, for the search; not that of the graph.
      onContextMenu={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') moveFocus(event, 1);
        else if (event.key === 'ArrowUp') moveFocus(event, -1);
        else if (event.key === 'Escape') leavePalette(pane.current);
      }}
    >
      <div className="palette-head">
        <input
          ref={input}
          className="palette-search"
          type="search"
          aria-label="Search layers"
          placeholder="Add layer"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && first !== undefined) appendAfterSelection(first);
          }}
        />
        {search === '' && <kbd aria-hidden="true">/</kbd>}
        <button
          type="button"
          aria-label="Hide the palette"
          title="Hide the palette"
          onClick={() => useCanvas.setState({ paletteOpen: false })}
        >
          <ChevronLeft size={14} aria-hidden="true" />
        </button>
      </div>
      <div className="palette-list">
        {groups.map((group) => (
          <div key={group.key} role="group" aria-label={group.name}>
            <h3>{group.name}</h3>
            {group.entries.map((entry) => (
              <PaletteItem key={entry.id} entry={entry} pane={pane} onHint={setHinted} />
            ))}
          </div>
        ))}
        {search === '' && (
          <button type="button" className="palette-more" onClick={() => setAll(!all)}>
            {all ? 'Show the common ones' : `Show all ${offer.layers.length + offer.blocks.length}`}
          </button>
        )}
        {groups.length === 0 && <p className="palette-none">Nothing of that name. Clear the search to see all.</p>}
      </div>
      <p className="palette-hint" aria-live="polite">
        {hinted?.doc ??
          (selected
            ? 'Drag onto an edge or a node, or press Enter to add after the selection.'
            : 'Drag onto an edge or a node, or press Enter to add at the end.')}
      </p>
    </section>
  );
}

function leavePalette(pane: HTMLElement | null): void {
  (pane?.querySelector<HTMLElement>('.react-flow__node[tabindex="0"]') ?? pane)?.focus();
}

interface ItemProps {
  readonly entry: PaletteEntry;
  readonly pane: RefObject<HTMLElement | null>;
  readonly onHint: (entry: PaletteEntry | undefined) => void;
}

function PaletteItem({ entry, pane, onHint }: ItemProps) {
  const flow = useReactFlow();
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);
  return (
    <button
      type="button"
      className="palette-item"
      aria-description={entry.doc}
      onPointerEnter={() => onHint(entry)}
      onPointerLeave={() => onHint(undefined)}
      onFocus={() => onHint(entry)}
      onBlur={() => onHint(undefined)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        stop.current = startPaletteDrag(entry, event.nativeEvent, {
          targetAt: (x, y) => {
            const { picture } = useCanvas.getState();
            if (pane.current === null || !isOver(pane.current, x, y)) return undefined;
            if (picture === undefined) return { kind: 'canvas' };
            return dropTargetAt(
              picture.placed,
              flow.screenToFlowPosition({ x, y }, { snapToGrid: false }),
              REACH / flow.getZoom(),
            );
          },
          drop: (target) => {
            pane.current?.focus({ preventScroll: true });
            dropEntry(entry, target);
          },
        });
      }}
      onClick={(event) => {
        // A click made by Enter or Space; the pointer drags.
        if (event.detail === 0) appendAfterSelection(entry);
      }}
      onDoubleClick={() => appendAfterSelection(entry)}
    >
      <span className="palette-mark" style={{ background: familyColour(familyOf(entry)) }} />
      <span className="palette-item-title">{entry.title}</span>
    </button>
  );
}

/** Over the canvas itself, not over what floats on it. */
function isOver(pane: HTMLElement, x: number, y: number): boolean {
  const hit = document.elementFromPoint(x, y);
  return hit !== null && pane.contains(hit) && hit.closest('.palette, .canvas-controls') === null;
}
