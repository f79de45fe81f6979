/** Decodes pictures with the browser's own decoders, in a worker: whatever the browser shows can be a data set. */
import type { DecodedImage } from './image-pixels.ts';

let canvas: OffscreenCanvas | undefined;
let context: OffscreenCanvasRenderingContext2D | null = null;

/**
 * An {@link ImageDecoder}. Colours come as they stand in the file: no colour profile is applied and alpha is not multiplied in, as OpenCV
 * reads pictures for Caffe. Turned as their camera says (EXIF), as OpenCV does too.
 */
export async function decodeInBrowser(bytes: Uint8Array): Promise<DecodedImage> {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const { width, height } = bitmap;
  canvas ??= new OffscreenCanvas(width, height);
  context ??= canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('the browser draws no pictures in workers');
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < height) canvas.height = height;
  context.clearRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, channels: 4, data };
}
