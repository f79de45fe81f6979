/** Commands that help to read the graph: groups, folding, search, ways through the net, the view, and places by hand. */
import type { Command } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { useSidecar } from '../store/sidecar.ts';
import { alignNodes, resetMoves } from './arrange.ts';
import { useCanvas } from './canvas-state.ts';
import { exportPicture } from './export-picture.ts';
import { setGroups } from './follow-selection.ts';
import { allGroups } from './groups.ts';
import { between, relatedTo } from './paths.ts';
import type { CanvasGraph, CanvasNode } from './project.ts';
import { useReading } from './reading-state.ts';
import { headNode, select } from './selection.ts';
import { setUnfolded } from './unfold.ts';

/** What the commands need of the view. */
export interface ViewControl {
  /** Takes the keyboard to the canvas: the node that has it may be about to go. */
  focus(): void;
  fitNodes(ids: ReadonlySet<string>): void;
  actualSize(): void;
}

const graph = (): CanvasGraph | undefined => useCanvas.getState().picture?.graph;

/** The nodes that show what is selected. */
export function selectedNodes(): CanvasNode[] {
  const shown = graph();
  const ids = new Set(useDocument.getState().selection.flatMap((id) => shown?.nodeOf.get(id) ?? []));
  return shown?.nodes.filter(({ id }) => ids.has(id)) ?? [];
}

const needs = (count: number, what: string) => (): string | undefined =>
  selectedNodes().length >= count ? undefined : what;

const needsOne = needs(1, 'Select a layer first: click it, or walk to it with the arrow keys.');
const needsTwo = needs(
  2,
  'Select two layers or more first: click them with Ctrl held, or draw a rectangle with Shift.',
);

/** The innermost open group around each selected node. */
const openAround = (): string[] => [...new Set(selectedNodes().flatMap(({ inside }) => inside ?? []))];
const closedSelected = (): string[] => selectedNodes().flatMap(({ group }) => group?.id ?? []);
const everyGroup = (): string[] => allGroups(graph()?.groups ?? []).map(({ id }) => id);
const needsGroups = (): string | undefined => (everyGroup().length > 0 ? undefined : 'This net has no groups.');

function unfoldable(): CanvasNode[] {
  return selectedNodes().filter(({ rows, unfolded }) => rows.length > 0 || unfolded);
}

/** Selects the nodes at the other ends of the lines of the selected ones. */
function jump(way: 'producers' | 'consumers'): void {
  const own = new Set(selectedNodes().map(({ id }) => id));
  const lines = graph()?.edges ?? [];
  const next =
    way === 'producers'
      ? lines.filter(({ to, from }) => own.has(to) && !own.has(from)).map(({ from }) => from)
      : lines.filter(({ to, from }) => own.has(from) && !own.has(to)).map(({ to }) => to);
  if (next.length > 0) select([...new Set(next)]);
}

