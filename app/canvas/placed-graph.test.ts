/** Layout, drops and arrow keys on placed graphs. */
import { beforeAll, describe, expect, it } from 'vitest';
import { layoutGraph } from '../workers/layout-graph.ts';
import { boundsOf, dropTargetAt, nodeInDirection, placeGraph } from './placed-graph.ts';
import { NOTHING_MOVED, type PlacedGraph } from './placed.ts';
import { project } from './project.ts';
import { BRANCHES, CHAIN, RESIDUAL, viewOf } from './testing/nets.ts';

async function placed(text: string, phase: 'TRAIN' | 'TEST' = 'TRAIN'): Promise<PlacedGraph> {
  const graph = project(viewOf(text, phase));
  return placeGraph(graph, await layoutGraph(graph.layout), NOTHING_MOVED);
}

function find(graph: PlacedGraph, id: string) {
  const node = graph.nodes.find((item) => item.node.id === id);
  if (node === undefined) throw new Error(`There is no node ${id}.`);
  return node;
}

const centre = (graph: PlacedGraph, id: string): number => {
  const { node, x } = find(graph, id);
  return x + node.box.width / 2;
};

describe('layout', () => {
  let chain: PlacedGraph;
  let residual: PlacedGraph;
  let branches: PlacedGraph;
  beforeAll(async () => {
    [chain, residual, branches] = await Promise.all([placed(CHAIN), placed(RESIDUAL), placed(BRANCHES)]);
  });

  it('puts each layer below those it reads, and overlaps none', () => {
    for (const graph of [chain, residual, branches]) {
      for (const { edge } of graph.edges) {
        const [from, to] = [find(graph, edge.from), find(graph, edge.to)];
        expect(to.y).toBeGreaterThan(from.y + from.node.box.height);
      }
      graph.nodes.forEach((a, i) => {
        for (const b of graph.nodes.slice(i + 1)) {
          const apart =
            a.x + a.node.box.width <= b.x ||
            b.x + b.node.box.width <= a.x ||
            a.y + a.node.box.boxHeight <= b.y ||
            b.y + b.node.box.boxHeight <= a.y;
          expect(apart, `${a.node.id} and ${b.node.id}`).toBe(true);
        }
      });
    }
  });

  it('keeps the trunk of a chain and of residual blocks straight', () => {
    for (const [graph, trunk] of [
      [chain, ['data', 'conv1', 'ip1', 'loss']],
      [residual, ['data', 'stem', 'a1', 'a2', 'a', 'b1', 'b2', 'b']],
    ] as const) {
      expect(new Set(trunk.map((id) => Math.round(centre(graph, id)))).size, trunk.join()).toBe(1);
    }
  });

  it('leads labels and shortcuts past the trunk at its right', () => {
    const label = chain.edges.find(({ edge }) => edge.quiet);
    expect(Math.max(...(label?.points ?? []).map(({ x }) => x))).toBeGreaterThan(
      Math.max(...chain.nodes.map(({ node, x }) => x + node.box.width)),
    );
    for (const to of ['a', 'b']) {
      const shortcut = residual.edges.find(({ edge }) => edge.to === to && edge.bottomIndex === 0);
      expect(Math.max(...(shortcut?.points ?? []).map(({ x }) => x))).toBeGreaterThan(centre(residual, 'a1') + 100);
    }
  });

  it('keeps the order of the text from left to right', () => {
    expect(centre(branches, 'two_reduce')).toBeLessThan(centre(branches, 'three'));
    expect(centre(branches, 'one')).toBeLessThan(centre(branches, 'two'));
  });

  it('leads every edge from the foot of its source to the top of its target, at right angles', () => {
    for (const graph of [chain, residual, branches]) {
      for (const { edge, points } of graph.edges) {
        const [from, to] = [find(graph, edge.from), find(graph, edge.to)];
        expect(points[0]?.y).toBeCloseTo(from.y + from.node.box.height);
        expect(points.at(-1)?.y).toBeCloseTo(to.y);
        points.slice(1).forEach((point, i) => {
          const before = points[i];
          expect(point.x === before?.x || point.y === before?.y, `${edge.id} turns at right angles`).toBe(true);
        });
      }
    }
  });

  it('answers an empty net with nothing', async () => {
    expect(await layoutGraph({ kind: 'layout', direction: 'down', nodes: [], edges: [], groups: [] })).toEqual({
      nodes: [],
      edges: [],
      groups: [],
    });
  });

  it('places what was moved by hand where it was put', async () => {
    const graph = project(viewOf(CHAIN));
    const answer = await layoutGraph(graph.layout);
    const before = placeGraph(graph, answer, NOTHING_MOVED);
    const after = placeGraph(graph, answer, { ip1: { x: 500, y: 40 } }, before);
    expect(find(after, 'ip1')).toMatchObject({ x: 500, y: 40 });
    expect(find(after, 'conv1')).toBe(find(before, 'conv1'));
    const into = after.edges.find(({ edge }) => edge.to === 'ip1');
    expect(into?.points.at(-1)).toEqual({ x: 500 + find(after, 'ip1').node.box.width / 2, y: 40 });
  });

  it('covers all nodes and edges with its bounds', () => {
    const bounds = boundsOf(chain);
    const label = chain.edges.find(({ edge }) => edge.quiet);
    const right = Math.max(...(label?.points ?? []).map(({ x }) => x));
    expect(bounds && bounds.x + bounds.width).toBeGreaterThanOrEqual(right);
    expect(boundsOf({ nodes: [], edges: [], frames: [] })).toBeUndefined();
  });

  it('finds what lies under a point', () => {
    const conv = find(chain, 'conv1');
    const inside = { x: conv.x + 10, y: conv.y + 10 };
    expect(dropTargetAt(chain, inside, 20)).toEqual({ kind: 'node', id: 'conv1' });
    const below = { x: centre(chain, 'conv1') + 6, y: conv.y + conv.node.box.height + 16 };
    expect(dropTargetAt(chain, below, 20)).toMatchObject({ kind: 'edge', id: 'conv1@2 → ip1 0' });
    expect(dropTargetAt(chain, { x: -500, y: -500 }, 20)).toEqual({ kind: 'canvas' });
  });

  it('walks along the edges and between branches', () => {
    expect(nodeInDirection(chain, 'data', 'down')).toBe('conv1');
    expect(nodeInDirection(chain, 'loss', 'up')).toBe('ip1');
    expect(nodeInDirection(chain, 'loss', 'down')).toBeUndefined();
    expect(nodeInDirection(branches, 'two_reduce', 'right')).toBe('three');
    expect(nodeInDirection(branches, 'three', 'left')).toBe('two_reduce');
  });
});
