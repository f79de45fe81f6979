/** Who writes a blob, in the order of the text and in both phases. */
import type { SourceLayer } from '../net/read-net.ts';
import { phasesOf } from '../net/rules.ts';
import type { Phase } from '../schema/net-messages.ts';

type Layers = readonly SourceLayer[];

/** The last layer before `index` that writes the blob in the phase; -1 for none. */
function writerBefore(layers: Layers, index: number, blob: string, phase: Phase): number {
  return layers.findLastIndex(
    ({ layer }, i) => i < index && layer.top.includes(blob) && phasesOf(layer).includes(phase),
  );
}

/** For each phase, the last layer before `index` that writes the blob; -1 for none. */
export const writersBefore = (layers: Layers, index: number, blob: string, phases: readonly Phase[]): number[] =>
  phases.map((phase) => writerBefore(layers, index, blob, phase));
