/**
 * The second set made on the spot: digits drawn with a pen, 28×28 and gray as MNIST's, for LeNet and its like. Each digit is a few strokes,
 * straight or bent; hand, slant, size, pen and place are drawn at random. White on black, as MNIST.
 */
import type { ImageDataset, ImageSplit } from './image-dataset.ts';
import { mix, randomStream, type Random } from './random.ts';

const size = 28;
const pixels = size * size;

/** A stroke: its ends and what bends it, a quadratic curve in a box of 0 to 1, y downwards. */
type Stroke = readonly [number, number, number, number, number, number];

/** A straight stroke. */
const line = (x0: number, y0: number, x1: number, y1: number): Stroke => [x0, y0, (x0 + x1) / 2, (y0 + y1) / 2, x1, y1];

/** The strokes of each digit, in the ways in which people write it. */
const ways: readonly (readonly (readonly Stroke[])[])[] = [
  [
    [
      [0.5, 0, -0.05, 0.05, 0.05, 0.5],
      [0.05, 0.5, 0, 1, 0.5, 1],
      [0.5, 1, 1, 1, 0.95, 0.5],
      [0.95, 0.5, 1, 0, 0.5, 0],
    ],
  ],
  [
    [line(0.5, 0, 0.5, 1)],
    [line(0.25, 0.25, 0.55, 0), line(0.55, 0, 0.55, 1)],
    [line(0.25, 0.25, 0.5, 0), line(0.5, 0, 0.5, 1), line(0.25, 1, 0.75, 1)],
  ],
  [
    [
      [0.1, 0.25, 0.3, -0.1, 0.7, 0.05],
      [0.7, 0.05, 1.1, 0.3, 0.55, 0.65],
      line(0.55, 0.65, 0.05, 1),
      line(0.05, 1, 0.95, 1),
    ],
  ],
  [
    [
      [0.1, 0.1, 0.8, -0.15, 0.8, 0.25],
      [0.8, 0.25, 0.8, 0.45, 0.4, 0.48],
      [0.4, 0.48, 1, 0.5, 0.9, 0.78],
      [0.9, 0.78, 0.75, 1.1, 0.05, 0.92],
    ],
    [
      line(0.1, 0, 0.9, 0),
      line(0.9, 0, 0.45, 0.42),
      [0.45, 0.42, 1.05, 0.45, 0.9, 0.78],
      [0.9, 0.78, 0.7, 1.1, 0.05, 0.92],
    ],
  ],
  [
    [line(0.65, 0, 0.05, 0.65), line(0.05, 0.65, 0.98, 0.65), line(0.7, 0.3, 0.7, 1)],
    [line(0.15, 0, 0.1, 0.55), line(0.1, 0.55, 0.9, 0.5), line(0.85, 0, 0.8, 1)],
  ],
  [
    [
      line(0.9, 0, 0.2, 0),
      line(0.2, 0, 0.15, 0.45),
      [0.15, 0.45, 0.85, 0.25, 0.9, 0.65],
      [0.9, 0.65, 0.85, 1.1, 0.05, 0.95],
    ],
  ],
  [
    [
      [0.8, 0.02, 0.2, 0.1, 0.1, 0.65],
      [0.1, 0.65, 0.1, 1, 0.5, 1],
      [0.5, 1, 0.95, 0.95, 0.88, 0.7],
      [0.88, 0.7, 0.75, 0.4, 0.13, 0.62],
    ],
  ],
  [
    [line(0.05, 0, 0.95, 0), line(0.95, 0, 0.35, 1)],
    [line(0.05, 0.02, 0.95, 0), line(0.95, 0, 0.4, 1), line(0.3, 0.5, 0.85, 0.5)],
  ],
  [
    [
      [0.5, 0.46, 0.05, 0.4, 0.15, 0.2],
      [0.15, 0.2, 0.3, -0.1, 0.75, 0.05],
      [0.75, 0.05, 1, 0.35, 0.5, 0.46],
      [0.5, 0.46, -0.1, 0.6, 0.15, 0.88],
      [0.15, 0.88, 0.45, 1.1, 0.85, 0.9],
      [0.85, 0.9, 1.05, 0.6, 0.5, 0.46],
    ],
  ],
  [
    [
      [0.88, 0.3, 0.6, 0.65, 0.2, 0.42],
      [0.2, 0.42, 0, 0.1, 0.45, 0],
      [0.45, 0, 0.9, -0.02, 0.88, 0.3],
      line(0.88, 0.3, 0.75, 1),
    ],
    [
      [0.88, 0.3, 0.6, 0.65, 0.2, 0.42],
      [0.2, 0.42, 0, 0.1, 0.45, 0],
      [0.45, 0, 0.9, -0.02, 0.88, 0.3],
      [0.88, 0.3, 0.9, 0.95, 0.3, 1],
    ],
  ],
];

