/**
 * A net on the interpreter, in double precision: what the tests of layers run. Blobs and parameters are named as in the
 * golden cases: `bottom/BLOB`, `param/LAYER/I`, `top/BLOB`, `top_diff/BLOB`, `bottom_diff/BLOB`, `param_diff/LAYER/I`.
 */
import { buildNet } from '../../caffe/net/build-net.ts';
import type { Shape } from '../../caffe/net/layer-table.ts';
import type { TypedNet } from '../../caffe/net/typed-net.ts';
import type { Phase } from '../../caffe/schema/net-messages.ts';
import { compileNet } from '../../compiler/compile-net.ts';
import type { CompiledNet } from '../../compiler/compiled-net.ts';
import { singleProgram } from '../../compiler/compile-training.ts';
import { verify, verifyProgram } from '../../engine/ir/verify.ts';
import { createReferenceEngine, type ReferenceExecutable } from '../../engine/reference/reference-engine.ts';
import { definitionOf, layerTable } from '../index.ts';

/** Values by name. */
export type Values = ReadonlyMap<string, ArrayLike<number>>;

/** One named tensor of a net. */
interface Place {
  readonly name: string;
  readonly buffer: string;
  readonly shape: Shape;
}

export interface InterpretedNet {
  readonly net: TypedNet;
  /** Labels of the kernels that the layers emit, in order. */
  readonly kernels: readonly string[];
  /** What must be given: inputs and parameters. */
  readonly given: readonly Place[];
  /** The net's outputs. */
  readonly outputs: readonly (Place & { readonly lossWeight: number })[];
  /** Runs forward (and backward) once. Names that are not given keep what they held. */
  run(values: Values, scalars?: { readonly seed?: number; readonly pass?: number }): Map<string, Float64Array>;
}

/** Builds and compiles a net. Every mistake in its text is thrown, since a test meant it to be right. */
export async function interpretNet(
  text: string,
  options: {
    readonly phase?: Phase;
    readonly record?: Shape;
    readonly backward?: boolean;
    /** How many items pass each Filter, by the layers' names. */
    readonly passing?: ReadonlyMap<string, number>;
  } = {},
): Promise<InterpretedNet> {
  const phase = options.phase ?? 'TRAIN';
  const net = buildNet(text, { phase, layers: layerTable, record: options.record });
  const errors = net.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0 || !net.complete) throw new Error(errors.map((d) => d.message).join(' ') || 'Incomplete net.');
  const sources = net.layers.filter((l) => l.info?.source === true).flatMap((l) => l.tops);
  const compiled = compileNet(net, definitionOf, {
    prefix: 'test',
    passing: options.passing ?? new Map(),
    backward: options.backward ?? phase === 'TRAIN',
    keepGradients: sources,
    hostGradients: net.outputs.filter((id) => net.blobs.get(id)?.lossWeight === 0),
  });
  // Legal as the layers emit it, and as it runs.
  const buffers = new Map(compiled.buffers.map((b) => [b.id, b]));
  for (const kernel of compiled.kernels) verify(kernel, buffers);
  const program = singleProgram(compiled);
  verifyProgram(program);
  const executable = await createReferenceEngine({ checkRaces: true }).load(program);
  const given = givenPlaces(compiled);
  const results = resultPlaces(compiled, sources);
  const outputs = compiled.outputs.map(({ blob, buffer, shape }) => ({
    name: `top/${blob.name}`,
    buffer,
    shape,
    lossWeight: blob.lossWeight,
  }));
  return {
    net,
    kernels: compiled.kernels.map(({ label }) => label),
    given,
    outputs,
    run(values, scalars = {}) {
      for (const place of [...given, ...gradientPlaces(compiled)]) write(executable, place, values.get(place.name));
      executable.run('run', { seed: scalars.seed ?? 1, pass: scalars.pass ?? 0 });
      return new Map(
        [...outputs, ...results].map((place) => [place.name, Float64Array.from(executable.storage(place.buffer))]),
      );
    },
  };
}

function write(executable: ReferenceExecutable, place: Place, values: ArrayLike<number> | undefined): void {
  if (values !== undefined) executable.storage(place.buffer).set(values);
}

const nameOf = (net: TypedNet, id: string): string => net.blobs.get(id)?.name ?? id;
const shapeOf = (net: TypedNet, id: string): Shape => net.blobs.get(id)?.shape ?? [];
const isUsed = (compiled: CompiledNet, buffer: string): boolean => compiled.buffers.some((b) => b.id === buffer);

/** Inputs as `bottom/BLOB` (a data layer's own as `LAYER/NAME`), then parameters; shared ones under their owner. */
function givenPlaces(compiled: CompiledNet): Place[] {
  const inputs = compiled.inputs.map(({ layer, name, buffer, shape }) => {
    const top = name.startsWith('top/') ? layer.tops[Number(name.slice(4))] : undefined;
    return { name: top === undefined ? `${layer.name}/${name}` : `bottom/${nameOf(compiled.net, top)}`, buffer, shape };
  });
  const params = compiled.params.map(({ layerName, position, buffer, owned }) => ({
    name: `param/${layerName}/${position}`,
    buffer,
    shape: owned.declaration.shape,
  }));
  return [...inputs, ...params];
}

function gradientPlaces(compiled: CompiledNet): Place[] {
  const { net } = compiled;
  return net.outputs.flatMap((id) => {
    const buffer = compiled.gradientBuffer(id);
    return isUsed(compiled, buffer) ? [{ name: `top_diff/${nameOf(net, id)}`, buffer, shape: shapeOf(net, id) }] : [];
  });
}

function resultPlaces(compiled: CompiledNet, sources: readonly string[]): Place[] {
  const { net } = compiled;
  const bottoms = sources.map((id) => ({
    name: `bottom_diff/${nameOf(net, id)}`,
    buffer: compiled.gradientBuffer(id),
    shape: shapeOf(net, id),
  }));
  const params = net.layers.flatMap((layer) =>
    layer.params.flatMap(({ owner, shape }, i) => {
      const param = compiled.params[owner];
      if (param === undefined) return [];
      const after = { name: `param_after/${layer.name}/${i}`, buffer: param.buffer, shape };
      const diff = { name: `param_diff/${layer.name}/${i}`, buffer: param.diff ?? '', shape };
      return param.diff === undefined ? [after] : [diff, after];
    }),
  );
  return [...bottoms, ...params].filter((place) => isUsed(compiled, place.buffer));
}
