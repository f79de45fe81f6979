/** Planar values as the pixels of a canvas. */
import type { DatasetSummary } from '../data/dataset.ts';

/** How a set's values are to be shown: floats from their lowest (black) to their highest (white), colours in their order. */
export type PixelForm = Pick<DatasetSummary, 'range' | 'channelOrder'>;

/** Planes to RGBA: three channels as red, green and blue, one as grey. */
export function interleave(
  pixels: ArrayLike<number>,
  channels: number,
  rgba: Uint8ClampedArray,
  { range, channelOrder }: PixelForm = {},
): void {
  const plane = rgba.length / 4;
  const [low, high] = range ?? [0, 255];
  const scale = high > low ? 255 / (high - low) : 1;
  const planes = channels < 3 ? [0, 0, 0] : channelOrder === 'BGR' ? [2, 1, 0] : [0, 1, 2];
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = ((pixels[(planes[c] as number) * plane + i] ?? 0) - low) * scale;
    rgba[i * 4 + 3] = 255;
  }
}
