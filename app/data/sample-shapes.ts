/**
 * The ten classes of the sample set. Seven are outlines with a plain fill, three are patterns within an outline that says nothing.
 * Outlines are signed distances in units of the shape's radius: negative inside, positive outside.
 */
import type { Random } from './random.ts';

/** A function of a place in the shape's own frame. */
export type Field = (x: number, y: number) => number;

/** One class: its name, and how an example of it is drawn. */
export interface SampleClass {
  readonly name: string;
  /** The outline, in units of the radius, and for a pattern a function of pixels that is positive where the first of its two colours goes. */
  draw(random: Random): { readonly outline: Field; readonly pattern?: Field };
}

const disc: Field = (x, y) => Math.sqrt(x * x + y * y) - 0.85;
const ring: Field = (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.68) - 0.2;
const square: Field = (x, y) => box(x, y, 0.75, 0.75);
const cross: Field = (x, y) => Math.min(box(x, y, 0.95, 0.28), box(x, y, 0.28, 0.95));
const moon: Field = (x, y) => Math.max(Math.sqrt(x * x + y * y) - 0.95, 0.72 - Math.sqrt((x - 0.45) ** 2 + y * y));
const triangle: Field = (x, y) => Math.max(y, Math.abs(x) * 0.866 - y * 0.5) - 0.5;

/** Five points: the plane is folded onto one half of a point, whose edge is a straight line from tip to notch. */
const star: Field = (x, y) => {
  const sector = (2 * Math.PI) / 5;
  const angle = Math.atan2(y, x);
  const folded = Math.abs(angle - sector * Math.round(angle / sector));
  const radius = Math.sqrt(x * x + y * y);
  const [px, py] = [radius * Math.cos(folded), radius * Math.sin(folded)];
  const [tipX, notchX, notchY] = [1.05, 0.45 * Math.cos(sector / 2), 0.45 * Math.sin(sector / 2)];
  const [edgeX, edgeY] = [notchX - tipX, notchY];
  return (edgeX * -py + edgeY * (px - tipX)) / Math.hypot(edgeX, edgeY);
};

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
}

function plain(name: string, outline: Field): SampleClass {
  return { name, draw: () => ({ outline }) };
}

/** A pattern of the given spacing in pixels, within a disc, a square or a triangle as it comes. */
function patterned(name: string, pattern: (spacing: number) => Field): SampleClass {
  return {
    name,
    draw: (random) => {
      const outline = [disc, square, triangle][Math.floor(random() * 3)] as Field;
      return { outline, pattern: pattern(3.6 + 2.6 * random()) };
    },
  };
}

const stripes = (spacing: number): Field => {
  const k = (2 * Math.PI) / spacing;
  return (x) => Math.sin(k * x);
};

const checks = (spacing: number): Field => {
  const k = Math.PI / spacing;
  return (x, y) => Math.sin(k * x) * Math.sin(k * y);
};

const dots = (spacing: number): Field => {
  const k = (2 * Math.PI) / (spacing * 1.1);
  return (x, y) => Math.cos(k * x) + Math.cos(k * y) - 0.7;
};

/** The classes in label order. */
export const sampleClasses: readonly SampleClass[] = [
  plain('disc', disc),
  plain('ring', ring),
  plain('square', square),
  plain('triangle', triangle),
  plain('star', star),
  plain('cross', cross),
  plain('moon', moon),
  patterned('stripes', stripes),
  patterned('checks', checks),
  patterned('dots', dots),
];
