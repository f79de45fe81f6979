/**
 * In which states a net can be meant where nobody says: Caffe's rules may ask for stages that only a solver names, such as
 * the two tests of the autoencoder, and without one of them such a net has no data.
 */
import type { LayerParameter, Phase } from '../schema/net-messages.ts';
import { buildNet } from './build-net.ts';
import type { BuildOptions } from './build-net.ts';
import { readNet } from './read-net.ts';
import { takesPart } from './rules.ts';
import type { TypedNet } from './typed-net.ts';

/** A net with the stages it was built in, besides those of its text. */
export interface StagedNet {
  readonly stages: readonly string[];
  readonly net: TypedNet;
}

/** Stages that rules of a layer ask for or exclude. */
const stagesOf = ({ include, exclude }: LayerParameter): string[] =>
  [...include, ...exclude].flatMap(({ stage, not_stage }) => [...stage, ...not_stage]);

/**
 * The nets of a text in one phase, in every state that makes sense: without stages, in each stage that the rules name,
 * and in all of them, but for those in which a blob is missing that another state has. At least one.
 */
export function netsOfStates(
  text: string,
  options: Omit<BuildOptions, 'stages'>,
): readonly [StagedNet, ...StagedNet[]] {
  const plain: StagedNet = { stages: [], net: buildNet(text, options) };
  const { layers, message } = readNet(text);
  const given = message.state?.stage ?? [];
  const names = new Set(layers.flatMap(({ layer }) => stagesOf(layer)).filter((name) => !given.includes(name)));
  if (names.size === 0) return [plain];
  const inStages = (stages: readonly string[]): StagedNet => ({ stages, net: buildNet(text, { ...options, stages }) });
  const level = options.level ?? message.state?.level ?? 0;
  const made = madeInSomeState(
    layers.map(({ layer }) => layer),
    { phase: options.phase, level },
    [[], ...[...names].map((name) => [name]), [...names]].map((stages) => [...given, ...stages]),
  );
  const isWhole = ({ net }: StagedNet): boolean => net.layers.length > 0 && !lacks(net, made);
  const [first, ...more] = [plain, ...[...names].map((name) => inStages([name]))].filter(isWhole);
  if (first) return [first, ...more];
  const together = inStages([...names]);
  return [isWhole(together) ? together : plain];
}

/** Names of the blobs that some layer makes in one of the states. */
function madeInSomeState(
  layers: readonly LayerParameter[],
  { phase, level }: { readonly phase: Phase; readonly level: number },
  stages: readonly (readonly string[])[],
): ReadonlySet<string> {
  const taking = layers.filter((layer) => stages.some((given) => takesPart({ phase, level, stages: given }, layer)));
  return new Set(taking.flatMap(({ top }) => top));
}

/** Does a layer of the net read a blob that nobody makes, though it could be made? */
const lacks = (net: TypedNet, made: ReadonlySet<string>): boolean =>
  net.layers.some(({ bottoms, parameter }) =>
    bottoms.some((id, i) => !net.blobs.has(id) && made.has(parameter.bottom[i] ?? '')),
  );
