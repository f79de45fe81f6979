/** The projection of nets to nodes and edges. */
import { describe, expect, it } from 'vitest';
import { project } from './project.ts';
import { BRANCHES, CHAIN, viewOf } from './testing/nets.ts';

describe('project', () => {
  it('folds in-place layers into the layer whose output they change', () => {
    const graph = project(viewOf(CHAIN));
    expect(graph.nodes.map(({ id }) => id)).toEqual(['data', 'conv1', 'ip1', 'loss']);
    const conv = graph.nodes.find(({ id }) => id === 'conv1');
    expect(conv?.rows.map(({ name, type }) => `${name} ${type}`)).toEqual(['relu1 ReLU', 'drop1 Dropout']);
    expect(graph.nodeOf.get('relu1')).toBe('conv1');
  });

  it('labels edges with shapes and leads labels aside', () => {
    const graph = project(viewOf(CHAIN));
    expect(graph.edges.map(({ from, to, shape, quiet }) => `${from} ${to} ${shape} ${quiet}`)).toEqual([
      'data conv1 8×3×32×32 false',
      'data loss 8 true',
      'conv1 ip1 8×4×32×32 false',
      'ip1 loss 8×10 false',
    ]);
    expect(graph.nodes[0]?.outputs.map(({ text }) => text)).toEqual(['8×3×32×32', 'label 8']);
  });

  it('knows the layers at both ends of an edge, folded ones too', () => {
    const edge = project(viewOf(CHAIN)).edges.find(({ from, to }) => from === 'conv1' && to === 'ip1');
    expect(edge).toMatchObject({ blob: 'conv1', producer: 'drop1', consumer: 'ip1', bottomIndex: 0 });
  });

  it('shows the layers of the phase', () => {
    const ids = project(viewOf(CHAIN, 'TEST')).nodes.map(({ id }) => id);
    expect(ids).toEqual(['data', 'conv1', 'ip1', 'accuracy', 'loss']);
  });

  it('does not fold a layer whose input somebody else reads before it', () => {
    const text = CHAIN.replace(
      'layer {\n  name: "relu1"',
      'layer { name: "side" type: "Pooling" bottom: "conv1" top: "side" pooling_param { kernel_size: 2 } }\nlayer {\n  name: "relu1"',
    );
    const graph = project(viewOf(text));
    expect(graph.nodes.map(({ id }) => id)).toContain('relu1');
    expect(graph.nodes.find(({ id }) => id === 'relu1')?.rows.map(({ id }) => id)).toEqual(['drop1']);
  });

  it('keeps what did not change', () => {
    const before = project(viewOf(CHAIN));
    const same = project(viewOf(`# a comment\n${CHAIN}`), before);
    expect(same.nodes).toBe(before.nodes);
    expect(same.edges).toBe(before.edges);
    expect(same.layout).toBe(before.layout);

    const wider = project(viewOf(CHAIN.replace('num_output: 10', 'num_output: 20')), before);
    expect(wider.nodes[1]).toBe(before.nodes[1]);
    expect(wider.nodes[2]).not.toBe(before.nodes[2]);
    expect(wider.nodes[2]?.summary).toContain('20');
  });

  it('draws a type it does not know, without shapes', () => {
    const graph = project(viewOf(CHAIN.replace('"InnerProduct"', '"Mystery"')));
    const node = graph.nodes.find(({ id }) => id === 'ip1');
    expect(node).toMatchObject({ type: 'Mystery', family: 'unknown' });
    expect(node?.problem).toMatch(/Mystery/);
    expect(graph.edges.find(({ from }) => from === 'ip1')?.shape).toBe('?');
  });

  it('gives every node and edge a name for screen readers', () => {
    const graph = project(viewOf(CHAIN));
    expect(graph.nodes[1]?.description).toBe(
      'conv1, Convolution; 4 · 3×3 · pad 1; with relu1, ReLU, in place; with drop1, Dropout, in place; reads data; makes conv1 8×4×32×32',
    );
    expect(graph.edges[2]?.description).toBe('conv1 8×4×32×32, from drop1 to ip1');
  });

  it('has one exit for a blob, however many read it', () => {
    const graph = project(viewOf(BRANCHES));
    expect(graph.nodes[0]?.box.exits).toHaveLength(1);
    expect(graph.edges.filter(({ from }) => from === 'data').map(({ to }) => to)).toEqual([
      'one',
      'two_reduce',
      'three',
    ]);
  });
});
