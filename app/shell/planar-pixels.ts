/** An image file as the net takes images: the middle part, scaled to the data set's size, planar, in its values and order of colours. */
import type { ImageDataset, Pixels } from '../data/dataset.ts';
import { WorkerError } from '../workers/failure.ts';

/** How a set has its images. */
type Form = Pick<ImageDataset, 'channels' | 'channelOrder' | 'range'>;
type Size = Form & Pick<ImageDataset, 'height' | 'width'>;

/**
 * Decodes an image file to planar values [C, H, W]: cropped in the middle to the set's proportions, scaled, and turned to
 * grey for a set of one channel. Throws a WorkerError for a file that is no image.
 */
export async function planarPixels(file: Blob & { readonly name: string }, size: Size): Promise<Pixels> {
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
  return planar(context.getImageData(0, 0, width, height).data, size);
}

/**
 * RGBA, pixel by pixel, to one plane for each channel: the colours in the set's order, or grey (ITU-R 601) for a single one.
 * Bytes, or floats between the lowest and the highest value of a set of floats; `interleave` is the way back.
 */
export function planar(rgba: Uint8ClampedArray, { channels, channelOrder, range }: Form): Pixels {
  const pixels = rgba.length / 4;
  const out = range === undefined ? new Uint8Array(channels * pixels) : new Float32Array(channels * pixels);
  const [low, high] = range ?? [0, 255];
  const set = (at: number, byte: number): void => {
    out[at] = low + (byte * (high - low)) / 255;
  };
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [rgba[i * 4] as number, rgba[i * 4 + 1] as number, rgba[i * 4 + 2] as number];
    const colours = channelOrder === 'BGR' ? [blue, green, red] : [red, green, blue];
    if (channels === 1) set(i, Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
    else for (const [c, value] of colours.entries()) if (c < channels) set(c * pixels + i, value);
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
