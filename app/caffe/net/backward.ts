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
    let needed = Array.from({ length: blobs }, (_, i) => param[i]?.lr_mult ?? 1).some((mult) => mult !== 0);
    for (const blob of layer.bottoms) needed ||= blob?.needsGradient ?? false;
    layer.propagateDown = layer.bottoms.map((blob, i) => asked[i] ?? blob?.needsGradient ?? false);
    layer.needsBackward = needed;
    if (needed) for (const top of layer.tops) top.needsGradient = true;
  }
}

/** Takes back what leads to no loss, and what only feeds layers that were told not to propagate. */
function reversePass(layers: readonly LayerDraft[]): void {
  const underLoss = new Map<BlobDraft, boolean[]>();
  const skipped = new Map<BlobDraft, boolean[]>();
  const isUnderLoss = (blob: BlobDraft): boolean => underLoss.get(blob)?.includes(true) ?? false;
  const isSkipped = (blob: BlobDraft): boolean => {
    const readers = skipped.get(blob) ?? [];
    if (readers.length < blob.consumers.length || readers.length === 0) return false;
    // Several readers stand behind a Split: it passes no gradient where the blob needs none or no reader leads to a loss.
    if (readers.length > 1 && (!blob.needsGradient || !isUnderLoss(blob))) return true;
    return readers.every(Boolean);
  };
  const note = (notes: Map<BlobDraft, boolean[]>, blob: BlobDraft, value: boolean): void => {
    const known = notes.get(blob);
    if (known) known.push(value);
    else notes.set(blob, [value]);
  };
  for (const layer of layers.toReversed()) {
    const contributes = layer.tops.some((top) => top.lossWeight !== 0 || isUnderLoss(top));
    const skips = layer.tops.every(isSkipped);
    if (layer.needsBackward && skips) {
      layer.needsBackward = false;
      layer.propagateDown = layer.propagateDown.map(() => false);
    }
    if (!contributes) {
      layer.needsBackward = false;
      layer.propagateDown = layer.propagateDown.map(() => false);
    }
    layer.bottoms.forEach((blob, i) => {
      if (!blob) return;
      note(underLoss, blob, contributes);
      note(skipped, blob, layer.propagateDown[i] !== true);
    });
  }
}
