/** Augmentations at odd sizes, held against plain arithmetic on each engine. */
import { expect } from 'vitest';
import type { LayerParameter } from '../../caffe/schema/net-messages.ts';
import { setting } from '../../caffe/schema/values.ts';
import { readNet } from '../../caffe/net/read-net.ts';
import type { Engine } from '../../engine/engine.ts';
import { uniformOf } from '../../engine/ir/random.ts';
import { mixupParts } from '../../trainer/mixup.ts';
import { transformImages } from '../../trainer/transformed-images.ts';
import { augmented } from './augment-reference.ts';

export interface AugmentCase {
  readonly augment: string;
  readonly transform?: string;
  readonly record?: readonly [number, number, number];
}

/** By name. */
export const augmentCases: Readonly<Record<string, AugmentCase>> = {
  'pad, as CIFAR recipes have it': { augment: 'pad: 4', transform: 'mirror: true' },
  'pad, mirrored at the edge': { augment: 'pad: 3 border: REFLECT' },
  'pad and crop': { augment: 'pad: 2', transform: 'crop_size: 7 mirror: true' },
  rotation: { augment: 'rotation: 30', transform: 'mirror: true' },
  'rotation beyond the edge': { augment: 'rotation: 180 border: REFLECT', record: [3, 9, 5] },
  'window of random area and aspect': { augment: 'min_area: 0.3 aspect: 1.5', transform: 'crop_size: 8' },
  translation: { augment: 'translation: 0.25 border: REFLECT' },
  'all of geometry': {
    augment: 'rotation: 20 min_area: 0.5 aspect: 1.3 translation: 0.1 pad: 2',
    transform: 'crop_size: 9 mirror: true',
  },
  'brightness and contrast': { augment: 'brightness: 0.4 contrast: 0.6' },
  'brightness of gray images': { augment: 'brightness: 0.4 contrast: 0.6', record: [1, 11, 13] },
  'saturation and hue': { augment: 'saturation: 0.8 hue: 0.5' },
  lighting: { augment: 'lighting: 0.5' },
  cutout: { augment: 'cutout: 5' },
  mixup: { augment: 'mixup: 0.4' },
  'all at once': {
    augment:
      'pad: 2 border: REFLECT rotation: 10 min_area: 0.6 brightness: 0.2 contrast: 0.2 saturation: 0.3 hue: 0.1 lighting: 0.1 cutout: 4 mixup: 1',
    transform: 'crop_size: 9 mirror: true',
  },
};

const BATCH = 5;

/** The data layer of a case. */
export function layerOf({ augment, transform = '' }: AugmentCase, batch = BATCH): LayerParameter {
  const text = `layer { name: "d" type: "Data" top: "x" top: "y" transform_param { ${transform} } data_param { batch_size: ${batch} }\n# crema: augment { ${augment} }\n}`;
  const { layers, diagnostics } = readNet(text);
  const [found] = layers;
  if (found === undefined || diagnostics.length > 0) throw new Error(diagnostics[0]?.message ?? 'No layer.');
  return found.layer;
}

/** Runs a case on an engine: close to plain arithmetic, and the same bits a second time. */
export async function expectAugmented(engine: Engine, one: AugmentCase): Promise<void> {
  const { record = [3, 11, 13] } = one;
  const [channels, height, width] = record;
  const count = BATCH * channels * height * width;
  const images = Uint8Array.from({ length: count }, (_, i) => Math.floor(256 * uniformOf(3, 0, 1, i)));
  const layer = layerOf(one);
  const [seed, pass] = [7, 12];
  const request = { layer, phase: 'TRAIN', record, images, seed, pass } as const;
  const { shape, values } = await transformImages(engine, request);
  const [, , rows = 0, columns = 0] = shape;
  const a = setting(layer, 'crema:augment');
  const expected = augmented({
    augment: a,
    mirror: setting(layer, 'transform_param').mirror,
    record,
    rows,
    columns,
    batch: BATCH,
    images,
    seed,
    pass,
    parts: mixupParts(a.mixup || 1, seed, pass, BATCH),
  });
  expect(values.length).toBe(expected.length);
  // Of 0 to 255: single precision of a place times the step from pixel to pixel.
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? NaN))), 0);
  expect(worst).toBeLessThan(0.02);
  const again = await transformImages(engine, request);
  expect(new Uint32Array(again.values.slice().buffer)).toEqual(new Uint32Array(values.slice().buffer));
}
