/** Groups that are moved as a whole, open and closed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { PLAIN_SIDECAR, useSidecar } from '../store/sidecar.ts';
import { layoutGraph } from '../workers/layout-graph.ts';
import { moveFrame, moveNodes, resetMoves } from './arrange.ts';
import { useCanvas } from './canvas-state.ts';
import { placeGraph } from './placed-graph.ts';
import type { PlacedGraph } from './placed.ts';
import { groupNodeId, project } from './project.ts';
import { BLOCKS, viewOf } from './testing/nets.ts';

/** The picture as it is for the sidecar as it is. */
async function draw(): Promise<PlacedGraph> {
  const sidecar = useSidecar.getState();
  const graph = project(viewOf(BLOCKS), undefined, sidecar);
  const answer = await layoutGraph(graph.layout);
  const placed = placeGraph(graph, answer, sidecar.moved);
  useCanvas.setState({ picture: { graph, request: graph.layout, answer, placed } });
  return placed;
}

const frame = (graph: PlacedGraph, id: string) => {
  const found = graph.frames.find((one) => one.frame.id === id);
  if (found === undefined) throw new Error(`There is no frame ${id}.`);
  return found;
};

const place = (graph: PlacedGraph, id: string) => {
  const found = graph.nodes.find(({ node }) => node.id === id);
  if (found === undefined) throw new Error(`There is no node ${id}.`);
  return { x: found.x, y: found.y };
};

const route = (graph: PlacedGraph, from: string, to: string) =>
  graph.edges.find(({ edge }) => edge.from === from && edge.to === to)?.points;

describe('a group moved as a whole', () => {
  beforeEach(() => {
    useSidecar.setState(PLAIN_SIDECAR);
  });

  it('takes its layers and the lines between them along, and nothing else', async () => {
    const before = await draw();
    const { x, y } = frame(before, 'a');
    moveFrame('a', { x: x + 1000, y: y + 40 });
    const after = await draw();
    expect(frame(after, 'a')).toMatchObject({ x: x + 1000, y: y + 40, width: frame(before, 'a').width });
    const [was, is] = [place(before, 'a/left'), place(after, 'a/left')];
    expect(is).toEqual({ x: was.x + 1000, y: was.y + 40 });
    expect(route(after, 'a/left', 'a/join')).toEqual(
      route(before, 'a/left', 'a/join')?.map((point) => ({ x: point.x + 1000, y: point.y + 40 })),
    );
    expect(place(after, 'b/left')).toEqual(place(before, 'b/left'));
    expect(Object.keys(useSidecar.getState().moved)).toEqual([groupNodeId('a')]);
  });

  it('takes along what was moved in it before', async () => {
    const { x, y } = place(await draw(), 'a/right');
    moveNodes([{ id: 'a/right', to: { x: x + 2000, y } }], false);
    const between = frame(await draw(), 'a');
    moveFrame('a', { x: between.x + 5000, y: between.y });
    const after = await draw();
    expect(place(after, 'a/right')).toEqual({ x: x + 7000, y });
    expect(frame(after, 'a')).toMatchObject({ x: between.x + 5000, y: between.y });
  });

  it('stays where it is when it closes and opens', async () => {
    const before = frame(await draw(), 'a');
    moveFrame('a', { x: before.x + 3000, y: before.y });
    useSidecar.setState({ collapsed: { a: true } });
    const closed = place(await draw(), groupNodeId('a'));
    expect(closed.x).toBeGreaterThan(2500);
    moveNodes([{ id: groupNodeId('a'), to: { x: closed.x + 500, y: closed.y } }], false);
    useSidecar.setState({ collapsed: {} });
    expect(frame(await draw(), 'a')).toMatchObject({ x: before.x + 3500, y: before.y });
  });

  it('goes back to its place with all its layers', async () => {
    const before = await draw();
    const { x, y } = frame(before, 'a');
    moveFrame('a', { x: x + 1000, y });
    const { nodes } = await draw();
    resetMoves(nodes.flatMap(({ node }) => (node.id.startsWith('a/') ? [node] : [])));
    expect(useSidecar.getState().moved).toEqual({});
  });
});
