/** Python. What it does, and its shapes, are in a program that is not here. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';

/** A layer written in Python. */
export const python: LayerDefinition = {
  type: 'Python',
  family: 'utility',
  doc: 'A layer written in Python. Crema draws it, but cannot run it or know its shapes.',
  paramField: 'python_param',
  bottoms: { min: 0, max: Infinity },
  tops: { min: 0, max: Infinity },
  summary: (layer) => setting(layer, 'python_param').layer ?? '',
  shape: (c) =>
    c.unknown(
      `The shapes of a Python layer are in its program, which Crema cannot run: replace it by a layer of Caffe's own.`,
      'type',
    ),
  cost: () => ({ macs: 0 }),
  supports: () => "Python layers cannot be run in Crema: replace it by a layer of Caffe's own.",
};
