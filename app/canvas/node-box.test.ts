/** Sizes of nodes: every text has room. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACT_SIZE, LABEL_OFFSET, NAME_SIZE, nodeBox, shapeText } from './node-box.ts';
import { monoWidth, uiWidth } from './text-metrics.ts';

const word = fc.stringMatching(/^[a-z0-9_/]{1,40}$/);
const texts = fc.record({
  name: word,
  type: word,
  summary: fc.oneof(fc.constant(''), word),
  rows: fc.array(fc.record({ name: word, type: word }), { maxLength: 3 }),
  outputs: fc.array(fc.record({ blob: word, text: word }), { maxLength: 4 }),
  source: fc.boolean(),
});

describe('nodeBox', () => {
  it('has room for all its texts', () => {
    fc.assert(
      fc.property(texts, (node) => {
        const box = nodeBox(node);
        const inside = box.width - 24;
        const summary = monoWidth(node.summary, FACT_SIZE);
        const beside = (name: 'name' | 'type'): number => (box.summaryBeside === name ? summary : 0);
        expect(monoWidth(node.name, NAME_SIZE) + beside('name')).toBeLessThanOrEqual(inside);
        expect(uiWidth(node.type, FACT_SIZE) + beside('type')).toBeLessThanOrEqual(inside);
        for (const row of node.rows) {
          expect(monoWidth(row.name, FACT_SIZE) + uiWidth(row.type, FACT_SIZE)).toBeLessThanOrEqual(inside);
        }
      }),
    );
  });

  it('sets exits inside the body, and labels apart from each other', () => {
    fc.assert(
      fc.property(texts, (node) => {
        const { exits, width, boxWidth } = nodeBox(node);
        exits.forEach((x, i) => {
          expect(x).toBeGreaterThan(0);
          expect(x).toBeLessThan(width);
          const end = x + LABEL_OFFSET + monoWidth(node.outputs[i]?.text ?? '', FACT_SIZE);
          expect(end).toBeLessThanOrEqual(exits[i + 1] ?? boxWidth);
        });
      }),
    );
  });

  it('keeps the first exit of a source in the middle', () => {
    const outputs = [
      { blob: 'data', text: '100×3×32×32' },
      { blob: 'label', text: 'label 100' },
    ];
    const box = nodeBox({ name: 'cifar', type: 'Data', summary: '', rows: [], outputs, source: true });
    expect(box.exits[0]).toBe(box.width / 2);
  });
});

describe('shapeText', () => {
  it('writes extents with a multiplication sign', () => {
    expect(shapeText([100, 32, 16, 16])).toBe('100×32×16×16');
    expect(shapeText([])).toBe('scalar');
    expect(shapeText(undefined)).toBe('?');
  });
});
