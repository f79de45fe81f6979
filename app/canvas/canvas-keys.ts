/** The keyboard on the canvas: walking along the net, deleting, undoing, zooming. */
import type { ReactFlowInstance } from '@xyflow/react';
import type { KeyboardEvent } from 'react';
import { useDocument } from '../store/document.ts';
import { useView } from '../store/view.ts';
import { useCanvas } from './canvas-state.ts';
import { deleteLayers } from './gestures.ts';
import type { LayerFlowNode } from './LayerNode.tsx';
import { nodeInDirection, type Direction } from './placed-graph.ts';

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** The text of the layer shown in the editor, with the cursor in it. */
function revealSelected(): void {
  const { selection, goodNets, phase } = useDocument.getState();
  const layer = goodNets?.[phase].layers.find(({ id }) => id === selection[0]);
  if (layer !== undefined) useView.getState().reveal?.('network', layer.range);
}

function walk(direction: Direction): void {
  const { picture } = useCanvas.getState();
  if (picture === undefined) return;
  const [selected] = useDocument.getState().selection;
  const from = selected === undefined ? undefined : picture.graph.nodeOf.get(selected);
  const next = from === undefined ? picture.placed.nodes[0]?.node.id : nodeInDirection(picture.placed, from, direction);
  if (next !== undefined) useDocument.setState({ selection: [next] });
}

function toggleCard(): void {
  const { picture, card } = useCanvas.getState();
  const [selected] = useDocument.getState().selection;
  const node = selected === undefined ? undefined : picture?.graph.nodeOf.get(selected);
  useCanvas.setState({ card: card === undefined ? node : undefined });
}

/** A palette that is opened takes the focus itself. */
function searchPalette(pane: HTMLElement): void {
  const search = pane.querySelector<HTMLElement>('.palette-search');
  if (search === null) useCanvas.setState({ paletteOpen: true });
  else search.focus();
}

function undoKey({ key, shiftKey }: KeyboardEvent): 'undo' | 'redo' | undefined {
  if (key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
  return key.toLowerCase() === 'y' ? 'redo' : undefined;
}

/** Does what a key says; returns whether it was one of the canvas's. */
function act(
  event: KeyboardEvent,
  pane: HTMLElement,
  flow: ReactFlowInstance<LayerFlowNode>,
  fit: () => void,
): boolean {
  if (event.ctrlKey || event.metaKey) {
    const command = undoKey(event);
    if (command === undefined) return false;
    // The focused node may go with the change: the keyboard is to stay on the canvas.
    pane.focus({ preventScroll: true });
    useDocument.getState()[command]();
    return true;
  }
  if (event.altKey) return false;
  const direction = DIRECTIONS[event.key];
  if (direction !== undefined) {
    walk(direction);
    return true;
  }
  switch (event.key) {
    case 'Delete':
    case 'Backspace':
      pane.focus({ preventScroll: true });
      deleteLayers(useDocument.getState().selection);
      return true;
    case 'Escape':
      useCanvas.setState({ card: undefined });
      useDocument.setState({ selection: [] });
      return true;
    case 'Enter':
      revealSelected();
      return true;
    case ' ':
      toggleCard();
      return true;
    case '/':
      searchPalette(pane);
      return true;
    case '+':
    case '=':
      void flow.zoomIn({ duration: 140 });
      return true;
    case '-':
      void flow.zoomOut({ duration: 140 });
      return true;
    case '0':
      fit();
      return true;
    default:
      return false;
  }
}

/** Handles a key pressed anywhere on the canvas but in its fields and buttons. */
export function canvasKey(
  event: KeyboardEvent,
  pane: HTMLElement,
  flow: ReactFlowInstance<LayerFlowNode>,
  fit: () => void,
): void {
  if (event.target instanceof Element && event.target.closest('input, button, .palette') !== null) return;
  if (act(event, pane, flow, fit)) event.preventDefault();
}
