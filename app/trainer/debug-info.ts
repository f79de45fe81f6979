/** `debug_info` as Caffe prints it: `Net::ForwardDebugInfo`, `BackwardDebugInfo` and `UpdateDebugInfo`. */
import type { CompiledParam } from '../compiler/compiled-net.ts';
import type { CompiledProbes, Probe } from '../compiler/probes.ts';
import { formatNumber } from './format-number.ts';

/** Lines of a forward and a backward pass, from the numbers in the probes' buffer. */
export function passLines(probes: CompiledProbes, values: ArrayLike<number>): string[] {
  const at = (place: number): number => values[place] ?? NaN;
  const lines = probes.all.map((probe, i) => probeLine(probe, at(i)));
  if (probes.sums.length === 0) return lines;
  const total = (of: (sums: CompiledProbes['sums'][number]) => number): number =>
    probes.sums.reduce((sum, sums) => sum + at(of(sums)), 0);
  const first = [total((s) => s.data), total((s) => s.diff)].map(formatNumber);
  const second = [total((s) => s.dataSquares), total((s) => s.diffSquares)].map((v) => formatNumber(Math.sqrt(v)));
  const norms = `L1 norm = (${first.join(', ')}); L2 norm = (${second.join(', ')})`;
  return [...lines, `    [Backward] All net params (data, diff): ${norms}`];
}

function probeLine({ pass, layer, what, name }: Probe, value: number): string {
  const [tag, part] = pass === 'forward' ? ['Forward', 'data'] : ['Backward', 'diff'];
  return `    [${tag}] Layer ${layer}, ${what} blob ${name} ${part}: ${formatNumber(value)}`;
}

/** Lines of an update: the mean absolute weight before it, and of what is subtracted. */
export function updateLines(params: readonly CompiledParam[], values: ArrayLike<number>): string[] {
  return params.map(
    ({ layerName, position }, i) =>
      `    [Update] Layer ${layerName}, param ${position} data: ${formatNumber(values[2 * i] ?? NaN)}; diff: ${formatNumber(values[2 * i + 1] ?? NaN)}`,
  );
}
