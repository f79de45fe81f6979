/**
 * A data set made on the spot, so that a network can be trained before anything is downloaded: pictures of ten shapes and patterns in
 * CIFAR's format. Pose, size, colours, light, clutter and what covers part of the shape are all drawn at random, and colour says nothing
 * of the class, so a linear classifier stays poor while a small convolutional network learns within minutes.
 */
import { type ImageDataset, type ImageSplit } from './image-dataset.ts';
import { mix, randomStream, type Random } from './random.ts';
import { sampleClasses, type Field, type SampleClass } from './sample-shapes.ts';

const size = 32;
const pixels = size * size;
const channels = 3;

/** Number of images to make. */
export interface SampleCounts {
  readonly train: number;
  readonly test: number;
}

/** The sample set that the page opens with: 8,000 training and 2,000 test images. */
export const openingSample = (): ImageDataset => generateSample(1, { train: 8000, test: 2000 });

/** Makes the sample set of a seed: the same pixels for the same seed and counts, classes mixed and equally frequent (to within one image). */
export function generateSample(seed: number, counts: SampleCounts): ImageDataset {
  return {
    name: 'Shapes',
    source: 'generated',
    channelOrder: 'RGB',
    channels,
    height: size,
    width: size,
    classNames: sampleClasses.map(({ name }) => name),
    train: generateSplit(mix(seed), counts.train),
    test: generateSplit(mix(seed ^ 0x7e57), counts.test),
  };
}

function generateSplit(seed: number, count: number): ImageSplit {
  const images = new Uint8Array(count * channels * pixels);
  const labels = new Uint16Array(count);
  const canvas = new Float32Array(channels * pixels);
  const order = randomStream(seed);
  let deck: number[] = [];
  for (let i = 0; i < count; i++) {
    // Labels are dealt from shuffled decks of all classes, so every batch sees most classes.
    if (deck.length === 0) deck = shuffled(sampleClasses.length, order);
    const label = deck.pop() as number;
    labels[i] = label;
    const image = images.subarray(i * channels * pixels, (i + 1) * channels * pixels);
    drawImage(canvas, image, sampleClasses[label] as SampleClass, randomStream(mix(seed) + i));
  }
  return { images, labels, count };
}

function shuffled(count: number, random: Random): number[] {
  const items = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
  return items;
}

type Colour = readonly [number, number, number];

/** Draws one image. `canvas` is scratch space for one image. */
function drawImage(canvas: Float32Array, image: Uint8Array, shape: SampleClass, random: Random): void {
  const between = (low: number, high: number) => low + (high - low) * random();
  const background = groundColour(random);
  drawBackground(canvas, background, random);
  const pieces = Math.floor(between(0, 4));
  for (let i = 0; i < pieces; i++) drawClutter(canvas, between(0, size), between(0, size), random);

  const radius = between(8.5, 13);
  const centreX = size / 2 + between(-4, 4);
  const centreY = size / 2 + between(-4, 4);
  drawShape(canvas, shape, { centreX, centreY, radius, turn: between(0, 2 * Math.PI) }, background, random);
  if (random() < 0.35) {
    // A piece in front, near the rim of the shape.
    const angle = between(0, 2 * Math.PI);
    drawClutter(canvas, centreX + Math.cos(angle) * radius * 0.8, centreY + Math.sin(angle) * radius * 0.8, random);
  }
  develop(canvas, image, random);
}

/** A colour in which any channel may be anything. */
function anyColour(random: Random): Colour {
  return [255 * random(), 255 * random(), 255 * random()];
}

/** A colour for a background: muted, and rather dark. */
function groundColour(random: Random): Colour {
  const grey = 40 + 100 * random();
  return [grey + 60 * (random() - 0.5), grey + 60 * (random() - 0.5), grey + 60 * (random() - 0.5)];
}

function brightness([r, g, b]: Colour): number {
  return 0.3 * r + 0.59 * g + 0.11 * b;
}

/** A colour whose brightness stands out from another's, more often lighter than darker. */
function contrasting(other: Colour, random: Random): Colour {
  const lighter = random() < 0.8;
  for (let tries = 0; ; tries++) {
    const colour = anyColour(random);
    const difference = brightness(colour) - brightness(other);
    if (Math.abs(difference) > 50 && (difference > 0 === lighter || tries > 20)) return colour;
  }
}

/** A plain ground with a slow swell and a fainter fine grain running across it. */
function drawBackground(canvas: Float32Array, colour: Colour, random: Random): void {
  canvas.fill(colour[0], 0, pixels);
  canvas.fill(colour[1], pixels, 2 * pixels);
  canvas.fill(colour[2], 2 * pixels);
  addWave(canvas, 0.05 + 0.2 * random(), 25 * random(), random);
  addWave(canvas, 0.5 + 0.8 * random(), 10 * random(), random);
}

