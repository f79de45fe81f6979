/** From files to typed nets: what several commands begin with. */
import { buildNet } from '../app/caffe/net/build-net.ts';
import type { Shape } from '../app/caffe/net/layer-table.ts';
import type { TypedNet } from '../app/caffe/net/typed-net.ts';
import type { Phase } from '../app/caffe/schema/net-messages.ts';
import { layerTable } from '../app/layers/index.ts';
import { CommandError, wholeNumber } from './command.ts';
import { firstError } from './positions.ts';

/** Shapes that come from outside the text. */
export interface Surroundings {
  /** Channels, height and width of the data set's images; undefined when there is no data set. */
  readonly record?: Shape | undefined;
  /** Shapes of blobs by name, over what the text says. */
  readonly inputs?: ReadonlyMap<string, Shape>;
  /** Stages and level that a solver builds the net with. */
  readonly stages?: readonly string[];
  readonly level?: number | undefined;
}

/** Options of commands that look at a net: the state, besides the phase, that Caffe takes from a solver. */
export const stateOptions = {
  stage: { type: 'string' as const, multiple: true as const, default: [] as string[] },
  level: { type: 'string' as const },
};

/** What `--stage` and `--level` say. */
export function stateOf(values: { readonly stage: readonly string[]; readonly level?: string | undefined }) {
  return { stages: values.stage, level: wholeNumber('level', values.level, 0) };
}

/** The net of a text in one phase, whatever is wrong with it. */
export function netOf(text: string, phase: Phase, surroundings: Surroundings = {}): TypedNet {
  const { record, inputs, stages, level } = surroundings;
  return buildNet(text, {
    phase,
    layers: layerTable,
    record,
    inputs: Object.fromEntries(inputs ?? []),
    stages: stages ?? [],
    ...(level === undefined ? {} : { level }),
  });
}

/**
 * The net of a text in one phase, with all its shapes.
 *
 * @param path as the user gave it, for the message
 * @throws CommandError with the first mistake and its place.
 */
export function wholeNetOf(path: string, text: string, phase: Phase, surroundings: Surroundings = {}): TypedNet {
  const net = netOf(text, phase, surroundings);
  const error = firstError(path, text, net.diagnostics);
  if (error !== undefined) throw new CommandError(error);
  const stuck = net.layers.find((layer) => layer.problem !== undefined);
  if (stuck !== undefined) throw new CommandError(`${path}: layer "${stuck.name}": ${stuck.problem}`);
  if (!net.complete) throw new CommandError(`${path} has no layer in phase ${phase}.`);
  return net;
}
