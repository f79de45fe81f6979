/** Python. What it does is in a program that is not here; its shapes are known for the layers of well-known forks. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { knownPythonShapes } from './python-shapes.ts';

/** A layer written in Python. */
export const python: LayerDefinition = {
  type: 'Python',
  family: 'utility',
  doc: 'A layer written in Python. Crema draws it, but cannot run it or know its shapes.',
  paramField: 'python_param',
  bottoms: { min: 0, max: Infinity },
  tops: { min: 0, max: Infinity },
  summary: (layer) => setting(layer, 'python_param').layer ?? '',
  shape(c) {
    const known = knownPythonShapes(c);
    if (known !== undefined) return { tops: known };
    return c.unknown(
      `The shapes of a Python layer are in its program, which Crema cannot run: replace it by a layer of Caffe's own.`,
      'type',
    );
  },
  cost: () => ({ macs: 0 }),
  supports: () => "Python layers cannot be run in Crema: replace it by a layer of Caffe's own.",
};
