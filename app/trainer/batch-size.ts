/** The batch size of a net's data layers, and the same text with another one: for saying which batch would fit. */
import { has } from '../caffe/schema/dsl.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { applyEdits } from '../caffe/text/apply-edits.ts';
import { rangeOf } from '../caffe/text/decode.ts';
import type { Range, TextEdit } from '../caffe/diagnostics.ts';

const PARAMS = ['data_param', 'image_data_param', 'hdf5_data_param', 'memory_data_param', 'window_data_param'] as const;

interface BatchSize {
  readonly size: number;
  readonly range: Range;
}

/** Where a net's data layers say their batch size. */
function batchSizes(net: TypedNet): BatchSize[] {
  return net.layers.flatMap(({ parameter }) =>
    PARAMS.flatMap((name): BatchSize[] => {
      const settings = has(parameter, name) ? parameter[name] : undefined;
      const range = settings && rangeOf(settings, 'batch_size');
      const size = settings?.batch_size;
      return range === undefined || size === undefined ? [] : [{ size, range }];
    }),
  );
}

/** The largest batch size of a net's data layers; undefined where none says one. */
export function batchSizeOf(net: TypedNet): number | undefined {
  const sizes = batchSizes(net).map(({ size }) => size);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** A text with another batch size for its training net; its test nets' are no larger, too. */
export function textWithBatch(text: string, train: TypedNet, tests: readonly TypedNet[], size: number): string {
  const edits = new Map<number, TextEdit>();
  const set = ({ range }: BatchSize, value: number): void =>
    void edits.set(range.start, { range, text: String(value) });
  for (const net of tests) for (const own of batchSizes(net)) set(own, Math.min(own.size, size));
  for (const own of batchSizes(train)) set(own, size);
  return applyEdits(
    text,
    [...edits.values()].sort((p, q) => p.range.start - q.range.start),
  );
}
