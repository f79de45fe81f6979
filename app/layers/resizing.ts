/** Layers of forks that resize or reorder images, as shapes: Interp (DeepLab), Upsample (SegNet, YOLO), ShuffleChannel. */
import { has } from '../caffe/schema/dsl.ts';
import { setting } from '../caffe/schema/values.ts';
import { countOf, type LayerDefinition } from './definition.ts';
import { bottom, bottomText, requirePositive, requireRank } from './shape-rules.ts';
import { notYet } from './unsupported.ts';
import { nth } from './views.ts';

/** Interpolates an image to another size. */
export const interp: LayerDefinition = {
  type: 'Interp',
  family: 'vision',
  doc: 'Interpolates an image to another size, corners on corners. From DeepLab and PSPNet, forks of Caffe.',
  paramField: 'interp_param',
  template: 'interp_param {\n  zoom_factor: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary(layer) {
    const p = setting(layer, 'interp_param');
    if (has(p, 'height') && has(p, 'width')) return `${p.height}×${p.width}`;
    const parts = [
      has(p, 'shrink_factor') ? `÷ ${p.shrink_factor}` : '',
      has(p, 'zoom_factor') ? `× ${p.zoom_factor}` : '',
    ];
    return parts.filter((part) => part !== '').join(' · ');
  },
  shape(c) {
    const p = setting(c.layer, 'interp_param');
    const [batch = 0, channels = 0, ...sides] = requireRank(c, 4, 'batch, channels, height, width');
    if (p.pad_beg > 0 || p.pad_end > 0)
      c.fail(
        'pad_beg and pad_end cut the image: they must be 0 or below.',
        `interp_param.${p.pad_beg > 0 ? 'pad_beg' : 'pad_end'}`,
      );
    const [shrinks, zooms] = [has(p, 'shrink_factor'), has(p, 'zoom_factor')];
    if (shrinks) requirePositive(c, p.shrink_factor, 'interp_param.shrink_factor');
    if (zooms) requirePositive(c, p.zoom_factor, 'interp_param.zoom_factor');
    const given = has(p, 'height') && has(p, 'width');
    if (!shrinks && !zooms && !given)
      c.fail('Say how large the result is: give zoom_factor, shrink_factor, or height and width.', 'interp_param');
    // One factor goes before a given size, and a given size before both factors, as in the fork.
    if (given && shrinks === zooms) return { tops: [[batch, channels, p.height, p.width]] };
    const resized = sides.map((extent) => {
      const seen = extent + p.pad_beg + p.pad_end;
      const small = shrinks ? Math.floor((seen - 1) / p.shrink_factor) + 1 : seen;
      return zooms ? small + (small - 1) * (p.zoom_factor - 1) : small;
    });
    return { tops: [[batch, channels, ...resized]] };
  },
  cost: (_, __, tops) => ({ macs: 0, other: 4 * countOf(nth(tops, 0)) }),
  supports: notYet('Interp', 'use Deconvolution'),
};

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

/** Mixes the channels of groups. */
export const shuffleChannel: LayerDefinition = {
  type: 'ShuffleChannel',
  family: 'reshape',
  doc: 'Mixes channels so that each group after it sees all groups before it. From ShuffleNet, a fork of Caffe.',
  paramField: 'shuffle_channel_param',
  template: 'shuffle_channel_param {\n  group: 2\n}',
  bottoms: { min: 1, max: 1 },
  tops: { min: 1, max: 1 },
  summary: (layer) => `group ${setting(layer, 'shuffle_channel_param').group}`,
  shape(c) {
    const shape = bottom(c);
    const group = requirePositive(c, setting(c.layer, 'shuffle_channel_param').group, 'shuffle_channel_param.group');
    const channels = shape[1] ?? 0;
    if (channels % group !== 0)
      c.fail(
        `${bottomText(c, 0)} has ${channels} channels, which group: ${group} does not divide: use a group that divides the channels.`,
        'shuffle_channel_param.group',
      );
    return { tops: [shape] };
  },
  cost: () => ({ macs: 0 }),
  supports: notYet('ShuffleChannel'),
};
