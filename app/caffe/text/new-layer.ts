/** The text of a new layer of a type, with its settings as the palette has them. */
import { V1_TYPES } from '../net/upgrade.ts';
import type { Phase } from '../schema/net-messages.ts';
import { takenIn, blobsIn, readPiece } from './draft-net.ts';
import type { Draft, DraftLayer } from './draft-net.ts';
import type { NewLayer } from './edit-actions.ts';
import { uniqueName } from './new-names.ts';
import { literalOf } from './strings.ts';

/** What a new layer is joined to. */
export interface Joints {
  readonly bottoms: readonly string[];
  /** The tops; made up from the layer's name when not given. */
  readonly tops?: readonly string[];
  /** The one phase it is limited to; undefined for both. */
  readonly phase: Phase | undefined;
}

/** One phase to name in an include rule, or none where the layer belongs to both. */
export const limited = (phases: readonly Phase[]): Phase | undefined => (phases.length === 1 ? phases[0] : undefined);

/** Is the network written in the old form? */
export const isOld = ({ own }: Draft): boolean => own.message.layers.length > 0;

/** The word for a type in the old form; undefined for a type it does not have. */
export const oldTypeOf = (type: string): string | undefined =>
  Object.keys(V1_TYPES).find((key) => V1_TYPES[key] === type);

/** Why a type cannot be written in this network. */
export const noOldType = (type: string): string =>
  `The old form of this network has no type for ${type}. Upgrade the network to the current format first.`;

/** A new layer, to be put into the draft; undefined in an old `layers` text for a type it cannot name. */
export function newLayer(draft: Draft, layer: NewLayer, joints: Joints): DraftLayer | undefined {
  const old = isOld(draft);
  const oldType = old ? oldTypeOf(layer.type) : undefined;
  if (old && oldType === undefined) return undefined;
  const blobs = blobsIn(draft.layers);
  const bottoms = [...joints.bottoms];
  const takesLabel = layer.bottoms.min === 2 && (layer.loss === true || layer.differentiable === false);
  if (bottoms.length === 1 && takesLabel && blobs.has('label')) bottoms.push('label');
  const taken = takenIn(draft.layers);
  const name = uniqueName(layer.type, taken);
  const lines = [
    `name: ${literalOf(name)}`,
    oldType === undefined ? `type: ${literalOf(layer.type)}` : `type: ${oldType}`,
    ...bottoms.map((blob) => `bottom: ${literalOf(blob)}`),
    ...(joints.tops ?? topNames(layer, name, taken)).map((blob) => `top: ${literalOf(blob)}`),
    ...(joints.phase === undefined ? [] : ['include {', `  phase: ${joints.phase}`, '}']),
    ...settingsLines(layer, old, joints.phase !== undefined),
  ];
  const text = [`${old ? 'layers' : 'layer'} {`, ...lines.map((line) => `  ${line}`), '}', ''].join('\n');
  return readPiece(text).layers[0];
}

/** The settings a new layer begins with; the old form writes multipliers otherwise, and has its own default for them. */
function settingsLines({ template = '' }: NewLayer, old: boolean, hasPhase: boolean): string[] {
  return template
    .split('\n')
    .filter((line) => line.trim() !== '')
    .filter((line) => !(old && line.startsWith('param ')) && !(hasPhase && line.startsWith('include ')));
}

function topNames(layer: NewLayer, name: string, taken: ReadonlySet<string>): readonly string[] {
  if (layer.tops.max === 0) return [];
  const source = layer.bottoms.max === 0;
  // Data layers give images and labels; Caffe's nets call them so.
  if (source && layer.tops.max > 1 && layer.type !== 'Input' && layer.type !== 'DummyData') {
    return [name, taken.has('label') ? uniqueName('label', taken) : 'label'];
  }
  const count = Math.max(1, layer.tops.min);
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}_${i}`));
}
