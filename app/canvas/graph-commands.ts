/** Everything that the canvas can be told to do by key, menu or palette of commands. */
import type { Command } from '../store/commands.ts';
import { runCommandById, useCommands } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { useCanvas } from './canvas-state.ts';
import { copySelection, copyToClipboard, cutSelection, pasteFromClipboard } from './clipboard.ts';
import type { Point } from './edge-path.ts';
import { deleteLayers, duplicateLayers, isInPlace, limitToPhase, setInPlace } from './gestures.ts';
import {
  abandonWire,
  beginConnect,
  beginRead,
  joinWire,
  keyboardWire,
  nextOutput,
  walkWire,
  whyNoConnect,
  whyNoRead,
} from './keyboard-wire.ts';
import { isPaletteOpen } from './pane-room.ts';
import { whyNoChange } from './perform.ts';
import type { Direction } from './placed-graph.ts';
import { extend, headNode, headOf, select, selectAll, walk } from './selection.ts';
import { cycleEdges, disconnect, leaveEdge, selectedEdge } from './wiring.ts';
import { useWiring } from './wiring-state.ts';
import { viewNow } from './view-now.ts';

/** What the commands need of the canvas on the page. */
export interface CanvasControl {
  /** Takes the keyboard to the canvas: a node that has it may be about to go. */
  readonly focus: () => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly fit: () => void;
  /** Bottom left of a node, or a place in the free part of the canvas, in its pixels. */
  readonly placeFor: (node: string | undefined) => Point;
}

const selection = (): readonly string[] => useDocument.getState().selection;

const whyNoSelection = (): string | undefined =>
  selection().length > 0 ? undefined : 'Select a layer first: click it, or walk to it with the arrow keys.';

/** For what can always be done. */
const always = (): undefined => undefined;

const whyNoEdit = (): string | undefined => whyNoSelection() ?? whyNoChange();

const whyNoDelete = (): string | undefined => (selectedEdge() === undefined ? whyNoEdit() : whyNoChange());

/** The text of the layer shown in the editor, with the cursor in it. */
function reveal(): void {
  const id = headOf(selection());
  const layer = viewNow()?.layers.find((one) => one.id === id);
  if (layer !== undefined) useView.getState().reveal?.('network', layer.range);
}

/** What a double click on a node means: its name in the inspector, or its text where there is no inspector. */
export function openNode(): void {
  if (useCommands.getState().commands.some(({ id }) => id === 'graph.rename')) runCommandById('graph.rename');
  else reveal();
}

function toggleCard(): void {
  const { card } = useCanvas.getState();
  useCanvas.setState({ card: card === undefined ? headNode() : undefined });
}

/** Lets go of what was begun, else closes what is open, else selects nothing. */
function escape(): void {
  if (keyboardWire() !== undefined) abandonWire();
  else if (useCanvas.getState().card !== undefined) useCanvas.setState({ card: undefined });
  else if (selectedEdge() !== undefined) leaveEdge();
  else select([]);
}

const SIDEWAYS: Readonly<Record<Direction, 1 | -1>> = { up: -1, left: -1, down: 1, right: 1 };

/** With a line held, its end walks; with an edge selected, the edges of its reader; else the selection. */
function go(direction: Direction): void {
  const edge = selectedEdge();
  if (keyboardWire() !== undefined) walkWire(direction);
  else if (edge !== undefined) cycleEdges(SIDEWAYS[direction], edge.to);
  else walk(direction);
}

const WAYS: readonly (readonly [Direction, string, string])[] = [
  ['up', 'ArrowUp', 'Go to the layer above'],
  ['down', 'ArrowDown', 'Go to the layer below'],
  ['left', 'ArrowLeft', 'Go to the layer at the left'],
  ['right', 'ArrowRight', 'Go to the layer at the right'],
];

const walking: readonly Command[] = WAYS.flatMap(([direction, key, title]): Command[] => [
  {
    id: `graph.go-${direction}`,
    title,
    group: 'Graph',
    scope: 'graph',
    keys: [key],
    unavailable: always,
    run: () => go(direction),
  },
  {
    id: `graph.extend-${direction}`,
    title: `${title}, keeping the selection`,
    group: 'Graph',
    scope: 'graph',
    keys: [`Shift+${key}`],
    unavailable: always,
    run: () => extend(direction),
  },
]);

const wiringCommands = ({ placeFor }: CanvasControl): Command[] => [
  {
    id: 'graph.connect-here',
    title: 'Connect to the layer walked to',
    group: 'Graph',
    scope: 'graph',
    keys: ['Enter'],
    unavailable: () => (keyboardWire() === undefined ? 'Begin with Connect… first.' : undefined),
    run: () => joinWire(placeFor),
  },
  {
    id: 'graph.connect',
    title: 'Connect…',
    group: 'Graph',
    scope: 'graph',
    keys: ['C'],
    unavailable: () => whyNoChange() ?? whyNoConnect(),
    run: beginConnect,
  },
  {
    id: 'graph.read-from',
    title: 'Read another layer…',
    group: 'Graph',
    scope: 'graph',
    keys: ['Shift+C'],
    unavailable: () => whyNoEdit() ?? whyNoRead(),
    run: beginRead,
  },
  {
    id: 'graph.other-output',
    title: 'Connect another output of the layer',
    group: 'Graph',
    scope: 'graph',
    keys: ['O'],
    unavailable: () => (keyboardWire()?.held.kind === 'exit' ? undefined : 'Begin with Connect… first.'),
    run: nextOutput,
  },
  {
    id: 'graph.disconnect',
    title: 'Disconnect…',
    group: 'Graph',
    scope: 'graph',
    keys: ['X'],
    unavailable: whyNoDelete,
    run: () => {
      const node = headNode();
      const edge = selectedEdge();
      if (edge !== undefined) disconnect(edge);
      else if (node !== undefined) cycleEdges(1, node);
    },
  },
];

