/** The gradient that is derived from an Expression's formula, to be read. */
import { useMemo } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { NetParameter } from '../caffe/schema/net-messages.ts';
import { decode } from '../caffe/text/decode.ts';
import { parse } from '../caffe/text/parse.ts';
import { gradientText } from '../layers/expression/gradient-text.ts';
import { FormulaError } from '../layers/expression/syntax.ts';
import type { LayerSlice } from './layer-slice.ts';

interface GradientTabProps {
  readonly net: NetView;
  readonly layer: LayerView;
  readonly slice: LayerSlice;
}

export function GradientTab({ net, layer, slice }: GradientTabProps) {
  const text = useMemo(() => gradientOf(net, layer, slice), [net, layer, slice]);
  if (text === undefined)
    return <p className="inspector-note">The formula has no meaning yet: see what is said of it in Settings.</p>;
  return (
    <section className="facts" aria-label="Gradient">
      <h3>Backward</h3>
      <p className="fold-doc">
        dtop is the gradient that comes from above; a name behind d is what a gradient is of. Sums run over axes of the
        values in them.
      </p>
      {/* Long lines scroll sideways: the keyboard has to get there too. */}
      <pre className="excerpt" tabIndex={0} aria-label="The derived gradient">
        {text}
      </pre>
    </section>
  );
}

/** Undefined where the formula is wrong, or the shapes of the bottoms are not known. */
function gradientOf(net: NetView, layer: LayerView, slice: LayerSlice): string | undefined {
  const known = layer.bottoms.map((id) => net.blobs.find((blob) => blob.id === id)?.shape);
  const parameter = decode(parse(slice.text), NetParameter).message.layer[0];
  const bottoms = known.flatMap((shape) => (shape === undefined ? [] : [shape]));
  if (bottoms.length < known.length || parameter === undefined) return undefined;
  try {
    return gradientText(parameter, bottoms);
  } catch (error) {
    if (error instanceof FormulaError) return undefined;
    throw error;
  }
}