/** The set that the Data tab offers: 10,000 training and 2,000 test images. */
export const openingDigits = (): ImageDataset => generateDigits(1, { train: 10_000, test: 2000 });

/** Makes the digits of a seed: the same pixels for the same seed and counts, classes mixed and equally frequent (to within one image). */
export function generateDigits(seed: number, counts: { readonly train: number; readonly test: number }): ImageDataset {
  return {
    name: 'Digits',
    source: 'generated',
    channels: 1,
    height: size,
    width: size,
    classNames: ways.map((_, digit) => String(digit)),
    train: generateSplit(mix(seed ^ 0xd161), counts.train),
    test: generateSplit(mix(seed ^ 0x7e57d161), counts.test),
  };
}

function generateSplit(seed: number, count: number): ImageSplit {
  const images = new Uint8Array(count * pixels);
  const labels = new Uint16Array(count);
  const order = randomStream(seed);
  const field = new Float32Array(pixels);
  let deck: number[] = [];
  for (let i = 0; i < count; i++) {
    // Labels are dealt from shuffled decks of all classes, so every batch sees most classes.
    if (deck.length === 0) deck = shuffledDigits(order);
    const digit = deck.pop() as number;
    labels[i] = digit;
    drawDigit(field, images.subarray(i * pixels, (i + 1) * pixels), digit, randomStream(mix(seed) + i));
  }
  return { images, labels, count };
}

function shuffledDigits(random: Random): number[] {
  const items = [...ways.keys()];
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
  return items;
}

/** Draws one digit. `field` is scratch space: the distance of each pixel to the nearest stroke. */
function drawDigit(field: Float32Array, image: Uint8Array, digit: number, random: Random): void {
  const between = (low: number, high: number) => low + (high - low) * random();
  const forms = ways[digit] as readonly (readonly Stroke[])[];
  const strokes = forms[Math.floor(random() * forms.length)] as readonly Stroke[];
  const [width, height] = [between(9, 15), between(15, 20.5)];
  const [slant, turn] = [between(-0.15, 0.35), between(-0.25, 0.25)];
  const [centreX, centreY] = [size / 2 + between(-2, 2), size / 2 + between(-2, 2)];
  const shake = between(0.02, 0.09);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  field.fill(size);
  // Strokes meet where they meet: what a point is moved by depends on the point, not on the stroke.
  const moved = new Map<string, readonly [number, number]>();
  const place = (x: number, y: number): readonly [number, number] => {
    const key = `${x},${y}`;
    let found = moved.get(key);
    if (found === undefined) {
      const dx = (x - 0.5 + shake * (random() * 2 - 1) + slant * (0.5 - y)) * width;
      const dy = (y - 0.5 + shake * (random() * 2 - 1)) * height;
      found = [centreX + cos * dx - sin * dy, centreY + sin * dx + cos * dy];
      moved.set(key, found);
    }
    return found;
  };
  for (const [x0, y0, xm, ym, x1, y1] of strokes) drawStroke(field, place(x0, y0), place(xm, ym), place(x1, y1));
  const pen = between(0.8, 1.6);
  const ink = between(190, 255);
  const noise = between(0, 12);
  for (let i = 0; i < pixels; i++) {
    const cover = Math.min(1, Math.max(0, pen + 0.5 - (field[i] as number)));
    image[i] = Math.round(Math.min(255, cover * ink + noise * random()));
  }
}

type Point = readonly [number, number];

/** Lowers the field around a curve, as a row of short straight pieces. */
function drawStroke(field: Float32Array, from: Point, bend: Point, to: Point): void {
  const pieces = 8;
  let [px, py] = from;
  for (let i = 1; i <= pieces; i++) {
    const t = i / pieces;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    const [qx, qy] = [a * from[0] + b * bend[0] + c * to[0], a * from[1] + b * bend[1] + c * to[1]];
    drawPiece(field, px, py, qx, qy);
    [px, py] = [qx, qy];
  }
}

function drawPiece(field: Float32Array, x0: number, y0: number, x1: number, y1: number): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy || 1;
  const reach = 3;
  const first = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a: number, b: number) => Math.min(size - 1, Math.ceil(Math.max(a, b) + reach));
  for (let y = first(y0, y1); y <= last(y0, y1); y++) {
    for (let x = first(x0, x1); x <= last(x0, x1); x++) {
      const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
      const [ox, oy] = [x - x0 - along * dx, y - y0 - along * dy];
      const distance = Math.sqrt(ox * ox + oy * oy);
      const at = y * size + x;
      if (distance < (field[at] as number)) field[at] = distance;
    }
  }
}