/** The commands; `control` moves the view. */
export function readingCommands(control: ViewControl): Command[] {
  const inGraph = (command: Omit<Command, 'group' | 'scope'> & Partial<Command>): Command => ({
    group: 'Graph',
    scope: 'graph',
    ...command,
    run: () => {
      control.focus();
      command.run();
    },
  });
  const view = (command: Omit<Command, 'group' | 'scope'> & Partial<Command>): Command =>
    inGraph({ group: 'View', ...command });
  return [
    inGraph({
      id: 'graph.collapse',
      title: 'Close the group around the selection',
      keys: ['G'],
      unavailable: () => (openAround().length > 0 ? undefined : 'Nothing that is selected stands in an open group.'),
      run: () => setGroups(openAround(), true),
    }),
    inGraph({
      id: 'graph.expand',
      title: 'Open the selected group',
      keys: ['Shift+G'],
      unavailable: () => (closedSelected().length > 0 ? undefined : 'Select a closed group first.'),
      run: () => {
        const ids = closedSelected();
        const [first] = selectedNodes();
        setGroups(ids, false);
        // The keyboard goes on with the first layer in it.
        if (first?.group !== undefined) select(first.members.slice(0, 1));
      },
    }),
    inGraph({
      id: 'graph.collapseAll',
      title: 'Close all groups',
      keys: ['['],
      unavailable: needsGroups,
      run: () => setGroups(everyGroup(), true),
    }),
    inGraph({
      id: 'graph.expandAll',
      title: 'Open all groups',
      keys: [']'],
      unavailable: needsGroups,
      run: () => setGroups(everyGroup(), false),
    }),
    inGraph({
      id: 'graph.unfold',
      title: 'Show in-place layers one by one, or fold them again',
      keys: ['U'],
      unavailable: () => (unfoldable().length > 0 ? undefined : 'Select a layer with in-place layers first.'),
      run: () => {
        const nodes = unfoldable();
        setUnfolded(
          nodes.map(({ id }) => id),
          nodes.some(({ unfolded }) => !unfolded),
        );
      },
    }),
    inGraph({
      id: 'graph.find',
      title: 'Search in the graph…',
      keys: ['Mod+F'],
      run: () => useReading.setState({ query: '', at: 0, lit: undefined }),
    }),
    inGraph({
      id: 'graph.producers',
      title: 'Go to what the layer reads',
      keys: ['P'],
      unavailable: needsOne,
      run: () => jump('producers'),
    }),
    inGraph({
      id: 'graph.consumers',
      title: 'Go to what reads the layer',
      keys: ['R'],
      unavailable: needsOne,
      run: () => jump('consumers'),
    }),
    inGraph({
      id: 'graph.path',
      title: 'Highlight the paths between the selected layers',
      keys: ['H'],
      unavailable: needsTwo,
      run: () => {
        const ids = selectedNodes().map(({ id }) => id);
        useReading.setState({ lit: between(graph()?.edges ?? [], ids), query: undefined });
      },
    }),
    view({
      id: 'graph.zoom-selection',
      title: 'Zoom to the selection',
      keys: ['Shift+2', '2'],
      unavailable: needsOne,
      run: () => control.fitNodes(new Set(selectedNodes().map(({ id }) => id))),
    }),
    view({ id: 'graph.actual-size', title: 'Actual size', keys: ['1'], run: () => control.actualSize() }),
    view({
      id: 'graph.direction',
      title: 'Let the net flow down, or to the right',
      keys: ['D'],
      run: () => setDirection(useSidecar.getState().direction === 'down' ? 'right' : 'down'),
    }),
    inGraph({
      id: 'graph.align-column',
      title: 'Align the selected layers in a column',
      unavailable: needsTwo,
      run: () => alignNodes(new Set(selectedNodes().map(({ id }) => id)), 'column'),
    }),
    inGraph({
      id: 'graph.align-row',
      title: 'Align the selected layers in a row',
      unavailable: needsTwo,
      run: () => alignNodes(new Set(selectedNodes().map(({ id }) => id)), 'row'),
    }),
    inGraph({
      id: 'graph.reset-selected',
      title: 'Put the selected layers back in their places',
      unavailable: needsOne,
      run: () => resetMoves(selectedNodes()),
    }),
    inGraph({ id: 'graph.reset', title: 'Put all layers back in their places', run: () => resetMoves() }),
    inGraph({
      id: 'graph.dependencies',
      title: 'Highlight all that the layer depends on and that depends on it',
      keys: ['Shift+H'],
      unavailable: needsOne,
      run: () => {
        const node = headNode();
        if (node === undefined) return;
        const { before, behind } = relatedTo(graph()?.edges ?? [], node);
        useReading.setState({ lit: new Set([node, ...before, ...behind]), query: undefined });
      },
    }),
    {
      id: 'export.svg',
      title: 'Export the graph as SVG',
      group: 'Document',
      unavailable: needsPicture,
      run: () => void exportPicture('svg'),
    },
    {
      id: 'export.png',
      title: 'Export the graph as PNG',
      group: 'Document',
      unavailable: needsPicture,
      run: () => void exportPicture('png'),
    },
  ];
}

const needsPicture = (): string | undefined =>
  (graph()?.nodes.length ?? 0) > 0 ? undefined : 'There is no graph to export yet.';

/** Turns the flow. Places given by hand belong to the other direction and are dropped. */
export function setDirection(direction: 'down' | 'right'): void {
  useSidecar.setState({ direction, moved: {} });
}
