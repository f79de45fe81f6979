/** Lines between layers: what may be joined, why not, and what joining changes in the text. */
import { beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from '../store/document.ts';
import { useNotices } from '../store/notices.ts';
import { useCanvas } from './canvas-state.ts';
import { beginConnect, joinWire, keyboardWire, nextOutput, walkWire } from './keyboard-wire.ts';
import type { CanvasEdge } from './project.ts';
import { BRANCHES, CHAIN } from './testing/nets.ts';
import { show } from './testing/show.ts';
import { disconnect, dropWire, holdWire, join, judge } from './wiring.ts';
import { useWiring, type Held } from './wiring-state.ts';

const text = (): string => useDocument.getState().netText;
const exit = (layer: string, blob = layer, top = 0): Held => ({ kind: 'exit', node: layer, layer, top, blob });
const anywhere = () => ({ x: 0, y: 0 });
const entry = (layer: string): Held => ({ kind: 'entry', node: layer, layer });

function edge(from: string, to: string): CanvasEdge {
  const found = useCanvas.getState().picture?.graph.edges.find((one) => one.from === from && one.to === to);
  if (found === undefined) throw new Error(`No edge from ${from} to ${to}.`);
  return found;
}

describe('lines', () => {
  beforeEach(() => {
    show(BRANCHES);
  });

  it('joins a blob to a layer that takes one more', () => {
    expect(judge(exit('data'), 'join')).toMatchObject({ possible: true, says: 'Connect data to join' });
    expect(join(exit('data'), 'join')).toBe(true);
    expect(text()).toBe(BRANCHES.replace('bottom: "three" top', 'bottom: "three" bottom: "data" top'));
    expect(useDocument.getState().selection).toEqual(['join']);
  });

  it('joins from the reader as well', () => {
    expect(judge(entry('join'), 'data')).toMatchObject({ possible: true });
    join(entry('join'), 'data');
    expect(text()).toBe(BRANCHES.replace('bottom: "three" top', 'bottom: "three" bottom: "data" top'));
  });

  it('fills a bottom that reads a blob which nobody makes, before it adds one', () => {
    const dangling = BRANCHES.replace('bottom: "three" top', 'bottom: "nobody" top');
    show(dangling);
    expect(judge(exit('three'), 'join')).toMatchObject({ possible: true, says: 'Connect three to join' });
    expect(join(exit('three'), 'join')).toBe(true);
    expect(text()).toBe(BRANCHES);
    show(dangling);
    expect(join(entry('join'), 'three')).toBe(true);
    expect(text()).toBe(BRANCHES);
    // With all of them read, the next is a new one.
    show(BRANCHES);
    expect(join(exit('data'), 'join')).toBe(true);
    expect(text()).toContain('bottom: "three" bottom: "data" top');
  });

  it('refuses circles and layers that take no more, says why, and changes nothing', () => {
    expect(judge(exit('join'), 'one')).toMatchObject({ possible: false });
    expect(judge(exit('join'), 'one').says).toMatch(/circle/);
    expect(judge(entry('data'), 'join').possible).toBe(false);
    expect(judge(entry('data'), 'join').says).toMatch(/has no bottoms/);
    join(exit('join'), 'one');
    expect(text()).toBe(BRANCHES);
  });

  it('moves the end of a line to another reader or another source', () => {
    join({ kind: 'source', edge: edge('two_reduce', 'two') }, 'data');
    expect(text()).toContain('name: "two"\n  type: "Convolution"\n  bottom: "data"');
    show(BRANCHES);
    join({ kind: 'reader', edge: edge('data', 'one') }, 'join');
    expect(text()).toContain('bottom: "three" bottom: "data" top: "join"');
    expect(text()).toContain('name: "one"\n  type: "Convolution"\n  top: "one"');
  });

  it('refuses shapes that the layer cannot work with', () => {
    const held: Held = { kind: 'reader', edge: edge('three', 'join') };
    expect(judge(held, 'two')).toMatchObject({ possible: false });
    expect(judge(held, 'two').says).toMatch(/one top for each bottom/);
    expect(join(held, 'two')).toBe(false);
    expect(text()).toBe(BRANCHES);
  });

  it('leaves a line where it is when it is let go there', () => {
    const held: Held = { kind: 'reader', edge: edge('three', 'join') };
    expect(judge(held, 'join')).toEqual({ possible: true, says: 'It stays where it is' });
    expect(join(held, 'join')).toBe(false);
    expect(text()).toBe(BRANCHES);
    expect(useNotices.getState().notices).toEqual([]);
  });

  it('takes a line away', () => {
    disconnect(edge('three', 'join'));
    expect(text()).toBe(BRANCHES.replace(' bottom: "three" top', ' top'));
    expect(useDocument.getState().selection).toEqual(['join']);
  });

  it('offers a layer for an end that is let go over the empty canvas', () => {
    const held = exit('one');
    holdWire(held, 'pointer', { x: 0, y: 0 });
    const { wire } = useWiring.getState();
    if (wire !== undefined) dropWire(wire, undefined, { x: 0, y: 0 }, { x: 40, y: 50 });
    expect(useWiring.getState().quick).toEqual({ at: { x: 40, y: 50 }, purpose: { kind: 'wire', held } });
  });

  it('judges every node while a line is held', async () => {
    holdWire(exit('two_reduce'), 'pointer', { x: 0, y: 0 });
    await expect.poll(() => useWiring.getState().wire?.fits.size).toBe(6);
    const fits = useWiring.getState().wire?.fits;
    expect(fits?.get('join')).toBe(true);
    expect(fits?.get('data')).toBe(false);
  });
});

describe('connecting by keyboard', () => {
  it('walks to any node and joins with Enter', () => {
    show(BRANCHES);
    useDocument.setState({ selection: ['one'] });
    beginConnect();
    expect(keyboardWire()?.held).toEqual(exit('one'));
    for (let i = 0; i < 4; i++) walkWire('down');
    expect(keyboardWire()).toMatchObject({ target: 'join', verdict: { possible: true } });
    joinWire(anywhere);
    expect(keyboardWire()).toBeUndefined();
    expect(text()).toContain('bottom: "three" bottom: "one" top: "join"');
  });

  it('goes from output to output', () => {
    show(CHAIN);
    useDocument.setState({ selection: ['data'] });
    beginConnect();
    nextOutput();
    expect(keyboardWire()?.held).toEqual(exit('data', 'label', 1));
    nextOutput();
    expect(keyboardWire()?.held).toEqual(exit('data', 'data'));
  });

  it('stays at a layer that it does not fit', () => {
    show(CHAIN);
    useDocument.setState({ selection: ['ip1'] });
    beginConnect();
    walkWire('up');
    expect(keyboardWire()).toMatchObject({ target: 'conv1', verdict: { possible: false } });
    joinWire(anywhere);
    expect(keyboardWire()).toBeDefined();
    expect(text()).toBe(CHAIN);
  });
});
