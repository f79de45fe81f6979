/** Python layers of Fast and Faster R-CNN's forks of Caffe, by name, as shapes. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { bottom } from './shape-rules.ts';

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
