/** Findings of the net at the field they are about, as a path of the form; those about no field of it stay with the layer. */
import type { Diagnostic } from '../caffe/diagnostics.ts';
import type { LayerView } from '../caffe/net/net-view.ts';
import type { DocumentState } from '../store/document.ts';
import { pathTo } from './field-values.ts';
import { analysedText, sliceAt } from './layer-slice.ts';

/** Findings by the key of their path (`pathKey`); those of the whole layer under the empty key. */
export type Findings = ReadonlyMap<string, readonly Diagnostic[]>;

/** `convolution_param.0.kernel_size.0`: a path with every index written out, as a key. */
export const pathKey = (path: readonly (string | number)[]): string =>
  path
    .flatMap((step, i) => (typeof step === 'string' && typeof path[i + 1] !== 'number' ? [step, 0] : [step]))
    .join('.');

/** The findings of both phases inside a layer, each once, by the field of the form they belong to. */
export function findingsOf(nets: DocumentState['nets'], text: string, layer: LayerView): Findings {
  const found = new Map<string, Diagnostic[]>();
  if (nets === undefined) return found;
  const slice = sliceAt(analysedText(nets, text), layer.range, layer);
  const seen = new Set<string>();
  for (const diagnostic of [...nets.TRAIN.diagnostics, ...nets.TEST.diagnostics]) {
    const { range, code, message } = diagnostic;
    const key = `${range.start} ${code} ${message}`;
    if (range.start < layer.range.start || range.start >= layer.range.end || seen.has(key)) continue;
    seen.add(key);
    const inSlice = slice && { start: range.start - slice.start, end: range.end - slice.start };
    const place = slice && inSlice ? pathKey(pathTo(slice, inSlice)) : '';
    found.set(place, [...(found.get(place) ?? []), diagnostic]);
  }
  return found;
}

/** The findings at a field, and at any of its occurrences and what they hold with `deep`. */
export function findingsAt(
  findings: Findings,
  path: readonly (string | number)[],
  deep: boolean,
): readonly Diagnostic[] {
  const key = pathKey(path);
  const field = key.replace(/\.\d+$/, '');
  const out: Diagnostic[] = [];
  for (const [place, diagnostics] of findings) {
    if (place === key || (deep && place.startsWith(`${field}.`))) out.push(...diagnostics);
  }
  return out;
}

/** The findings at a message, and at what it holds under names that no field of the form has. */
export function looseAt(
  findings: Findings,
  path: readonly (string | number)[],
  known: Readonly<Record<string, unknown>>,
): readonly Diagnostic[] {
  const key = pathKey(path);
  return [...findings].flatMap(([place, diagnostics]) => {
    if (place === key) return diagnostics;
    if (!place.startsWith(`${key}.`)) return [];
    const [name = ''] = place.slice(key.length + 1).split('.');
    return Object.hasOwn(known, name) ? [] : diagnostics;
  });
}

/** The findings that no field of the form shows: those outside of the layer's fields of the given names. */
export function otherFindings(findings: Findings, shown: ReadonlySet<string>): readonly Diagnostic[] {
  return [...findings].flatMap(([place, diagnostics]) => (shown.has(place.split('.')[0] ?? '') ? [] : diagnostics));
}
