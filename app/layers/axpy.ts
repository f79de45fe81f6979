/** Axpy, of SENet's fork of Caffe (axpy_layer.cpp): a·x + y with a number for each channel of each image. */
import { add, at, axis, mul, sum } from '../engine/ir/build.ts';
import type { Shape } from '../caffe/net/layer-table.ts';
import { countOf, element, flat, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, sameShape } from './shape-rules.ts';
import { countRange, nth, view } from './views.ts';

/** A blob as channels of images × places. */
const planes = (shape: Shape): readonly [number, number] => [countRange(shape, 0, 2), countRange(shape, 2)];

/** Scales one blob's channels and adds another. */
export const axpy: LayerDefinition = {
  type: 'Axpy',
  family: 'combine',
  doc: 'Multiplies each channel of the second blob by its number in the first, and adds the third: the end of a squeeze-and-excitation block. From a fork of Caffe.',
  template: '',
  bottoms: { min: 3, max: 3 },
  tops: { min: 1, max: 1 },
  summary: () => '',
  shape(c) {
    const [a, x] = [bottom(c, 0), bottom(c, 1)];
    if (!sameShape(x, bottom(c, 2)))
      c.fail(`${bottomText(c, 1)} and ${bottomText(c, 2)} are added value by value: their shapes must be equal.`);
    if (a.length < 2 || a[0] !== x[0] || a[1] !== x[1] || countRange(a, 2) !== 1)
      c.fail(`${bottomText(c, 0)} must hold one number for each channel of each image of ${bottomText(c, 1)}.`);
    return { tops: [x] };
  },
  cost: (_, bottoms) => ({ macs: 0, other: countOf(nth(bottoms, 1)) }),
  forward(c) {
    const [a, x, y] = [nth(c.bottoms, 0), nth(c.bottoms, 1), nth(c.bottoms, 2)];
    const shape = planes(x.shape);
    c.compute(view(nth(c.tops, 0), shape), (plane, place) =>
      add(mul(flat(a, plane), element(view(x, shape), [plane, place])), element(view(y, shape), [plane, place])),
    );
  },
  backward(c) {
    const [a, x] = [nth(c.bottoms, 0), nth(c.bottoms, 1)];
    const dy = nth(c.topDiffs, 0);
    const shape = planes(x.shape);
    const [ofScale, ofScaled, ofAdded] = c.bottomDiffs;
    if (ofScale !== undefined)
      c.computeFlat(
        ofScale,
        (plane) => {
          const place = axis(shape[1]);
          const where = [plane, at(place)];
          return sum([place], mul(element(view(dy, shape), where), element(view(x, shape), where)));
        },
        'scale',
      );
    if (ofScaled !== undefined)
      c.compute(
        view(ofScaled, shape),
        (plane, place) => mul(element(view(dy, shape), [plane, place]), flat(a, plane)),
        'scaled',
      );
    if (ofAdded !== undefined) c.computeFlat(ofAdded, (i) => flat(dy, i), 'added');
  },
};
