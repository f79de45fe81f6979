/** Pages of the image grid, and pixels on their way between planes and RGBA. */
import { expect, it } from 'vitest';
import { planar } from '../../shell/planar-pixels.ts';
import { imagePixels } from '../../data/dataset.ts';
import { gridFit, imagesOfClass } from './image-pages.ts';
import { interleave } from '../../look/interleave.ts';

const split = { images: Uint8Array.from([1, 2, 3, 4, 5, 6]), labels: Uint16Array.from([7, 0, 7]), count: 3 };

it('finds the images of a class in file order', () => {
  expect([...imagesOfClass(split, 7)]).toEqual([0, 2]);
  expect([...imagesOfClass(split, undefined)]).toEqual([0, 1, 2]);
  expect([...imagesOfClass(split, 3)]).toEqual([]);
});

it('fills the place there is, with one cell at least', () => {
  expect(gridFit(600, 130, 60, 62)).toEqual({ columns: 10, rows: 2, perPage: 20 });
  expect(gridFit(0, 0, 60, 62).perPage).toBe(1);
});

it('cuts one image out of a split', () => {
  expect([...imagePixels(split, 1)]).toEqual([3, 4]);
});

it('takes planes to RGBA and back', () => {
  const planes = Uint8Array.from([10, 20, 30, 40, 50, 60]);
  const rgba = new Uint8ClampedArray(8);
  interleave(planes, 3, rgba);
  expect([...rgba]).toEqual([10, 30, 50, 255, 20, 40, 60, 255]);
  expect([...planar(rgba, { channels: 3 })]).toEqual([...planes]);
});

it('shows one channel as grey, and makes grey of colours by their brightness', () => {
  const rgba = new Uint8ClampedArray(4);
  interleave([90], 1, rgba);
  expect([...rgba]).toEqual([90, 90, 90, 255]);
  expect([...planar(Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 255]), { channels: 1 })]).toEqual([76, 150]);
});

it('shows floats from their lowest to their highest, and blue first where it comes first', () => {
  const rgba = new Uint8ClampedArray(8);
  interleave([-1, 3], 1, rgba, { range: [-1, 3] });
  expect([...rgba]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  const one = new Uint8ClampedArray(4);
  interleave([10, 20, 30], 3, one, { channelOrder: 'BGR' });
  expect([...one]).toEqual([30, 20, 10, 255]);
});

it('brings a picture to the values and the order of colours that a set has', () => {
  const set = { channels: 3, channelOrder: 'BGR', range: [-1, 1] } as const;
  const pixels = planar(Uint8ClampedArray.from([255, 0, 51, 255]), set);
  expect(pixels).toEqual(Float32Array.from([-0.6, -1, 1]));
  const rgba = new Uint8ClampedArray(4);
  interleave(pixels, 3, rgba, set);
  expect([...rgba]).toEqual([255, 0, 51, 255]);
});
