/**
 * The palette where it is needed: at the free end of a line or beside the selection, searched and chosen by keyboard. Where a
 * line ends in a closed group, the places in it.
 */
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
import { carryOutJoint } from './wiring.ts';
import { useWiring, type QuickPalette as Quick } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

const everything = (): Offer => ({ layers: layerTable.all(), blocks: layerBlocks });

/** What can be chosen. */
interface Choice {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly colour: string;
  readonly run: () => void;
}

interface ChoiceGroup {
  readonly key: string;
  readonly name: string | undefined;
  readonly choices: readonly Choice[];
}

type EntryPurpose = Exclude<Quick['purpose'], { kind: 'choice' }>;

function offerFor(purpose: EntryPurpose): Offer {
  if (purpose.kind === 'append')
    return purpose.to === undefined ? everything() : takersOf(everything(), undefined, 'TRAIN');
  if (purpose.held.kind === 'entry') return makersOf(everything());
  const { held } = purpose;
  const view = viewNow();
  const node = useCanvas.getState().picture?.graph.nodes.find(({ id }) => id === held.node);
  const exit = view && node && exitsOf(node, view).find(({ layer, top }) => layer === held.layer && top === held.top);
  return takersOf(everything(), view?.blobs.find(({ id }) => id === exit?.id)?.shape, view?.phase ?? 'TRAIN');
}

/** The choices that a search leaves, as a function of the search. */
function choicesFor({ purpose }: Quick): (search: string) => readonly ChoiceGroup[] {
  if (purpose.kind === 'choice') {
    const choices = purpose.options.map(({ title, note, family, joint }, i) => ({
      id: String(i),
      title,
      note,
      colour: familyColour(family),
      run: () => void carryOutJoint(joint, purpose.group),
    }));
    return (search) => {
      const word = search.trim().toLowerCase();
      const found = choices.filter(({ title, note }) => `${title} ${note}`.toLowerCase().includes(word));
      return found.length === 0 ? [] : [{ key: 'places', name: undefined, choices: found }];
    };
  }
  const offer = offerFor(purpose);
  const choiceOf = (entry: PaletteEntry): Choice => ({
    id: entry.id,
    title: entry.title,
    note: entry.doc,
    colour: familyColour(familyOf(entry)),
    run: () => void (purpose.kind === 'append' ? appendTo(entry, purpose.to) : addAtLine(entry, purpose.held)),
  });
  return (search) =>
    paletteGroups(offer, search, false).map(({ key, name, entries }) => ({
      key,
      name,
      choices: entries.map(choiceOf),
    }));
}

function headingOf({ purpose }: Quick): string {
  if (purpose.kind === 'choice') return `Where in ${purpose.name}`;
  if (purpose.kind === 'append') return purpose.to === undefined ? 'Add a layer' : `Add after ${purpose.to}`;
  return purpose.held.kind === 'exit'
    ? `What is to read ${purpose.held.blob}`
    : `What ${purpose.held.layer} is to read`;
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
  const choices = useMemo(() => choicesFor(quick), [quick]);
  const groups = useMemo(() => choices(search), [choices, search]);
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
        <Command.Input
          autoFocus
          placeholder={quick.purpose.kind === 'choice' ? 'Search' : 'Search layers and blocks'}
          value={search}
          onValueChange={setSearch}
        />
        <Command.List>
          <Command.Empty>Nothing of that name fits here.</Command.Empty>
          {groups.map(({ key, name, choices: listed }) => (
            <Command.Group key={key} heading={name}>
              {listed.map(({ id, title, note, colour, run }) => (
                <Command.Item
                  key={id}
                  value={id}
                  onSelect={() => {
                    close();
                    run();
                  }}
                >
                  <span className="palette-mark" style={{ background: colour }} />
                  <span className="quick-palette-title">{title}</span>
                  <span className="quick-palette-doc">{note}</span>
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </div>
  );
}
