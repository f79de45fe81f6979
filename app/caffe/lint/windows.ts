/** Windows and the edges of what they move over: partial ones, rows that none covers, kernels larger than the image. */
import type { Diagnostic } from '../diagnostics.ts';
import { placeIn } from '../net/drafts.ts';
import type { WindowAxis } from '../net/layer-table.ts';
import type { NetLayer, TypedNet } from '../net/typed-net.ts';
import { clearEdits, fixOf, setEdits, withFixes } from './lint-context.ts';
import type { Fix, LintContext } from './lint-context.ts';

interface Moved {
  readonly window: WindowAxis;
  readonly extent: number;
  readonly places: number;
}

/** The spatial axes of a layer that moves a window over an image of known shape. */
function movedAxes(net: TypedNet, layer: NetLayer): Moved[] {
  const bottom = net.blobs.get(layer.bottoms[0] ?? '')?.shape;
  const top = net.blobs.get(layer.tops[0] ?? '')?.shape;
  if (!layer.info?.window || !bottom || !top) return [];
  const windows = layer.info.window(layer.parameter, bottom);
  return windows.map((window, i) => ({
    window,
    extent: bottom.at(i - windows.length) ?? 0,
    places: top.at(i - windows.length) ?? 0,
  }));
}

const sizeText = (axes: readonly Moved[], of: (axis: Moved) => number): string => axes.map(of).join('×');

/** `pool-edge`: a pooling whose last window hangs over the edge (Caffe rounds up), or leaves rows out. */
export function poolingEdges(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    const settings = layer.parameter.pooling_param;
    if (layer.type !== 'Pooling' || settings === undefined || settings.global_pooling) return [];
    const axes = movedAxes(c.net, layer);
    const ends = axes.map(({ window, places }) => window.offset + (places - 1) * window.stride + window.size);
    const beyond = Math.max(0, ...axes.map(({ window, extent }, i) => (ends[i] ?? 0) - extent + window.offset));
    const unseen = Math.max(0, ...axes.map(({ extent }, i) => extent - (ends[i] ?? 0)));
    if (axes.some(({ window, extent }) => window.size > extent)) return [];
    const image = `${sizeText(axes, ({ extent }) => extent)} image`;
    const round = (mode: 'CEIL' | 'FLOOR', title: string): readonly Fix[] =>
      fixOf(title, setEdits(c, layer, ['pooling_param', 'round_mode'], mode));
    if (beyond > 0) {
      return [
        {
          code: 'pool-edge',
          severity: 'info',
          range: placeIn(layer, 'pooling_param.kernel_size'),
          message: `The last window of "${layer.name}" reaches ${beyond} beyond the edge of its ${image}, as Caffe rounds the number of windows up.`,
          ...withFixes(round('FLOOR', 'Leave the partial window out (round_mode: FLOOR)')),
        },
      ];
    }
    if (unseen > 0) {
      return [
        {
          code: 'pool-edge',
          severity: 'info',
          range: placeIn(layer, 'pooling_param.kernel_size'),
          message: `No window of "${layer.name}" covers the last ${unseen === 1 ? 'row or column' : `${unseen} rows or columns`} of its ${image}.`,
          ...withFixes(settings.round_mode === 'FLOOR' ? round('CEIL', 'Add a partial window (round_mode: CEIL)') : []),
        },
      ];
    }
    return [];
  });
}

/** `large-kernel`: a kernel that only fits because of padding, so that parts of it never meet the image. */
export function largeKernels(c: LintContext): Diagnostic[] {
  return c.net.layers.flatMap((layer): Diagnostic[] => {
    if (
      layer.info?.family === 'pooling'
        ? layer.parameter.pooling_param?.global_pooling === true
        : layer.type !== 'Convolution'
    )
      return [];
    const axes = movedAxes(c.net, layer);
    if (!axes.some(({ window, extent }) => window.size > extent)) return [];
    const settings = layer.type === 'Pooling' ? 'pooling_param' : 'convolution_param';
    const smallest = Math.min(...axes.map(({ extent }) => extent));
    const kernel = layer.parameter[settings]?.kernel_size;
    const isOne = typeof kernel === 'number' || kernel?.length === 1;
    // Padding that keeps the size is how heads look at the smallest of several maps: wasteful, but meant.
    const keepsSize = axes.every(({ extent, places }) => places === extent);
    return [
      {
        code: 'large-kernel',
        severity: keepsSize ? 'info' : 'warning',
        range: placeIn(layer, `${settings}.kernel_size`),
        message: `The window of "${layer.name}" (${sizeText(axes, ({ window }) => window.size)}) is larger than its image (${sizeText(axes, ({ extent }) => extent)}). Use a smaller kernel, or fewer steps that shrink the image before it.`,
        ...withFixes(isOne && !keepsSize ? shrink(c, layer, settings, smallest) : []),
      },
    ];
  });
}

/** A kernel as large as the image, which then needs no padding. */
const shrink = (
  c: LintContext,
  layer: NetLayer,
  settings: 'pooling_param' | 'convolution_param',
  extent: number,
): readonly Fix[] =>
  fixOf(`Use a kernel of ${extent} without padding`, [
    ...setEdits(c, layer, [settings, 'kernel_size'], String(extent)),
    ...clearEdits(c, layer, [settings, 'pad']),
  ]);
