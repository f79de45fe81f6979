/** Random small programs for property tests: kernels in the shapes that layers make, over a few shared buffers. */
import fc from 'fast-check';
import * as b from '../ir/build.ts';
import type { Axis, Expr } from '../ir/expr.ts';
import type { BufferDeclaration, Kernel, Program, Store } from '../ir/kernel.ts';
import { buffersRead, buffersWritten } from '../ir/rewrite.ts';

/** Every image-shaped buffer holds images × channels × pixels. */
const [IMAGES, CHANNELS, PIXELS] = [3, 4, 6] as const;
const SIZE = IMAGES * CHANNELS * PIXELS;
const BUFFERS = 6;

/** One step of a recipe: a form, the buffers it works on (modulo those there are), and a free number. */
interface Step {
  readonly form: number;
  readonly inputs: readonly [number, number, number];
  readonly output: number;
  readonly add: boolean;
  readonly number: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  form: fc.nat(FORMS().length - 1),
  inputs: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
  output: fc.nat(BUFFERS - 1),
  add: fc.boolean(),
  number: fc.integer({ min: -3, max: 3 }),
});

/** A legal program of up to ten kernels in one sequence `run`, with most buffers transient. */
export const randomProgram: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(step, { minLength: 2, maxLength: 10 }),
    fc.array(fc.boolean(), { minLength: BUFFERS, maxLength: BUFFERS }),
  )
  .map(([steps, persistent]) => build(steps, persistent));

function build(steps: readonly Step[], persistent: readonly boolean[]): Program {
  const image = (id: string, kept: boolean): BufferDeclaration => ({
    id,
    dtype: 'f32',
    size: SIZE,
    lifetime: kept ? 'persistent' : 'transient',
  });
  const buffers: BufferDeclaration[] = [
    image('input', true),
    ...persistent.map((kept, i) => image(`t${i}`, kept)),
    { id: 'bias', dtype: 'f32', size: CHANNELS, lifetime: 'persistent' },
    { id: 'weights', dtype: 'f32', size: CHANNELS * CHANNELS, lifetime: 'persistent' },
    { id: 'totals', dtype: 'f32', size: CHANNELS, lifetime: 'persistent' },
    { id: 'norm', dtype: 'f32', size: 1, lifetime: 'persistent' },
  ];
  const transient = new Set(buffers.filter((d) => d.lifetime === 'transient').map((d) => d.id));
  const written = new Set<string>();
  const kernels: Kernel[] = [];
  steps.forEach((s, at) => {
    const readable = ['input', ...persistent.map((_, i) => `t${i}`)].filter(
      (id) => !transient.has(id) || written.has(id),
    );
    const inputs = s.inputs.map((i) => readable[i % readable.length] ?? 'input');
    const output = `t${s.output}`;
    // Adding needs something to add to.
    const mode = s.add && readable.includes(output) ? 'add' : 'set';
    const kernel = FORMS()[s.form]?.(`k${at}`, inputs as [string, string, string], output, mode, s.number);
    if (kernel === undefined) return;
    kernels.push(kernel);
    for (const id of buffersWritten(kernel)) written.add(id);
  });
  const used = new Set(kernels.flatMap((k) => [...buffersRead(k), ...buffersWritten(k)]));
  return {
    buffers: buffers.filter((d) => d.lifetime === 'persistent' || used.has(d.id)),
    scalars: [{ name: 'rate', dtype: 'f32' }],
    sequences: { run: kernels },
  };
}

type Form = (
  label: string,
  inputs: readonly [string, string, string],
  output: string,
  mode: Store['mode'],
  number: number,
) => Kernel | undefined;

const compute = (label: string, axes: readonly Axis[], ...stores: Store[]): Kernel => ({
  kind: 'compute',
  label,
  axes,
  stores,
});

/** A fresh set of image axes, and the flat index over them. */
function imageAxes(): { axes: [Axis, Axis, Axis]; index: Expr } {
  const axes: [Axis, Axis, Axis] = [b.axis(IMAGES), b.axis(CHANNELS), b.axis(PIXELS)];
  return { axes, index: b.flatten([IMAGES, CHANNELS, PIXELS], axes.map(b.at)) };
}

