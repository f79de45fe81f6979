/** An image file as the net takes images: the middle square, scaled to the data set's size, planar bytes. */
import type { ImageDataset } from '../data/dataset.ts';
import { WorkerError } from '../workers/failure.ts';

type Size = Pick<ImageDataset, 'channels' | 'height' | 'width'>;

/**
 * Decodes an image file to planar bytes [C, H, W]: cropped in the middle to the set's proportions, scaled, and turned to
 * grey for a set of one channel. Throws a WorkerError for a file that is no image.
 */
export async function planarPixels(file: Blob & { readonly name: string }, size: Size): Promise<Uint8Array> {
  const bitmap = await decode(file);
  const { width, height } = size;
  const scale = Math.min(bitmap.width / width, bitmap.height / height);
  const [sourceWidth, sourceHeight] = [width * scale, height * scale];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no 2d context');
  // Transparent parts become white, as a page shows them.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const left = (bitmap.width - sourceWidth) / 2;
  const top = (bitmap.height - sourceHeight) / 2;
  context.drawImage(bitmap, left, top, sourceWidth, sourceHeight, 0, 0, width, height);
  bitmap.close();
  return planar(context.getImageData(0, 0, width, height).data, size.channels);
}

/** RGBA, pixel by pixel, to one plane for each channel: red, green, blue, or grey (ITU-R 601) for a single one. */
export function planar(rgba: Uint8ClampedArray, channels: number): Uint8Array {
  const pixels = rgba.length / 4;
  const out = new Uint8Array(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [rgba[i * 4] as number, rgba[i * 4 + 1] as number, rgba[i * 4 + 2] as number];
    if (channels === 1) out[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else for (const [c, value] of [red, green, blue].entries()) if (c < channels) out[c * pixels + i] = value;
  }
  return out;
}

async function decode(file: Blob & { readonly name: string }): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    const message = `${file.name} is no image that this browser can read: choose a PNG, JPEG, WebP or GIF.`;
    throw new WorkerError({ code: 'dataset', message }, { cause: error });
  }
}
