/** Dragged nodes come into line with others, and align in columns and rows. */
import { describe, expect, it } from 'vitest';
import { layoutGraph } from '../workers/layout-graph.ts';
import { aligned, snap } from './arrange.ts';
import { placeGraph } from './placed-graph.ts';
import { NOTHING_MOVED } from './placed.ts';
import { project } from './project.ts';
import { BRANCHES, viewOf } from './testing/nets.ts';

const graph = project(viewOf(BRANCHES));
const placed = placeGraph(graph, await layoutGraph(graph.layout), NOTHING_MOVED);
const at = (id: string) => {
  const node = placed.nodes.find((item) => item.node.id === id);
  if (node === undefined) throw new Error(`There is no node ${id}.`);
  return node;
};

describe('snap', () => {
  it('draws a node into line with the middle of another, and shows the line', () => {
    const [data, one] = [at('data'), at('one')];
    const middle = data.x + data.node.box.width / 2;
    const left = middle - one.node.box.width / 2;
    const { moves, guides } = snap(placed, [{ id: 'one', to: { x: left + 5, y: 900 } }]);
    expect(moves[0]?.to).toEqual({ x: left, y: 900 });
    expect(guides).toEqual({ x: middle, y: undefined });
  });

  it('leaves a node alone that is near to nothing', () => {
    const move = { id: 'one', to: { x: -4000, y: 9000 } };
    expect(snap(placed, [move])).toEqual({ moves: [move], guides: { x: undefined, y: undefined } });
  });

  it('keeps the distances of nodes that are dragged together', () => {
    const [data, one] = [at('data'), at('one')];
    const left = data.x + data.node.box.width / 2 - one.node.box.width / 2;
    const { moves } = snap(placed, [
      { id: 'one', to: { x: left - 4, y: 900 } },
      { id: 'three', to: { x: left + 300, y: 950 } },
    ]);
    expect(moves.map(({ to }) => to.x)).toEqual([left, left + 304]);
  });
});

describe('aligned', () => {
  it('puts middles onto one line and leaves the other direction', () => {
    const nodes = [at('one'), at('three')];
    const moves = aligned(nodes, 'column');
    const middles = moves.map(({ to }, i) => to.x + (nodes[i]?.node.box.width ?? 0) / 2);
    expect(Math.abs((middles[0] ?? 0) - (middles[1] ?? 9))).toBeLessThanOrEqual(1);
    expect(moves.map(({ to }) => to.y)).toEqual(nodes.map(({ y }) => y));
  });
});