/** The commands of a canvas on the page. */
export function graphCommands(control: CanvasControl): Command[] {
  // The node that has the keyboard may lose it with the change: it is to stay on the canvas.
  const edit = (command: Omit<Command, 'group' | 'scope'> & Partial<Command>): Command => ({
    group: 'Edit',
    scope: 'graph',
    unavailable: whyNoEdit,
    ...command,
    run: () => {
      control.focus();
      command.run();
    },
  });
  const shape = (command: Omit<Command, 'group' | 'scope'> & Partial<Command>): Command =>
    edit({ group: 'Graph', ...command });
  return [
    shape({
      id: 'graph.add',
      title: 'Add a layer after the selection…',
      keys: ['/'],
      unavailable: whyNoChange,
      run: () => {
        const to = headOf(selection());
        useWiring.setState({ quick: { at: control.placeFor(headNode()), purpose: { kind: 'append', to } } });
      },
    }),
    ...wiringCommands(control).map(edit),
    {
      id: 'graph.reveal',
      title: 'Show the layer in the text',
      group: 'Graph',
      scope: 'graph',
      keys: ['Enter'],
      unavailable: whyNoSelection,
      run: reveal,
    },
    {
      id: 'graph.card',
      title: 'Show or hide the card of the layer',
      group: 'Graph',
      scope: 'graph',
      keys: ['Space'],
      unavailable: whyNoSelection,
      run: toggleCard,
    },
    edit({
      id: 'graph.delete',
      title: 'Delete and close the gap',
      keys: ['Delete', 'Backspace'],
      unavailable: whyNoDelete,
      run: () => {
        const edge = selectedEdge();
        if (edge === undefined) deleteLayers(selection());
        else disconnect(edge);
      },
    }),
    edit({
      id: 'graph.delete-open',
      title: 'Delete and leave the gap',
      keys: ['Shift+Delete', 'Shift+Backspace'],
      run: () => deleteLayers(selection(), false),
    }),
    edit({ id: 'graph.duplicate', title: 'Duplicate', keys: ['Mod+D'], run: () => duplicateLayers(selection()) }),
    edit({
      id: 'graph.copy',
      title: 'Copy',
      keys: ['Mod+C'],
      handledElsewhere: true,
      unavailable: whyNoSelection,
      run: () => void copyToClipboard(copySelection()),
    }),
    edit({
      id: 'graph.cut',
      title: 'Cut',
      keys: ['Mod+X'],
      handledElsewhere: true,
      run: () => void copyToClipboard(cutSelection()),
    }),
    edit({
      id: 'graph.paste',
      title: 'Paste after the selection',
      keys: ['Mod+V'],
      handledElsewhere: true,
      unavailable: whyNoChange,
      run: () => void pasteFromClipboard(),
    }),
    edit({
      id: 'graph.select-all',
      title: 'Select all layers',
      keys: ['Mod+A'],
      unavailable: always,
      run: selectAll,
    }),
    edit({
      id: 'graph.escape',
      title: 'Let go, close, or select nothing',
      keys: ['Escape'],
      unavailable: always,
      run: escape,
    }),
    ...walking.map(edit),
    shape({ id: 'graph.only-train', title: 'Only in TRAIN', run: () => limitToPhase(selection(), 'TRAIN') }),
    shape({ id: 'graph.only-test', title: 'Only in TEST', run: () => limitToPhase(selection(), 'TEST') }),
    shape({ id: 'graph.both-phases', title: 'In both phases', run: () => limitToPhase(selection(), undefined) }),
    shape({
      id: 'graph.in-place',
      title: 'Work in place, or no longer',
      run: () => setInPlace(selection(), !selection().every((id) => isInPlace(id) === true)),
    }),
    {
      id: 'view.palette',
      title: 'Show or hide the palette of layers',
      group: 'View',
      run: () => useCanvas.setState(({ paletteOpen, size }) => ({ paletteOpen: !isPaletteOpen(paletteOpen, size) })),
    },
    { id: 'graph.zoom-in', title: 'Zoom in', group: 'View', scope: 'graph', keys: ['+', '='], run: control.zoomIn },
    { id: 'graph.zoom-out', title: 'Zoom out', group: 'View', scope: 'graph', keys: ['-'], run: control.zoomOut },
    {
      id: 'graph.fit',
      title: 'Show the whole net',
      group: 'View',
      scope: 'graph',
      keys: ['0', 'Shift+1'],
      run: control.fit,
    },
  ];
}
