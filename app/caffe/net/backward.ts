/**
 * Decides which layers compute gradients and for which bottoms, as Caffe's `Net::Init` does (net.cpp). Caffe inserts a
 * Split layer where a blob has several readers; here the blob with its list of readers plays that part.
 */
import { calledLayer } from './drafts.ts';
import type { BlobDraft, LayerDraft, NetReport } from './drafts.ts';

/** Fills in `needsBackward` and `propagateDown` of the layers and `needsGradient` of the blobs. */
export function decideBackward(layers: readonly LayerDraft[], forceBackward: boolean, report: NetReport): void {
  forwardPass(layers, report);
  reversePass(layers);
  if (!forceBackward) return;
  for (const layer of layers) {
    layer.needsBackward = true;
    const fixed = layer.info?.noGradientBottoms ?? [];
    layer.propagateDown = layer.propagateDown.map((down, i) => down || !fixed.includes(i));
    layer.bottoms.forEach((blob, i) => {
      if (blob && layer.propagateDown[i] === true) blob.needsGradient = true;
    });
  }
}

/** A layer is needed if a parameter of it learns or a gradient passes to what it reads. */
function forwardPass(layers: readonly LayerDraft[], report: NetReport): void {
  for (const layer of layers) {
    const { param, propagate_down: asked } = layer.parameter;
    if (asked.length > 0 && asked.length !== layer.bottoms.length) {
      report.refuse(
        layer,
        'bottom-count',
        `${calledLayer(layer)} has ${layer.bottoms.length} bottoms and ${asked.length} "propagate_down". Give one for each bottom, or none.`,
        'propagate_down',
      );
    }
    // Caffe looks at the multipliers in the text, so a BatchNorm without any counts as learning.
    const blobs = Math.max(layer.declarations.length, layer.info ? 0 : param.length);
    let needed = false;
    for (let i = 0; i < blobs; i++) needed ||= (param[i]?.lr_mult ?? 1) !== 0;
    for (const blob of layer.bottoms) needed ||= blob?.needsGradient ?? false;
    layer.propagateDown = layer.bottoms.map((blob, i) => asked[i] ?? blob?.needsGradient ?? false);
    layer.needsBackward = needed;
    if (needed) for (const top of layer.tops) top.needsGradient = true;
  }
}

/** What the readers of a blob have been found to be. */
interface Readers {
  count: number;
  underLoss: number;
  skipped: number;
}

/** Takes back what leads to no loss, and what only feeds layers that were told not to propagate. */
function reversePass(layers: readonly LayerDraft[]): void {
  const readers = new Map<BlobDraft, Readers>();
  const isUnderLoss = (blob: BlobDraft): boolean => (readers.get(blob)?.underLoss ?? 0) > 0;
  const isSkipped = (blob: BlobDraft): boolean => {
    const read = readers.get(blob);
    if (!read || read.count < blob.consumers.length) return false;
    // Several readers stand behind a Split: it passes no gradient where the blob needs none or no reader leads to a loss.
    if (read.count > 1 && (!blob.needsGradient || read.underLoss === 0)) return true;
    return read.skipped === read.count;
  };
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index] as LayerDraft;
    const contributes = layer.tops.some((top) => top.lossWeight !== 0 || isUnderLoss(top));
    if (!contributes || (layer.needsBackward && layer.tops.every(isSkipped))) {
      layer.needsBackward = false;
      layer.propagateDown = layer.propagateDown.map(() => false);
    }
    layer.bottoms.forEach((blob, i) => {
      if (!blob) return;
      let read = readers.get(blob);
      if (!read) readers.set(blob, (read = { count: 0, underLoss: 0, skipped: 0 }));
      read.count++;
      if (contributes) read.underLoss++;
      if (layer.propagateDown[i] !== true) read.skipped++;
    });
  }
}
