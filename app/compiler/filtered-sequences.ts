/**
 * The sequences of a net with Filter layers in a training: one that finds out a filter's selector, and one for each number of
 * items that pass. Nets without filters have the one sequence of their name.
 */
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { LayerDefinition } from '../layers/definition.ts';
import { compileNet } from './compile-net.ts';
import type { CompiledNet, CompileOptions } from './compiled-net.ts';
import { filtersOf, type FilterOf, type Passing } from './filtered-net.ts';

/** A net of a training, and how it is compiled but for the numbers of items that pass. */
export interface NetInTraining {
  readonly net: TypedNet;
  /** Its prefix is the name of its sequence. */
  readonly options: CompileOptions;
}

export interface NamedSequence {
  readonly sequence: string;
  readonly net: CompiledNet;
}

/** `train` where all items pass, `train@3,2` where three and two do. */
export function sequenceName({ net, options }: NetInTraining, passing: Passing): string {
  const filters = filtersOf(net).filter(({ name }) => passing.has(name));
  const all = filters.every(({ name, items }) => passing.get(name) === items);
  return all ? options.prefix : `${options.prefix}@${filters.map(({ name }) => passing.get(name)).join()}`;
}

/** The whole pass for these numbers. Inputs, ring and what is carried are those of the net where all items pass. */
export function passSequence(
  one: NetInTraining,
  passing: Passing,
  definitions: (type: string) => LayerDefinition | undefined,
): NamedSequence {
  const sequence = sequenceName(one, passing);
  const { options } = one;
  const net = compileNet(one.net, definitions, { ...options, prefix: sequence, home: options.prefix, passing });
  return { sequence, net };
}

/**
 * What a filter's selector depends on, where `passing` says how many items pass the filters before it. It has inputs of its
 * own, and carries on what it carries by itself, so that the pass that follows finds everything as if it came first.
 */
export function selectorSequence(
  one: NetInTraining,
  filter: FilterOf,
  passing: Passing,
  definitions: (type: string) => LayerDefinition | undefined,
): NamedSequence {
  const home = `${one.options.prefix}?${filter.name}`;
  const sequence = `${sequenceName(one, passing)}?${filter.name}`;
  const net = compileNet(one.net, definitions, {
    prefix: sequence,
    home,
    backward: false,
    passing,
    until: filter.selector,
  });
  return { sequence, net };
}
