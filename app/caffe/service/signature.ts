/** What a layer reads and makes, as the signature of a function: how many bottoms and tops, and which is being written. */
import type { Arity, LayerTable } from '../net/layer-table.ts';
import { V1_TYPES } from '../net/upgrade.ts';
import { placeAt, wordIn } from './place.ts';
import type { TextKind } from './place.ts';

/** The signature of the layer around an offset. */
export interface Signature {
  /** `SoftmaxWithLoss (bottom, bottom, bottom?) → (top, top?)` */
  readonly label: string;
  readonly doc: string;
  /** Where each bottom and then each top stands in the label. */
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** Index of the part that the offset is at; undefined elsewhere in the layer. */
  readonly active: number | undefined;
}

/** The signature to show at an offset; undefined outside a layer of a known type. */
export function signatureAt(kind: TextKind, text: string, offset: number, layers: LayerTable): Signature | undefined {
  const place = placeAt(kind, text, offset);
  const word = place?.layer && wordIn(place.layer, 'type');
  const info = word === undefined ? undefined : layers.get(V1_TYPES[word] ?? word);
  if (!place?.layer || !info) return undefined;
  const parts: [number, number][] = [];
  let label = `${info.type} (`;
  const write = (names: readonly string[]): void =>
    names.forEach((name, i) => {
      if (i > 0) label += ', ';
      parts.push([label.length, label.length + name.length]);
      label += name;
    });
  const bottoms = partNames('bottom', info.bottoms);
  write(bottoms);
  label += ') → (';
  const tops = partNames('top', info.tops);
  write(tops);
  label += ')';
  const { field } = place;
  let active: number | undefined;
  if (place.message === place.layer && (field?.name === 'bottom' || field?.name === 'top')) {
    const same = place.layer.fields.filter(({ name }) => name === field.name);
    const names = field.name === 'bottom' ? bottoms : tops;
    const position = Math.min(same.indexOf(field), names.length - 1);
    if (position >= 0) active = (field.name === 'bottom' ? 0 : bottoms.length) + position;
  }
  return { label, doc: info.doc, parts, active };
}

/** `bottom, bottom?, …`: at least `min`, at most `max`. */
function partNames(name: string, { min, max }: Arity): string[] {
  const needed = Array<string>(min).fill(name);
  if (max === Infinity) return [...needed, '…'];
  return [...needed, ...Array<string>(max - min).fill(`${name}?`)];
}
