/**
 * Shapes of LSTM and RNN: time × batch × values, a mark for where sequences go on, and maybe a blob that holds for all
 * times and the hidden state. Mirrors Caffe's recurrent_layer.cpp.
 */
import type { ParamDeclaration, Shape, ShapeContext, ShapeResult } from '../caffe/net/layer-table.ts';
import type { FillerParameter, LayerParameter } from '../caffe/schema/net-messages.ts';
import { setting } from '../caffe/schema/values.ts';
import { bottom, bottomText, requirePositive, sameShape } from './shape-rules.ts';
import { countRange, nth } from './views.ts';

interface Fillers {
  readonly weight_filler: FillerParameter | undefined;
  readonly bias_filler: FillerParameter | undefined;
}

/** The parameters of a recurrent layer, given the sizes of its inputs. */
export type RecurrentParams = (
  outputs: number,
  inputs: number,
  staticInputs: number | undefined,
  fillers: Fillers,
) => readonly ParamDeclaration[];

/** `hidden` is the number of blobs that the hidden state consists of. */
export function recurrentShape(c: ShapeContext, hidden: number, params: RecurrentParams): ShapeResult {
  const p = setting(c.layer, 'recurrent_param');
  const outputs = requirePositive(c, p.num_output, 'recurrent_param.num_output');
  const x = bottom(c, 0);
  if (x.length < 2) c.fail(`${bottomText(c, 0)} must have axes for time and batch, then values.`);
  const [time, batch] = [nth(x, 0), nth(x, 1)];
  if (!sameShape(bottom(c, 1), [time, batch]))
    c.fail(`${bottomText(c, 1)} must be ${time}×${batch}: for each time and item, 0 where a sequence starts, else 1.`);
  const exposed = p.expose_hidden ? hidden : 0;
  const least = 2 + exposed;
  if (c.bottoms.length < least || c.bottoms.length > least + 1)
    c.fail(
      `There must be ${least} bottoms (and one more for an input that holds for all times), not ${c.bottoms.length}.`,
      'bottom',
    );
  const staticInput = c.bottoms.length === least + 1 ? bottom(c, 2) : undefined;
  if (staticInput !== undefined && staticInput[0] !== batch)
    c.fail(`${bottomText(c, 2)} must hold ${batch} items, as ${bottomText(c, 0)} does.`);
  const state: Shape = [1, batch, outputs];
  return {
    tops: [[time, batch, outputs], ...Array.from({ length: exposed }, () => state)],
    params: params(outputs, countRange(x, 2), staticInput === undefined ? undefined : countRange(staticInput, 1), p),
  };
}

/**
 * Multiply-adds over all times: so many products with what comes in, and so many with the hidden state. An input that holds
 * for all times is multiplied once.
 */
export function recurrentMacs(
  layer: LayerParameter,
  bottoms: readonly Shape[],
  products: {
    readonly input: number;
    readonly state: number;
    /** The number of blobs that the hidden state consists of. */
    readonly hidden: number;
  },
): number {
  const { num_output: outputs, expose_hidden } = setting(layer, 'recurrent_param');
  const x = nth(bottoms, 0);
  const steps = countRange(x, 0, 2);
  const held = bottoms.length > 2 + (expose_hidden ? products.hidden : 0) ? countRange(nth(bottoms, 2), 0) : 0;
  return outputs * (products.input * (steps * countRange(x, 2) + held) + products.state * steps * outputs);
}
