/** What could stand at the free end of a line: types that take the blob it carries, or that make one. Pure. */
import type { LayerInfo, Shape } from '../caffe/net/layer-table.ts';
import { readNet } from '../caffe/net/read-net.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { BlockTemplate } from '../caffe/text/blocks/block-template.ts';
import type { Offer } from './palette-groups.ts';

/** Thrown by a shape rule that refuses; never leaves this file. */
class Refused extends Error {}

/** Does a new layer of the type, with its usual settings, take a blob of this shape as its only bottom? */
function takes(info: LayerInfo, shape: Shape | undefined, phase: Phase): boolean {
  if (info.bottoms.max === 0) return false;
  // With one bottom alone nothing can be said of a layer that needs more.
  if (shape === undefined || info.bottoms.min > 1) return true;
  const [source] = readNet(`layer { type: "${info.type}" bottom: "in" top: "out"\n${info.template ?? ''} }`).layers;
  if (source === undefined) return true;
  const refuse = (message: string): never => {
    throw new Refused(message);
  };
  try {
    info.shape({
      layer: source.layer,
      phase,
      bottoms: [shape],
      fail: refuse,
      // Nobody can know: that is no reason against it.
      unknown: refuse,
      warn: () => undefined,
    });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

const blockTakes = ({ reads }: BlockTemplate): boolean => reads;

/** Of all that is offered, what takes a blob of this shape. */
export const takersOf = ({ layers, blocks }: Offer, shape: Shape | undefined, phase: Phase): Offer => ({
  layers: layers.filter((info) => takes(info, shape, phase)),
  blocks: blocks.filter(blockTakes),
});

/** Of all that is offered, what makes a blob. */
export const makersOf = ({ layers, blocks }: Offer): Offer => ({
  layers: layers.filter(({ tops, loss, differentiable, source }) => {
    // Losses and measures end a net.
    const ends = loss === true || (differentiable === false && source !== true);
    return tops.max > 0 && !ends;
  }),
  blocks: blocks.filter(({ makes }) => makes),
});
