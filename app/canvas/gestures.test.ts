/** Gestures of the canvas and what exactly they change in the text. */
import { beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from '../store/document.ts';
import { useNotices } from '../store/notices.ts';
import { useCanvas } from './canvas-state.ts';
import { followDocument } from './follow-document.ts';
import { layerTable } from '../layers/index.ts';
import { appendAfterSelection, deleteLayers, dropEntry } from './gestures.ts';
import { layerEntry, type PaletteEntry } from './palette-entry.ts';
import { layoutGraph } from '../workers/layout-graph.ts';
import { CHAIN, viewOf } from './testing/nets.ts';

/** Puts a text into the document with its analysis, and waits for its picture. */
async function show(text: string): Promise<void> {
  const nets = { TRAIN: viewOf(text), TEST: viewOf(text, 'TEST') };
  useDocument.setState({ netText: text, nets, goodNets: nets, phase: 'TRAIN', selection: [] });
  useNotices.setState({ notices: [] });
  const end = followDocument(layoutGraph);
  await expect.poll(() => useCanvas.getState().picture?.graph.nodes.length).toBe(4);
  end();
}

/** The lines that differ between the text as it was and as it is. */
function changed(): { removed: string[]; added: string[] } {
  const [before, after] = [CHAIN.split('\n'), useDocument.getState().netText.split('\n')];
  let start = 0;
  while (before[start] === after[start] && start < before.length) start++;
  let end = 0;
  while (before.at(-1 - end) === after.at(-1 - end) && end < Math.min(before.length, after.length) - start) end++;
  return { removed: before.slice(start, before.length - end), added: after.slice(start, after.length - end) };
}

/** The palette's entry of a type. */
function type(name: string): PaletteEntry {
  const layer = layerTable.get(name);
  if (layer === undefined) throw new Error(`${name} is no layer.`);
  return layerEntry(layer);
}

describe('gestures', () => {
  beforeEach(async () => {
    useCanvas.setState({ picture: undefined });
    await show(CHAIN);
  });

  it('splices a layer into the edge it is dropped on', () => {
    dropEntry(type('Pooling'), { kind: 'edge', id: 'conv1@2 → ip1 0' });
    const { netText, selection } = useDocument.getState();
    expect(selection).toEqual(['pool1']);
    const { removed } = changed();
    expect(removed).toEqual(['  name: "ip1"', '  type: "InnerProduct"', '  bottom: "conv1"']);
    expect(netText).toContain('name: "pool1"\n  type: "Pooling"\n  bottom: "conv1"\n  top: "pool1"');
    expect(netText).toContain('name: "ip1"\n  type: "InnerProduct"\n  bottom: "pool1"');
    expect(netText).toContain('# keeps the size');
  });

  it('appends a layer to the node it is dropped on, behind what is folded into it', () => {
    dropEntry(type('ReLU'), { kind: 'node', id: 'conv1' });
    const { removed, added } = changed();
    expect(removed).toEqual([]);
    expect(added.join('\n')).toContain('name: "relu2"\n  type: "ReLU"\n  bottom: "conv1"\n  top: "conv1"');
    expect(useDocument.getState().netText.indexOf('"relu2"')).toBeGreaterThan(CHAIN.indexOf('"drop1"'));
  });

  it('puts a layer dropped on the empty canvas at the end, joined to nothing', () => {
    dropEntry(type('Convolution'), { kind: 'canvas' });
    const { netText, selection } = useDocument.getState();
    expect(netText.startsWith(CHAIN.trimEnd())).toBe(true);
    const added = netText.slice(CHAIN.trimEnd().length);
    expect(added).toContain('type: "Convolution"');
    expect(added).not.toContain('bottom');
    expect(selection).toHaveLength(1);
  });

  it('adds behind the selected layer from the keyboard', () => {
    useDocument.setState({ selection: ['ip1'] });
    appendAfterSelection(type('Sigmoid'));
    expect(useDocument.getState().netText).toContain('type: "Sigmoid"\n  bottom: "ip1"');
  });

  it('deletes a node with what is folded into it, and heals the chain', () => {
    deleteLayers(['conv1']);
    const { netText, selection } = useDocument.getState();
    for (const gone of ['conv1', 'relu1', 'drop1']) expect(netText).not.toContain(`name: "${gone}"`);
    expect(netText).toContain('name: "ip1"\n  type: "InnerProduct"\n  bottom: "data"');
    // The keyboard goes on from what it read.
    expect(selection).toEqual(['data']);
  });

  it('deletes one folded layer alone', () => {
    deleteLayers(['relu1']);
    const { removed, added } = changed();
    expect(added).toEqual([]);
    expect(removed.filter((line) => line.includes('name:'))).toEqual(['  name: "relu1"']);
  });

  it('says why a layer cannot stand in an edge, and changes nothing', () => {
    dropEntry(type('Data'), { kind: 'edge', id: 'conv1@2 → ip1 0' });
    expect(useDocument.getState().netText).toBe(CHAIN);
    expect(useNotices.getState().notices[0]?.message).toMatch(/^Data cannot stand between two layers/);
  });

  it('leaves a text with a mistake alone', () => {
    const broken = CHAIN.replace('layer {\n  name: "loss"', 'layer { {\n  name: "loss"');
    const nets = { TRAIN: viewOf(broken), TEST: viewOf(broken, 'TEST') };
    useDocument.setState({ netText: broken, nets });
    deleteLayers(['ip1']);
    expect(useDocument.getState().netText).toBe(broken);
    expect(useNotices.getState().notices[0]?.message).toMatch(/mend it first/);
  });
});
