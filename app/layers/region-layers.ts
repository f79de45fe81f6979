/** Layers of Fast and Faster R-CNN's forks of Caffe, as shapes: SmoothL1Loss and the Python layers by name. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, sameShape } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** The loss of boxes. */
export const smoothL1Loss: LayerDefinition = {
  type: 'SmoothL1Loss',
  family: 'loss',
  doc: 'A squared error near zero and an absolute one further out, with weights as further bottoms. From Fast R-CNN, a fork of Caffe.',
  paramField: 'smooth_l1_loss_param',
  bottoms: { min: 2, max: 4 },
  tops: { min: 1, max: 1 },
  loss: true,
  noGradientBottoms: [2, 3],
  summary: () => '',
  shape(c) {
    c.bottoms.forEach((shape, i) => {
      if (!sameShape(shape, bottom(c)))
        c.fail(
          `${bottomText(c, i)} and ${bottomText(c, 0)} must have the same shape: they are compared value by value.`,
        );
    });
    return { tops: [[]] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: 2 * countOf(nth(bottoms, 0)) }),
  supports: notYet('SmoothL1Loss'),
};

/** A number in a Python layer's settings, such as `'num_classes': 21`. */
function settingIn(c: ShapeContext, name: string): number | undefined {
  const text = c.layer.python_param?.param_str ?? '';
  const match = new RegExp(`["']${name}["']\\s*:\\s*(\\d+)`).exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/**
 * Shapes of Python layers that come with well-known forks, by the name of their class; undefined for others. Where the
 * number of regions is only known when it runs, there is one, as the layers themselves begin.
 */
export function knownPythonShapes(c: ShapeContext): readonly Shape[] | undefined {
  const tops = (shapes: readonly Shape[]): readonly Shape[] | undefined =>
    c.layer.top.length <= shapes.length ? shapes.slice(0, c.layer.top.length) : undefined;
  switch (c.layer.python_param?.layer) {
    case 'ProposalLayer':
      return tops([
        [1, 5],
        [1, 1],
      ]);
    case 'AnchorTargetLayer': {
      const [, scores = 0, height = 0, width = 0] = bottom(c);
      const anchors = scores / 2;
      const boxes = [1, 4 * anchors, height, width];
      return Number.isInteger(anchors) ? tops([[1, 1, anchors * height, width], boxes, boxes, boxes]) : undefined;
    }
    case 'ProposalTargetLayer': {
      const classes = settingIn(c, 'num_classes');
      if (classes === undefined) return undefined;
      const boxes = [1, 4 * classes];
      return tops([[1, 5], [1, 1], boxes, boxes, boxes]);
    }
    default:
      return undefined;
  }
}
