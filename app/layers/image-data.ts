/** ImageData. Mirrors the shape rule of Caffe's image_data_layer.cpp; the files are not read here. */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { batchText, checkMean, recordShapes } from './data-shapes.ts';
import type { LayerDefinition } from './definition.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** The size images are brought to, where the layer says so. */
function resized(c: ShapeContext, channels: number): Shape | undefined {
  const p = setting(c.layer, 'image_data_param');
  if (p.new_height > 0 !== p.new_width > 0)
    c.fail('new_height and new_width must be given together.', 'image_data_param.new_height');
  return p.new_height > 0 ? [channels, p.new_height, p.new_width] : undefined;
}

/** Images named in a list file. */
export const imageData: LayerDefinition = {
  type: 'ImageData',
  family: 'data',
  doc: 'Image files named in a list, with their labels, in batches.',
  paramField: 'image_data_param',
  template: 'image_data_param {\n  source: "images.txt"\n  batch_size: 32\n}',
  bottoms: { min: 0, max: 0 },
  tops: { min: 1, max: 2 },
  source: true,
  summary: (layer) =>
    batchText(setting(layer, 'image_data_param').batch_size, setting(layer, 'transform_param').crop_size),
  shape(c) {
    const p = setting(c.layer, 'image_data_param');
    const { force_gray } = setting(c.layer, 'transform_param');
    const channels = p.is_color && !force_gray ? 3 : 1;
    const result = recordShapes(c, {
      batch: p.batch_size,
      source: p.source ?? '',
      channels,
      record: resized(c, channels),
      field: 'image_data_param',
    });
    checkMean(c, nth(result.tops, 0)[1] ?? 1);
    return result;
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('ImageData', 'use a Data layer'),
};
