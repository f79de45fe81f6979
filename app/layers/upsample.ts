/** Upsample, of SegNet's and YOLO's forks of Caffe, as a shape: it is drawn and checked, not computed. */
import { setting } from '../caffe/schema/values.ts';
import type { LayerDefinition } from './definition.ts';
import { requirePositive, requireRank } from './shape-rules.ts';
import { notYet } from './unsupported.ts';

/** Enlarges an image. */
export const upsample: LayerDefinition = {
  type: 'Upsample',
  family: 'vision',
  doc: 'Enlarges an image: by repeating values, or with a second bottom by putting each back to where a pooling found it. From YOLO and SegNet, forks of Caffe.',
  paramField: 'upsample_param',
  template: 'upsample_param {\n  scale: 2\n}',
  bottoms: { min: 1, max: 2 },
  tops: { min: 1, max: 1 },
  noGradientBottoms: [1],
  summary: (layer) => `× ${setting(layer, 'upsample_param').scale ?? 2}`,
  shape(c) {
    const p = setting(c.layer, 'upsample_param');
    const [batch = 0, channels = 0, height = 0, width = 0] = requireRank(c, 4, 'batch, channels, height, width');
    const scale = p.scale ?? (c.bottoms.length > 1 ? 2 : 1);
    requirePositive(c, scale, 'upsample_param.scale');
    const rows = p.upsample_h ?? height * (p.scale_h ?? scale) - (p.pad_out_h ? 1 : 0);
    const columns = p.upsample_w ?? width * (p.scale_w ?? scale) - (p.pad_out_w ? 1 : 0);
    return { tops: [[batch, channels, rows, columns]] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('Upsample', 'use Deconvolution'),
};