/** Adds a sine wave in a random direction. `number` is its angle per pixel. */
function addWave(canvas: Float32Array, number: number, height: number, random: Random): void {
  const angle = 2 * Math.PI * random();
  const phase = 2 * Math.PI * random();
  const [kx, ky] = [Math.cos(angle) * number, Math.sin(angle) * number];
  // sin(a + b) from the sines of a column and a row: a sine for each pixel would take longer than all the rest.
  const sines = Float32Array.from({ length: size }, (_, x) => height * Math.sin(kx * x + phase));
  const cosines = Float32Array.from({ length: size }, (_, x) => height * Math.cos(kx * x + phase));
  for (let y = 0, at = 0; y < size; y++) {
    const [sinY, cosY] = [Math.sin(ky * y), Math.cos(ky * y)];
    for (let x = 0; x < size; x++, at++) {
      const value = (sines[x] as number) * cosY + (cosines[x] as number) * sinY;
      canvas[at] = (canvas[at] as number) + value;
      canvas[at + pixels] = (canvas[at + pixels] as number) + value;
      canvas[at + 2 * pixels] = (canvas[at + 2 * pixels] as number) + value;
    }
  }
}

/** A short bar or a small blob, as likely to lie behind the shape as in front of it. */
function drawClutter(canvas: Float32Array, centreX: number, centreY: number, random: Random): void {
  const turn = Math.PI * random();
  const isBar = random() < 0.5;
  const length = isBar ? 3 + 6 * random() : 1.5 + 1.5 * random();
  const width = isBar ? 0.7 + 0.7 * random() : length * (0.6 + 0.4 * random());
  const colour = anyColour(random);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const inside: Field = (dx, dy) => {
    const along = (cos * dx + sin * dy) / length;
    const across = (cos * dy - sin * dx) / width;
    return (1 - Math.sqrt(along * along + across * across)) * width;
  };
  paint(canvas, centreX, centreY, length + 1, inside, () => colour);
}

interface Pose {
  readonly centreX: number;
  readonly centreY: number;
  readonly radius: number;
  readonly turn: number;
}

function drawShape(canvas: Float32Array, shape: SampleClass, pose: Pose, background: Colour, random: Random): void {
  const { centreX, centreY, radius, turn } = pose;
  const squeeze = 0.85 + 0.3 * random();
  const cos = Math.cos(turn) / radius;
  const sin = Math.sin(turn) / radius;
  const front = contrasting(background, random);
  const back = contrasting(front, random);
  const { outline, pattern } = shape.draw(random);
  paint(
    canvas,
    centreX,
    centreY,
    radius * 1.2,
    (dx, dy) => -outline((cos * dx + sin * dy) * squeeze, (cos * dy - sin * dx) / squeeze) * radius,
    pattern === undefined
      ? () => front
      : (dx, dy) => (pattern((cos * dx + sin * dy) * radius, (cos * dy - sin * dx) * radius) > 0 ? front : back),
  );
}

/** Paints the pixels around a centre. `inside` is the depth of a pixel within the figure, in pixels; its edge is softened over one. */
function paint(
  canvas: Float32Array,
  centreX: number,
  centreY: number,
  reach: number,
  inside: Field,
  colourAt: (dx: number, dy: number) => Colour,
): void {
  const first = (centre: number) => Math.max(0, Math.floor(centre - reach));
  const last = (centre: number) => Math.min(size - 1, Math.ceil(centre + reach));
  for (let y = first(centreY); y <= last(centreY); y++) {
    for (let x = first(centreX); x <= last(centreX); x++) {
      const cover = Math.min(1, inside(x - centreX, y - centreY) + 0.5);
      if (cover <= 0) continue;
      const colour = colourAt(x - centreX, y - centreY);
      for (let channel = 0, at = y * size + x; channel < channels; channel++, at += pixels) {
        const below = canvas[at] as number;
        canvas[at] = below + cover * ((colour[channel] as number) - below);
      }
    }
  }
}

/** Light that falls from one side, and the noise of a cheap camera. */
function develop(canvas: Float32Array, image: Uint8Array, random: Random): void {
  const angle = 2 * Math.PI * random();
  const slope = 0.02 * random();
  const [slopeX, slopeY] = [slope * Math.cos(angle), slope * Math.sin(angle)];
  const level = 0.7 + 0.3 * random();
  const noise = 6 + 18 * random();
  // The noise of three channels comes from one step of a 32-bit counter generator: 18 million draws are most of the work otherwise.
  let state = Math.floor(random() * 2 ** 32);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      const light = level + slopeX * (x - size / 2) + slopeY * (y - size / 2);
      state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) | 0;
      const bits = mix(state);
      for (let channel = 0, to = at; channel < channels; channel++, to += pixels) {
        const grain = ((bits >>> (10 * channel)) & 1023) / 1023 - 0.5;
        image[to] = clampByte((canvas[to] as number) * light + noise * grain);
      }
    }
  }
}

function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
