/**
 * Pictures to records, as Caffe's convert_imageset does it: brought to one size and to colour or gray, stored channel by channel.
 * Decoding is the platform's (a function that is passed in); what happens to the pixels is here, the same everywhere.
 */
import { formatCount } from './file-names.ts';
import { DatasetError } from './image-dataset.ts';
import { imageHeader } from './image-header.ts';

/** A decoded picture: rows of pixels, each with its channels next to each other. 1 is gray, 3 RGB, 4 RGBA. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Decodes a picture file. Rejects where it cannot. */
export type ImageDecoder = (bytes: Uint8Array) => Promise<DecodedImage>;

/** What pictures are brought to. What is left out is taken from the pictures. */
export interface ImageSettings {
  readonly size?: { readonly width: number; readonly height: number };
  readonly gray?: boolean;
  /** Put training images into an order drawn from a seed. Default: yes for class folders, no for a list, whose order is kept. */
  readonly shuffle?: boolean;
}

/** Pictures of more pixels than this are not decoded: a file of a few bytes can claim to be a hundred thousand pixels wide. */
export const largestPicture = 1 << 26;

/**
 * Decodes a picture after a look at the size that it claims.
 *
 * @throws DatasetError where it is too large or cannot be decoded; the message goes behind the file's name.
 */
export async function decodePicture(bytes: Uint8Array, decode: ImageDecoder | undefined): Promise<DecodedImage> {
  const header = imageHeader(bytes);
  if (header === undefined) throw new DatasetError('is no picture that can be read (JPEG, PNG, GIF, WebP or BMP)');
  const { width, height } = header;
  if (width * height > largestPicture || width === 0 || height === 0) {
    throw new DatasetError(
      `says that it is ${formatCount(width)}×${formatCount(height)} pixels; up to ${formatCount(largestPicture)} pixels are read`,
    );
  }
  if (decode === undefined) throw new DatasetError('is a picture, and nothing here decodes pictures');
  try {
    const image = await decode(bytes);
    return header.gray && image.channels !== 1 ? { ...image, data: grayOf(image), channels: 1 } : image;
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError(`cannot be decoded (${reason})`, { cause: error });
  }
}

/** Shape of a record. */
export interface RecordShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Writes a picture into a record of 1 (gray) or 3 channels (RGB), resized where its size differs. Transparent is as it lies there. */
export function toRecord(image: DecodedImage, { channels, height, width }: RecordShape, record: Uint8Array): void {
  const plane = height * width;
  if (channels === 1) {
    resizePlane(grayOf(image), image.width, image.height, 1, 0, record, width, height);
    return;
  }
  for (let channel = 0; channel < channels; channel++) {
    const offset = image.channels === 1 ? 0 : channel;
    const out = record.subarray(channel * plane, (channel + 1) * plane);
    resizePlane(image.data, image.width, image.height, image.channels, offset, out, width, height);
  }
}

/** Brightness as OpenCV computes it, with its rounded 14-bit weights. */
function grayOf({ data, channels }: DecodedImage): Uint8Array | Uint8ClampedArray {
  if (channels === 1) return data;
  const out = new Uint8Array(data.length / channels);
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    out[i] = (red * 4899 + green * 9617 + blue * 1868 + 8192) >> 14;
  }
  return out;
}

/** Bilinear with pixel centres in the middle, as OpenCV's INTER_LINEAR, which convert_imageset uses. Same size: a copy. */
function resizePlane(
  data: Uint8Array | Uint8ClampedArray,
  fromWidth: number,
  fromHeight: number,
  stride: number,
  offset: number,
  out: Uint8Array,
  width: number,
  height: number,
): void {
  if (fromWidth === width && fromHeight === height) {
    for (let i = 0, at = offset; i < out.length; i++, at += stride) out[i] = data[at] as number;
    return;
  }
  const columns = taps(fromWidth, width);
  const rows = taps(fromHeight, height);
  const pixel = (x: number, y: number) => data[(y * fromWidth + x) * stride + offset] as number;
  for (let y = 0, to = 0; y < height; y++) {
    const [y0, y1, fy] = [rows.low[y] as number, rows.high[y] as number, rows.part[y] as number];
    for (let x = 0; x < width; x++, to++) {
      const [x0, x1, fx] = [columns.low[x] as number, columns.high[x] as number, columns.part[x] as number];
      const top = pixel(x0, y0) * (1 - fx) + pixel(x1, y0) * fx;
      const bottom = pixel(x0, y1) * (1 - fx) + pixel(x1, y1) * fx;
      out[to] = Math.round(top * (1 - fy) + bottom * fy);
    }
  }
}

function taps(from: number, to: number) {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const part = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    low[i] = Math.floor(place);
    high[i] = Math.min(from - 1, Math.floor(place) + 1);
    part[i] = place - Math.floor(place);
  }
  return { low, high, part };
}
