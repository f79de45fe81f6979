/** DummyData. Mirrors Caffe's dummy_data_layer.cpp: blobs made up by fillers, random ones anew in each pass. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { FillerParameter, type LayerParameter } from '../caffe/schema/net-messages.ts';
import { emptyMessage, setting } from '../caffe/schema/values.ts';
import { listedShapes } from './data-shapes.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { drawsOf, fillerProblem, fillTop } from './fillers.ts';
import { shapeText } from './shape-rules.ts';

/** The filler of a top: none is zeros, one is for all. */
function fillerOf(layer: LayerParameter, top: number): FillerParameter {
  const fillers = setting(layer, 'dummy_data_param').data_filler;
  return (fillers.length === 1 ? fillers[0] : fillers[top]) ?? emptyMessage(FillerParameter);
}

/** Shapes as listed, in either form. */
function listed(layer: LayerParameter): readonly Shape[] {
  const p = setting(layer, 'dummy_data_param');
  if (p.shape.length > 0) return p.shape.map((s) => s.dim);
  return p.num.map((n, i) => [n, p.channels[i] ?? 0, p.height[i] ?? 0, p.width[i] ?? 0]);
}

function shapes(c: ShapeContext): readonly Shape[] {
  const p = setting(c.layer, 'dummy_data_param');
  const tops = c.layer.top.length;
  if (p.data_filler.length > 1 && p.data_filler.length !== tops)
    c.fail(
      `data_filler is given ${p.data_filler.length} times for ${tops} tops: give none, one for all, or one for each.`,
      'dummy_data_param.data_filler',
    );
  if (listed(c.layer).length === 0)
    c.fail('DummyData needs the shape of its blob: dummy_data_param { shape { dim: 1 dim: 10 } }.', 'dummy_data_param');
  return listedShapes(c, listed(c.layer), 'dummy_data_param.shape');
}

/** Blobs of given shapes, filled by fillers. */
export const dummyData: LayerDefinition = {
  type: 'DummyData',
  family: 'data',
  doc: 'Blobs of given shapes filled with a constant or with random numbers, to try a net out without data.',
  paramField: 'dummy_data_param',
  template:
    'dummy_data_param {\n  shape {\n    dim: 10\n    dim: 3\n    dim: 32\n    dim: 32\n  }\n  data_filler { type: "gaussian" }\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: Infinity },
  source: true,
  summary: (layer) => listed(layer).map(shapeText).join(', '),
  shape(c) {
    const tops = shapes(c);
    tops.forEach((shape, i) => {
      const problem = fillerProblem(fillerOf(c.layer, i), shape);
      if (problem !== undefined) c.fail(problem, 'dummy_data_param.data_filler');
    });
    return { tops };
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    let first = 0;
    c.tops.forEach((top, t) => {
      fillTop(c, top, fillerOf(c.layer, t), first);
      first += drawsOf(countOf(top.shape));
    });
  },
};
