/** Lines, drops and selection at closed groups: what is done to them is done to the layers that they stand for. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from '../store/document.ts';
import { PLAIN_SIDECAR, useSidecar } from '../store/sidecar.ts';
import { layerBlocks } from '../caffe/text/blocks/layer-blocks.ts';
import { layerTable } from '../layers/index.ts';
import { useCanvas } from './canvas-state.ts';
import { followSelection } from './follow-selection.ts';
import { dropEntry } from './gestures.ts';
import { blockEntry, layerEntry, type PaletteEntry } from './palette-entry.ts';
import { groupNodeId, type CanvasEdge } from './project.ts';
import { isSelected, selectLayer } from './selection.ts';
import { BLOCKS } from './testing/nets.ts';
import { show } from './testing/show.ts';
import { carryOutJoint, disconnect, join, judge, offerPlaces } from './wiring.ts';
import { useWiring, type Held } from './wiring-state.ts';

const [A, B] = [groupNodeId('a'), groupNodeId('b')];
const text = (): string => useDocument.getState().netText;

function type(name: string): PaletteEntry {
  const layer = layerTable.get(name);
  if (layer === undefined) throw new Error(`${name} is no layer.`);
  return layerEntry(layer);
}

function edge(from: string, to: string): CanvasEdge {
  const found = useCanvas.getState().picture?.graph.edges.find((one) => one.from === from && one.to === to);
  if (found === undefined) throw new Error(`No edge from ${from} to ${to}.`);
  return found;
}

/** The places that the last line was offered. */
function offered(): readonly string[] {
  const purpose = useWiring.getState().quick?.purpose;
  return purpose?.kind === 'choice' ? purpose.options.map(({ title }) => title) : [];
}

let stop = (): void => undefined;

beforeEach(() => {
  useSidecar.setState({ ...PLAIN_SIDECAR, collapsed: { a: true, b: true } });
  show(BLOCKS);
  stop = followSelection();
});

afterEach(() => {
  stop();
  useSidecar.setState(PLAIN_SIDECAR);
});

describe('into the line to a closed group', () => {
  it('a layer is spliced for all that read there, in one step', () => {
    expect(edge(A, B).readers).toHaveLength(2);
    dropEntry(type('Pooling'), { kind: 'edge', id: edge(A, B).id });
    const put =
      'bottom: "a/end"\n  top: "pool1"\n  pooling_param {\n    pool: MAX\n    kernel_size: 2\n    stride: 2\n  }\n}\n';
    expect(text()).toBe(
      BLOCKS.replace(
        'layer {\n  name: "b/left"',
        `layer {\n  name: "pool1"\n  type: "Pooling"\n  ${put}layer {\n  name: "b/left"`,
      )
        .replace(
          'type: "Convolution"\n  bottom: "a/end"\n  top: "b/left"',
          'type: "Convolution"\n  bottom: "pool1"\n  top: "b/left"',
        )
        .replace('bottom: "a/end"\n  top: "b/right"', 'bottom: "pool1"\n  top: "b/right"'),
    );
    expect(useDocument.getState().selection).toEqual(['pool1']);
  });

  it('a block is put for all that read there', () => {
    const [block] = layerBlocks.filter(({ reads, makes }) => reads && makes);
    if (block === undefined) throw new Error('There is no block that reads and makes.');
    dropEntry(blockEntry(block), { kind: 'edge', id: edge(A, B).id });
    expect(text()).not.toContain('bottom: "a/end"\n  top: "b/left"');
    expect(text()).not.toContain('bottom: "a/end"\n  top: "b/right"');
  });

  it('all of it is taken away at once', () => {
    expect(disconnect(edge(A, B))).toBe(true);
    expect(text()).toBe(
      BLOCKS.replace('  bottom: "a/end"\n  top: "b/left"', '  top: "b/left"').replace(
        '  bottom: "a/end"\n  top: "b/right"',
        '  top: "b/right"',
      ),
    );
  });

  it('all that read there read another blob', () => {
    expect(join({ kind: 'source', edge: edge(A, B) }, 'stem')).toBe(true);
    expect(text()).toBe(BLOCKS.replaceAll('bottom: "a/end"', 'bottom: "stem"'));
  });
});

describe('a line to a closed group', () => {
  const fromData: Held = { kind: 'exit', node: 'data', layer: 'data', top: 0, blob: 'data' };

  it('goes to the only layer in it that takes the blob, and the group stays closed', () => {
    expect(judge(fromData, B)).toMatchObject({ possible: true, says: 'Connect data to b/join' });
    expect(offerPlaces(fromData, B, { x: 0, y: 0 })).toBe(false);
    expect(join(fromData, B)).toBe(true);
    expect(text()).toBe(
      BLOCKS.replace('bottom: "b/right" top: "b/join"', 'bottom: "b/right" bottom: "data" top: "b/join"'),
    );
    expect(isSelected(B)).toBe(true);
    expect(useSidecar.getState().collapsed['b']).toBe(true);
  });

  it('is refused with a reason where no layer takes it', () => {
    const late: Held = { kind: 'exit', node: 'head', layer: 'head', top: 0, blob: 'head' };
    expect(judge(late, B)).toMatchObject({ possible: false });
    expect(judge(late, B).says).toBe('b is a closed group. No layer in it can take this blob.');
    expect(join(late, B)).toBe(false);
    expect(text()).toBe(BLOCKS);
  });

  it('offers what the layers in it make to one that looks for a blob', () => {
    const held: Held = { kind: 'source', edge: edge(B, 'head') };
    expect(judge(held, A)).toMatchObject({ possible: true, says: 'Choose a place in a…' });
    expect(offerPlaces(held, A, { x: 3, y: 4 })).toBe(true);
    expect(offered()).toEqual(['a/left', 'a/right', 'a/join', 'a/end']);
    const purpose = useWiring.getState().quick?.purpose;
    const join = purpose?.kind === 'choice' ? purpose.options[2]?.joint : undefined;
    if (join === undefined) throw new Error('There is no such place.');
    carryOutJoint(join, A);
    expect(text()).toBe(BLOCKS.replace('bottom: "b/end"\n  top: "head"', 'bottom: "a/join"\n  top: "head"'));
  });

  it('begins at the output of one as at that of a layer', () => {
    const held: Held = { kind: 'exit', node: A, layer: 'a/end', top: 0, blob: 'a/end' };
    expect(judge(held, B)).toMatchObject({ possible: true, says: 'Connect a/end to b/join' });
  });
});

describe('a closed group', () => {
  it('is taken into the selection and out of it by the same click', () => {
    selectLayer('stem', false);
    selectLayer(A, true);
    expect(useDocument.getState().selection).toEqual(['stem', 'a/left', 'a/right', 'a/join', 'a/end']);
    selectLayer(A, true);
    expect(useDocument.getState().selection).toEqual(['stem']);
  });
});