function FORMS(): readonly Form[] {
  return [
    // A flat chain of one input, also in place.
    (label, [x], output, mode, number) => {
      const i = b.axis(SIZE);
      const v = b.load(x, b.at(i));
      const value = b.add(b.mul(b.max(v, number), b.tanh(v)), b.scalar('rate'));
      return compute(label, [i], { buffer: output, index: b.at(i), value, mode });
    },
    // A flat sum of two, storing two results.
    (label, [x, y, z], output, mode, number) => {
      const i = b.axis(SIZE);
      const index = b.at(i);
      const value = b.add(b.load(x, index), b.mul(b.load(y, index), number));
      const stores: Store[] = [{ buffer: output, index, value, mode }];
      if (z !== output && z !== 'input')
        stores.push({ buffer: z, index, value: b.mul(b.load(x, index), 0.5), mode: 'set' });
      return compute(label, [i], ...stores);
    },
    // Bias by channel over image axes.
    (label, [x], output, mode) => {
      const { axes, index } = imageAxes();
      const value = b.add(b.load(x, index), b.load('bias', b.at(axes[1])));
      return compute(label, axes, { buffer: output, index, value, mode });
    },
    // Bias by channel over a flat axis.
    (label, [x], output, mode) => {
      const i = b.axis(SIZE);
      const channel = b.mod(b.floordiv(b.at(i), PIXELS), CHANNELS);
      const value = b.mul(b.load(x, b.at(i)), b.load('bias', channel));
      return compute(label, [i], { buffer: output, index: b.at(i), value, mode });
    },
    // A window over pixels with a guarded load and a reduction.
    (label, [x], output, mode) => {
      if (x === output) return undefined;
      const { axes, index } = imageAxes();
      const k = b.axis(3);
      const p = b.add(b.at(axes[2]), b.sub(b.at(k), b.i32(1)));
      const from = b.flatten([IMAGES, CHANNELS, PIXELS], [b.at(axes[0]), b.at(axes[1]), p]);
      const guard = b.and(b.le(b.i32(0), p), b.lt(p, b.i32(PIXELS)));
      const value = b.sum([k], b.load(x, from, { guard }));
      return compute(label, axes, { buffer: output, index, value, mode });
    },
    // A 1×1 convolution: channels mixed, stored with images and pixels as columns, with an epilogue of another buffer.
    (label, [x, y], output, mode, number) => {
      if (x === output) return undefined;
      const [m, image, pixel, k] = [b.axis(CHANNELS), b.axis(IMAGES), b.axis(PIXELS), b.axis(CHANNELS)];
      const index = b.flatten([IMAGES, CHANNELS, PIXELS], [b.at(image), b.at(m), b.at(pixel)]);
      const value = b.add(b.acc, number === 0 ? b.load('bias', b.at(m)) : b.load(y, index));
      return {
        kind: 'contract',
        label,
        batch: [],
        m: [m],
        n: [image, pixel],
        k: [k],
        a: b.load('weights', b.flatten([CHANNELS, CHANNELS], [b.at(m), b.at(k)])),
        b: b.load(x, b.flatten([IMAGES, CHANNELS, PIXELS], [b.at(image), b.at(k), b.at(pixel)])),
        stores: [{ buffer: output, index, value, mode }],
      };
    },
    // A weight gradient: a long product with few results.
    (label, [x, y]) => {
      const [m, n, image, pixel] = [b.axis(CHANNELS), b.axis(CHANNELS), b.axis(IMAGES), b.axis(PIXELS)];
      const element = (buffer: string, channel: Axis): Expr =>
        b.load(buffer, b.flatten([IMAGES, CHANNELS, PIXELS], [b.at(image), b.at(channel), b.at(pixel)]));
      return {
        kind: 'contract',
        label,
        batch: [],
        m: [m],
        n: [n],
        k: [image, pixel],
        a: b.exp(b.mul(element(x, m), -0.1)),
        b: element(y, n),
        stores: [
          {
            buffer: 'weights',
            index: b.flatten([CHANNELS, CHANNELS], [b.at(m), b.at(n)]),
            value: b.mul(b.acc, 0.01),
            mode: 'add',
          },
        ],
      };
    },
    // Statistics by channel: two reductions in one kernel.
    (label, [x]) => {
      const [c, image, pixel] = [b.axis(CHANNELS), b.axis(IMAGES), b.axis(PIXELS)];
      const v = b.load(x, b.flatten([IMAGES, CHANNELS, PIXELS], [b.at(image), b.at(c), b.at(pixel)]));
      const value = b.sub(b.sum([image, pixel], b.mul(v, v)), b.reduce('max', [image, pixel], v));
      return compute(label, [c], { buffer: 'totals', index: b.at(c), value, mode: 'set' });
    },
    // A norm of everything, then used by what follows through `norm`.
    (label, [x, y]) => {
      const i = b.axis(SIZE);
      const value = b.sqrt(b.sum([i], b.abs(b.mul(b.load(x, b.at(i)), b.load(y, b.at(i))))));
      return compute(label, [], { buffer: 'norm', index: b.i32(0), value, mode: 'set' });
    },
    // Scaling by what was reduced.
    (label, [x], output, mode) => {
      const { axes, index } = imageAxes();
      const value = b.div(b.load(x, index), b.add(b.add(b.abs(b.load('totals', b.at(axes[1]))), b.load('norm', 0)), 1));
      return compute(label, axes, { buffer: output, index, value, mode });
    },
  ];
}
