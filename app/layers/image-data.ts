/**
 * ImageData. Mirrors Caffe's image_data_layer.cpp, but for the reading of files: the images are those of the data set, as
 * Data has them.
 */
import type { Shape, ShapeContext } from '../caffe/net/layer-table.ts';
import { setting } from '../caffe/schema/values.ts';
import { batchText, checkExtensions, checkMean, recordShapes } from './data-shapes.ts';
import { transformRecords } from './data.ts';
import type { LayerDefinition } from './definition.ts';
import { sameShape, shapeText } from './shape-rules.ts';
import { nth } from './views.ts';

/** The size images are brought to, where the layer says so. */
function resized(c: ShapeContext, channels: number): Shape | undefined {
  const p = setting(c.layer, 'image_data_param');
  if (p.new_height > 0 !== p.new_width > 0)
    c.fail('new_height and new_width must be given together.', 'image_data_param.new_height');
  if (p.new_height === 0) return undefined;
  const size: Shape = [channels, p.new_height, p.new_width];
  if (c.record !== undefined && !sameShape(c.record, size))
    c.fail(
      `The images of the data set are ${shapeText(c.record)} and are not resized: remove new_height and new_width.`,
      'image_data_param.new_height',
    );
  return size;
}

/** Images named in a list file. */
export const imageData: LayerDefinition = {
  type: 'ImageData',
  family: 'data',
  doc: 'Image files named in a list, with their labels, in batches.',
  paramField: 'image_data_param',
  extensions: ['crema:augment', 'crema:pixels'],
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
    checkExtensions(c, nth(result.tops, 0)[1] ?? 1);
    return result;
  },
  cost: () => ({ macs: 0 }),
  forward(c) {
    transformRecords(c, c.record ?? nth(c.tops, 0).shape.slice(1));
  },
};
