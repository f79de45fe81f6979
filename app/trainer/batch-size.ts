/** The batch size of a net's data layers, and the same text with another one: for saying which batch would fit. */
import { has } from '../caffe/schema/dsl.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import { applyEdits } from '../caffe/text/apply-edits.ts';
import { rangeOf } from '../caffe/text/decode.ts';
import type { Range } from '../caffe/diagnostics.ts';

const PARAMS = ['data_param', 'image_data_param', 'hdf5_data_param', 'memory_data_param', 'window_data_param'] as const;

/** Where a net's data layers say their batch size, and the largest; undefined where none says one. */
export function batchSizeOf(net: TypedNet): { readonly size: number; readonly ranges: readonly Range[] } | undefined {
  const found = net.layers.flatMap(({ parameter }) =>
    PARAMS.flatMap((name) => {
      const settings = has(parameter, name) ? parameter[name] : undefined;
      const range = settings && rangeOf(settings, 'batch_size');
      const size = settings?.batch_size;
      return range === undefined || size === undefined ? [] : [{ size, range }];
    }),
  );
  if (found.length === 0) return undefined;
  return { size: Math.max(...found.map(({ size }) => size)), ranges: found.map(({ range }) => range) };
}

/** A net's text with another batch size in the data layers of this net; the same text where they say none. */
export function textWithBatch(text: string, net: TypedNet, size: number): string {
  const { ranges = [] } = batchSizeOf(net) ?? {};
  return applyEdits(
    text,
    ranges.toSorted((a, b) => a.start - b.start).map((range) => ({ range, text: String(size) })),
  );
}
