/** The palette where it is needed: at the free end of a line or beside the selection, searched and chosen by keyboard. */
import { Command } from 'cmdk';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { layerBlocks } from '../caffe/text/blocks/layer-blocks.ts';
import { layerTable } from '../layers/index.ts';
import { addAtLine, appendTo } from './gestures.ts';
import { familyColour } from './LayerNode.tsx';
import { familyOf, type PaletteEntry } from './palette-entry.ts';
import { makersOf, takersOf } from './palette-fits.ts';
import { paletteGroups, type Offer } from './palette-groups.ts';
import { exitsOf } from './ports.ts';
import { useCanvas } from './canvas-state.ts';
import { useWiring, type QuickPalette as Quick } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

const everything = (): Offer => ({ layers: layerTable.all(), blocks: layerBlocks });

function offerFor({ purpose }: Quick): Offer {
  if (purpose.kind === 'append')
    return purpose.to === undefined ? everything() : takersOf(everything(), undefined, 'TRAIN');
  if (purpose.held.kind === 'entry') return makersOf(everything());
  const { held } = purpose;
  const view = viewNow();
  const node = useCanvas.getState().picture?.graph.nodes.find(({ id }) => id === held.node);
  const exit = view && node && exitsOf(node, view).find(({ layer, top }) => layer === held.layer && top === held.top);
  return takersOf(everything(), view?.blobs.find(({ id }) => id === exit?.id)?.shape, view?.phase ?? 'TRAIN');
}

function headingOf({ purpose }: Quick): string {
  if (purpose.kind === 'append') return purpose.to === undefined ? 'Add a layer' : `Add after ${purpose.to}`;
  return purpose.held.kind === 'exit'
    ? `What is to read ${purpose.held.blob}`
    : `What ${purpose.held.layer} is to read`;
}

function choose({ purpose }: Quick, entry: PaletteEntry): void {
  if (purpose.kind === 'append') appendTo(entry, purpose.to);
  else addAtLine(entry, purpose.held);
}

const EDGE = 8;

export function QuickPalette({ pane }: { readonly pane: RefObject<HTMLElement | null> }) {
  const quick = useWiring((state) => state.quick);
  return quick === undefined ? null : (
    <OpenQuickPalette key={`${quick.at.x} ${quick.at.y}`} quick={quick} pane={pane} />
  );
}

function OpenQuickPalette({ quick, pane }: { readonly quick: Quick; readonly pane: RefObject<HTMLElement | null> }) {
  const [search, setSearch] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const offer = useMemo(() => offerFor(quick), [quick]);
  const groups = useMemo(() => paletteGroups(offer, search, false), [offer, search]);
  const heading = headingOf(quick);
  const close = (): void => {
    useWiring.setState({ quick: undefined });
    pane.current?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    // Its size is known only now: it stays inside the canvas.
    const [element, around] = [box.current, pane.current];
    if (element === null || around === null) return;
    element.style.left = `${Math.max(EDGE, Math.min(quick.at.x, around.clientWidth - element.offsetWidth - EDGE))}px`;
    element.style.top = `${Math.max(EDGE, Math.min(quick.at.y, around.clientHeight - element.offsetHeight - EDGE))}px`;
  }, [quick, pane]);
  return (
    <div
      ref={box}
      className="quick-palette"
      onContextMenu={(event) => event.stopPropagation()}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) useWiring.setState({ quick: undefined });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <Command label={heading} shouldFilter={false} loop>
        <p className="quick-palette-heading">{heading}</p>
        <Command.Input autoFocus placeholder="Search layers and blocks" value={search} onValueChange={setSearch} />
        <Command.List>
          <Command.Empty>Nothing of that name fits here.</Command.Empty>
          {groups.map((group) => (
            <Command.Group key={group.key} heading={group.name}>
              {group.entries.map((entry) => (
                <Command.Item
                  key={entry.id}
                  value={entry.id}
                  onSelect={() => {
                    close();
                    choose(quick, entry);
                  }}
                >
                  <span className="palette-mark" style={{ background: familyColour(familyOf(entry)) }} />
                  <span className="quick-palette-title">{entry.title}</span>
                  <span className="quick-palette-doc">{entry.doc}</span>
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </div>
  );
}
