/**
 * How much of the input each place of a blob sees: the receptive field, carried from layer to layer through their
 * windows. Sizes are not cut off at the image's edge, as is usual.
 */
import type { Shape } from './layer-table.ts';
import type { NetLayer, TypedNet } from './typed-net.ts';

/** What is seen along one spatial axis of the input. */
export interface FieldAxis {
  /** Extent of what one place sees, in places of the input. */
  readonly size: number;
  /** Distance between what neighbouring places see; undefined where places have no order any more (a flat vector). */
  readonly stride: number | undefined;
  /** Where in the input the field of place 0 starts: negative where it reaches into padding. Undefined like `stride`. */
  readonly offset: number | undefined;
}

/** The axes behind the channels of the input, outermost first: for images, height and width. */
export type ReceptiveField = readonly FieldAxis[];

/** Extents behind batch and channels. */
const spatial = (shape: Shape): Shape => shape.slice(2);

/** Receptive fields of a net's blobs, by id. Blobs that see no image, or whose shape is not known, are not in it. */
export function receptiveFields(net: TypedNet): ReadonlyMap<string, ReceptiveField> {
  const fields = new Map<string, ReceptiveField>();
  for (const layer of net.layers) {
    layer.tops.forEach((top, index) => {
      const shape = net.blobs.get(top)?.shape;
      if (shape === undefined) return;
      const field = layer.bottoms.length === 0 ? sourceField(shape) : topField(layer, shape, index, net, fields);
      if (field !== undefined) fields.set(top, field);
    });
  }
  return fields;
}

function sourceField(shape: Shape): ReceptiveField | undefined {
  const axes = spatial(shape);
  return axes.length === 0 ? undefined : axes.map(() => ({ size: 1, stride: 1, offset: 0 }));
}

interface Seen {
  readonly field: ReceptiveField;
  readonly shape: Shape;
}

function topField(
  layer: NetLayer,
  top: Shape,
  index: number,
  net: TypedNet,
  fields: ReadonlyMap<string, ReceptiveField>,
): ReceptiveField | undefined {
  const { info } = layer;
  if (!info) return undefined;
  const seen = layer.bottoms.map((id): Seen | undefined => {
    const field = fields.get(id);
    const shape = net.blobs.get(id)?.shape;
    return field && shape ? { field, shape } : undefined;
  });
  const window = info.window?.bind(info);
  if (window) {
    // A layer with a top for each bottom moves its window over that one.
    const through = layer.tops.length === layer.bottoms.length ? seen[index] : seen[0];
    return through && stepped(through, window(layer.parameter, through.shape));
  }
  const known = seen.filter((one) => one !== undefined);
  // A row of scores has no places to keep apart: such a layer mixes everything it reads.
  const mixes = info.family === 'connect' || info.loss === true;
  return united(known.map((one) => (mixes ? everything(one) : carried(one, top, info.family === 'reshape'))));
}

/** Through a window on each axis. A field that has lost its places stays as it is. */
function stepped({ field, shape }: Seen, windows: readonly { size: number; stride: number; offset: number }[]) {
  if (windows.length !== spatial(shape).length || windows.length !== field.length) return field;
  return field.map((axis, i): FieldAxis => {
    const window = windows[i];
    if (!window || axis.stride === undefined || axis.offset === undefined) return axis;
    return {
      size: axis.size + (window.size - 1) * axis.stride,
      stride: axis.stride * window.stride,
      offset: axis.offset + window.offset * axis.stride,
    };
  });
}

/** Place by place where the extents stay; a reshaped blob keeps the size, but not the order; else all is seen. */
function carried(seen: Seen, top: Shape, reshaped: boolean): ReceptiveField {
  const from = spatial(seen.shape);
  const to = spatial(top);
  if (from.length === to.length && from.every((extent, i) => extent === to[i])) return seen.field;
  if (reshaped) return seen.field.map(({ size }) => ({ size, stride: undefined, offset: undefined }));
  return everything(seen);
}

/** One place that sees all places of a blob. */
function everything({ field, shape }: Seen): ReceptiveField {
  const extents = spatial(shape);
  return field.map((axis, i): FieldAxis => {
    const extent = extents[i] ?? 1;
    const size = axis.stride === undefined ? axis.size : axis.size + (extent - 1) * axis.stride;
    return { size, stride: undefined, offset: axis.offset };
  });
}

/** What several bottoms see together, where they look at inputs of as many axes. */
function united(fields: readonly ReceptiveField[]): ReceptiveField | undefined {
  const [first] = fields;
  if (!first) return undefined;
  const alike = fields.filter((field) => field.length === first.length);
  return first.map((_, i) => alike.map((field) => field[i] as FieldAxis).reduce(unite));
}

function unite(a: FieldAxis, b: FieldAxis): FieldAxis {
  if (a.offset === undefined || b.offset === undefined) {
    return { size: Math.max(a.size, b.size), stride: undefined, offset: undefined };
  }
  const offset = Math.min(a.offset, b.offset);
  const size = Math.max(a.offset + a.size, b.offset + b.size) - offset;
  return { size, stride: a.stride === b.stride ? a.stride : undefined, offset };
}
