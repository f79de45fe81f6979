/** Hovers, proposals and shapes of the editor. The bar marks the place asked about. */
import { describe, expect, it } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import { layerTable } from '../layers/index.ts';
import type { TextName } from '../store/document.ts';
import { shapeHints } from './blob-shapes.ts';
import { proposalsAt } from './field-completion.ts';
import { hoverAt } from './field-hover.ts';
import { layerAt } from './layer-at.ts';

function place(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf('|');
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

const hover = (marked: string, name: TextName = 'network') => {
  const { text, offset } = place(marked);
  return hoverAt(name, text, offset, layerTable);
};

const proposals = (marked: string, name: TextName = 'network') => {
  const { text, offset } = place(marked);
  return proposalsAt(name, text, offset, layerTable);
};

const labels = (marked: string, name: TextName = 'network'): string[] =>
  proposals(marked, name).map(({ label }) => label);

describe('hoverAt', () => {
  it('tells what a field means, its type and its default', () => {
    const text = hover('layer { convolution_param { str|ide: 2 } }')?.markdown;
    expect(text).toMatch(/^\*\*stride\*\* · `uint32`/);
    expect(hover('layer { pooling_param { po|ol: MAX } }')?.markdown).toContain('`MAX | AVE | STOCHASTIC`');
    expect(hover('layer { pooling_param { po|ol: MAX } }')?.markdown).toContain('default `MAX`');
    expect(hover('base|_lr: 0.1', 'solver')?.markdown).toContain('**base_lr**');
  });

  it('tells what a layer type does', () => {
    expect(hover('layer { type: "Convo|lution" }')?.markdown).toContain(layerTable.get('Convolution')?.doc ?? '?');
  });

  it('has nothing to say of what it does not know, and between fields', () => {
    expect(hover('layer { mys|tery: 1 }')).toBeUndefined();
    expect(hover('layer { | }')).toBeUndefined();
  });
});

describe('proposalsAt', () => {
  it('proposes the fields of the message, without those that are given', () => {
    const found = labels('layer {\n  name: "a"\n  |\n}');
    expect(found).toContain('type');
    expect(found).toContain('bottom');
    expect(found).not.toContain('name');
    expect(labels('|')).toContain('layer');
    expect(labels('|', 'solver')).toContain('base_lr');
  });

  it('puts the parameters of the layer type first', () => {
    const found = proposals('layer {\n  type: "Pooling"\n  |\n}');
    expect(found.toSorted((a, b) => a.rank - b.rank)[0]).toMatchObject({
      label: 'pooling_param',
      insert: 'pooling_param {\n\t$0\n}',
    });
  });

  it('proposes values: layer types, blobs, enums, booleans, fillers', () => {
    expect(labels('layer { type: "Con|" }')).toContain('Convolution');
    expect(proposals('layer { type: | }').find(({ label }) => label === 'ReLU')?.insert).toBe('"ReLU"');
    expect(labels('layer { top: "data" }\nlayer { bottom: "|" }')).toEqual(['data']);
    expect(labels('layer { pooling_param { pool: | } }')).toEqual(['MAX', 'AVE', 'STOCHASTIC']);
    expect(labels('layer { convolution_param { bias_term: | } }')).toEqual(['true', 'false']);
    expect(labels('layer { convolution_param { weight_filler { type: "|" } } }')).toContain('xavier');
    expect(labels('lr_policy: "|"', 'solver')).toContain('multistep');
  });

  it('is silent in comments and in unknown messages', () => {
    expect(labels('# layer |')).toEqual([]);
    expect(labels('layer { mystery { | } }')).toEqual([]);
    expect(labels('name: "a # b"\n|')).toContain('layer');
  });
});

describe('shapeHints', () => {
  const TEXT = `layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 3 } }
`;
  const net = viewNet(buildNet(TEXT, { phase: 'TRAIN', layers: layerTable }));

  it('stands behind the names of blobs', () => {
    expect(shapeHints(TEXT, net).map(({ offset, shape }) => [TEXT.slice(0, offset).split(' ').at(-1), shape])).toEqual([
      ['"data"', '1×3×8×8'],
      ['"data"', '1×3×8×8'],
      ['"conv"', '1×2×6×6'],
    ]);
  });

  it('moves with a text that was changed since', () => {
    const moved = `# a comment\n${TEXT}`;
    expect(shapeHints(moved, net)[0]?.offset).toBe((shapeHints(TEXT, net)[0]?.offset ?? 0) + 12);
  });

  it('finds the layer at a place', () => {
    expect(layerAt(net, TEXT.indexOf('num_output'))?.id).toBe('conv');
    expect(layerAt(net, TEXT.length)).toBeUndefined();
  });
});
