// @vitest-environment jsdom
/** The exported drawing: every label is there as text, in a document that stands by itself. */
import { describe, expect, it } from 'vitest';
import { layoutGraph } from '../workers/layout-graph.ts';
import { svgOf, type PictureTheme } from './picture-svg.ts';
import { placeGraph } from './placed-graph.ts';
import { NOTHING_MOVED } from './placed.ts';
import { project } from './project.ts';
import { CHAIN, viewOf } from './testing/nets.ts';
import { thumbnailOf, thumbnailRequest } from './thumbnail.ts';

const families = Object.fromEntries(
  [
    'data',
    'vision',
    'pooling',
    'activation',
    'normalise',
    'connect',
    'combine',
    'reshape',
    'loss',
    'utility',
    'unknown',
  ].map((family, i) => [family, `#00000${i.toString(16)}`]),
) as PictureTheme['families'];
const theme: PictureTheme = {
  ground: '#fafafa',
  panel: '#ffffff',
  text: '#111111',
  muted: '#666666',
  border: '#dddddd',
  line: '#bbbbbb',
  quietLine: '#eeeeee',
  danger: '#aa0000',
  families,
};

const graph = project(viewOf(CHAIN));
const placed = placeGraph(graph, await layoutGraph(graph.layout), NOTHING_MOVED);

const documentOf = (svg: string): Document => new DOMParser().parseFromString(svg, 'image/svg+xml');

describe('svgOf', () => {
  const page = documentOf(svgOf(placed, 'a <chain> & more', theme));

  it('is one drawing with a node for each node and a line for each edge', () => {
    expect(page.documentElement.tagName).toBe('svg');
    expect([...page.querySelectorAll('.node')].map((node) => node.getAttribute('data-id'))).toEqual([
      'data',
      'conv1',
      'ip1',
      'loss',
    ]);
    expect(page.querySelectorAll('path.edge')).toHaveLength(graph.edges.length);
  });

  it('has names, types, settings, rows and shapes as text', () => {
    const texts = [...page.querySelectorAll('text')].map((text) => text.textContent);
    expect(texts).toEqual(
      expect.arrayContaining([
        'a <chain> & more',
        'conv1',
        'Convolution',
        '4 · 3×3 · pad 1',
        'relu1',
        'ReLU, in place',
        '8×4×32×32',
        'label 8',
      ]),
    );
  });

  it('names its fonts, writes its colours out, and refers to nothing outside', () => {
    expect(page.querySelector('style')?.textContent).toContain('JetBrains Mono');
    const text = page.documentElement.outerHTML;
    expect(text).not.toContain('var(');
    expect(text).not.toMatch(/href|url\((?!#)/);
    expect(text).toContain(families.vision);
  });

  it('holds everything within its sheet', () => {
    const [, , width, height] = (page.documentElement.getAttribute('viewBox') ?? '').split(' ').map(Number);
    const [dx, dy] = /translate\(([-\d.]+) ([-\d.]+)\)/
      .exec(page.querySelector('svg > g')?.getAttribute('transform') ?? '')
      ?.slice(1)
      .map(Number) as [number, number];
    for (const { node, x, y } of placed.nodes) {
      expect(x + dx).toBeGreaterThanOrEqual(0);
      expect(x + dx + node.box.boxWidth).toBeLessThanOrEqual(width as number);
      expect(y + dy + node.box.height).toBeLessThanOrEqual(height as number);
    }
  });
});

describe('thumbnailOf', () => {
  it('has a box for each node and no words', async () => {
    const answer = await layoutGraph(thumbnailRequest(graph));
    const page = documentOf(thumbnailOf(graph, answer, families));
    expect(page.querySelectorAll('rect')).toHaveLength(4);
    expect(page.querySelectorAll('text')).toHaveLength(0);
    expect(page.querySelectorAll('path')).toHaveLength(graph.edges.length);
  });
});
