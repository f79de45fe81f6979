/** Who writes and reads a blob, in the order of the text and in both phases: what edits of the graph need to know. */
import type { SourceLayer } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import type { Phase } from '../schema/net-messages.ts';

type Layers = readonly SourceLayer[];

/** All names of blobs in the text. */
export const blobNames = (layers: Layers): ReadonlySet<string> =>
  new Set(layers.flatMap(({ layer }) => [...layer.bottom, ...layer.top]));

/** The last layer before `index` that writes the blob in the phase; -1 for none. */
function writerBefore(layers: Layers, index: number, blob: string, phase: Phase): number {
  return layers.findLastIndex(
    ({ layer }, i) => i < index && layer.top.includes(blob) && phasesOf(layer).includes(phase),
  );
}

/** For each phase, the last layer before `index` that writes the blob; -1 for none. */
export const writersBefore = (layers: Layers, index: number, blob: string, phases: readonly Phase[]): number[] =>
  phases.map((phase) => writerBefore(layers, index, blob, phase));

/** The phases in which the blob is made by layers up to `index`. */
export function producingPhases(layers: Layers, index: number, blob: string): Phase[] {
  const phases: readonly Phase[] = ['TRAIN', 'TEST'];
  return phases.filter((phase) => writerBefore(layers, index + 1, blob, phase) >= 0);
}

/** The last of the layers that change the blob in place, one upon the other, behind the layer that makes it. */
export function lastInPlace(layers: Layers, producer: number, blob: string): number {
  let last = producer;
  for (let i = producer + 1; i < layers.length; i++) {
    const layer = layers[i]?.layer;
    const top = layer?.top.indexOf(blob) ?? -1;
    if (!layer || top < 0) continue;
    if (layer.bottom[top] === blob) last = i;
    else if (phasesOf(layer).some((phase) => phasesOf((layers[producer] as SourceLayer).layer).includes(phase))) break;
    else last = i; // The blob's maker in the other phase: what is put behind must stand behind both.
  }
  return last;
}

/** A bottom that is to read another blob. */
export interface Healing {
  readonly layer: number;
  readonly bottomIndex: number;
  readonly blob: string;
}

/**
 * What the bottoms of the layers that stay must read once others are gone: where the writer of a blob goes, its own
 * bottom. A bottom whose phases do not agree keeps its name: the blob is still made in one of them.
 */
export function healedBottoms(layers: Layers, gone: ReadonlySet<number>): Healing[] {
  const resolve = (phase: Phase, index: number, blob: string): string => {
    const writer = writerBefore(layers, index, blob, phase);
    const layer = layers[writer]?.layer;
    if (!layer || !gone.has(writer)) return blob;
    const top = layer.top.indexOf(blob);
    const bottom = layer.bottom[top] ?? layer.bottom[0];
    return bottom === undefined ? blob : resolve(phase, writer, bottom);
  };
  return layers.flatMap(({ layer }, index) => {
    if (gone.has(index)) return [];
    const phases = phasesOf(layer);
    return layer.bottom.flatMap((blob, bottomIndex): Healing[] => {
      const [first, ...others] = phases.map((phase) => resolve(phase, index, blob));
      if (first === undefined || first === blob || others.some((other) => other !== first)) return [];
      return [{ layer: index, bottomIndex, blob: first }];
    });
  });
}
