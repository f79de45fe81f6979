/**
 * One recorded case of a net: given inputs, parameters and gradients of outputs, computes what Caffe's forward and
 * backward pass would leave in the blobs. Cases with Caffe's own answers are how layers are held to Caffe's numbers.
 */
import { buildNet } from '../caffe/net/build-net.ts';
import type { TypedNet } from '../caffe/net/typed-net.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import type { Engine, Executable } from '../engine/engine.ts';
import type { SafeTensor, SafetensorsFile } from '../formats/safetensors.ts';
import { countOf } from '../layers/definition.ts';
import { definitionOf, layerTable } from '../layers/index.ts';
import { compileNet } from './compile-net.ts';
import type { CompiledNet } from './compiled-net.ts';
import { singleProgram } from './compile-training.ts';
import { countSelected, filtersOf, type Passing } from './filtered-net.ts';

/** What a case lacks, or how it contradicts its net: a sentence to be put behind the file's name. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

type Tensors = ReadonlyMap<string, SafeTensor>;

/** What a case brings: its tensors, and a way to the values of files that its layers name. */
interface Given {
  readonly tensors: Tensors;
  readonly readValues: (file: string) => Promise<Float32Array>;
}

/**
 * Runs a case.
 *
 * @param netOf builds the case's net; the default throws a CaseError with its first mistake.
 * @param readValues reads the values of a file that a layer names
 * @returns `top/BLOB` for each output and each blob that an HDF5Output takes, and in TRAIN phase `bottom_diff/BLOB` for each input that has a gradient,
 *   `param_diff/LAYER/I` and `param_after/LAYER/I`; for layers that share a parameter, under each one's name.
 * @throws CaseError where the case lacks something or does not fit its net; CompileError, EngineError.
 */
export async function runCase(
  file: SafetensorsFile,
  engine: Engine,
  netOf: (text: string, phase: Phase) => TypedNet = wholeNet,
  readValues: (file: string) => Promise<Float32Array> = noFiles,
): Promise<Map<string, SafeTensor>> {
  const text = file.metadata.get('prototxt');
  const phase = file.metadata.get('phase');
  if (text === undefined) throw new CaseError('it has no "prototxt" in its metadata.');
  if (phase !== 'TRAIN' && phase !== 'TEST') {
    throw new CaseError(`the "phase" in its metadata is ${phase ?? 'missing'}, not TRAIN or TEST.`);
  }
  const net = netOf(text, phase);
  const given = { tensors: file.tensors, readValues };
  const passing = await countPassing(net, given, engine);
  return runCompiled(compileCase(net, file.tensors, passing), given, engine);
}

async function runCompiled(compiled: CompiledNet, given: Given, engine: Engine): Promise<Map<string, SafeTensor>> {
  const executable = await engine.load(singleProgram(compiled));
  try {
    await writeInputs(compiled, executable, given);
    executable.run('run', { seed: 1, pass: 0 });
    return await readResults(compiled, executable, compiled.net.phase);
  } finally {
    executable.dispose();
  }
}

/**
 * How many items pass each Filter, by the layers' names: what comes before one is computed, and its selector read. Each
 * Filter takes a forward pass of its own, since its selector may stand behind another.
 */
async function countPassing(net: TypedNet, given: Given, engine: Engine): Promise<Passing> {
  const passing = new Map<string, number>();
  for (const { name, selector } of filtersOf(net)) {
    const compiled = compileNet(net, definitionOf, { prefix: 'case', backward: false, passing, until: selector });
    const executable = await engine.load(singleProgram(compiled));
    try {
      await writeInputs(compiled, executable, given);
      executable.run('run', { seed: 1, pass: 0 });
      passing.set(name, countSelected(await executable.read(compiled.dataBuffer(selector))));
    } finally {
      executable.dispose();
    }
    if (passing.get(name) === 0)
      throw new CaseError(`no item passes the Filter layer "${name}", so nothing is left to compute with.`);
  }
  return passing;
}

function wholeNet(text: string, phase: Phase): TypedNet {
  const net = buildNet(text, { phase, layers: layerTable });
  const error = net.diagnostics.find((d) => d.severity === 'error');
  if (error !== undefined) throw new CaseError(error.message);
  return net;
}

const nameOf = (net: TypedNet, id: string): string => net.blobs.get(id)?.name ?? id;

function compileCase(net: TypedNet, tensors: Tensors, passing: Passing): CompiledNet {
  return compileNet(net, definitionOf, {
    prefix: 'case',
    passing,
    backward: net.phase === 'TRAIN',
    keepBlobs: writtenBlobs(net),
    keepGradients: inputBlobs(net),
    hostGradients: net.outputs.filter((id) => tensors.has(`top_diff/${nameOf(net, id)}`)),
  });
}

/** Ids of the blobs that the net is given. */
const inputBlobs = (net: TypedNet): string[] =>
  net.layers.filter((layer) => layer.info?.source === true).flatMap((layer) => layer.tops);

/** Ids of the blobs that Caffe would write to a file. */
const writtenBlobs = (net: TypedNet): string[] =>
  net.layers.filter((layer) => layer.type === 'HDF5Output').flatMap((layer) => layer.bottoms);

async function writeInputs(compiled: CompiledNet, executable: Executable, given: Given): Promise<void> {
  const { net } = compiled;
  const { tensors } = given;
  // A net that is computed in part has not all of its parameters.
  const write = (buffer: string, name: string) => {
    const declared = compiled.buffers.find(({ id }) => id === buffer);
    if (declared !== undefined) executable.write(buffer, valuesOf(tensors, name, declared.size));
  };
  for (const { layer, name, buffer, shape, file } of compiled.inputs) {
    if (file !== undefined) {
      const values = await given.readValues(file);
      if (values.length !== countOf(shape))
        throw new CaseError(`${file} holds ${values.length} values; layer "${layer.name}" needs ${countOf(shape)}.`);
      executable.write(buffer, values);
      continue;
    }
    const top = /^top\/(\d+)$/.exec(name)?.[1];
    const id = top === undefined ? undefined : layer.tops[Number(top)];
    if (id === undefined) {
      throw new CaseError(`layer "${layer.name}" (${layer.type}) reads a data set; a case needs an Input layer there.`);
    }
    write(buffer, `bottom/${nameOf(net, id)}`);
  }
  for (const { buffer, layerName, position } of compiled.params) write(buffer, `param/${layerName}/${position}`);
  for (const id of net.outputs) {
    const name = `top_diff/${nameOf(net, id)}`;
    const buffer = compiled.gradientBuffer(id);
    // The gradient of an output that nothing depends on has no buffer.
    if (tensors.has(name)) write(buffer, name);
  }
}

const noFiles = (file: string): Promise<never> =>
  Promise.reject(new CaseError(`it names the file ${file}, which cannot be read here.`));

function valuesOf(tensors: Tensors, name: string, size: number | undefined): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new CaseError(`it has no tensor ${name}.`);
  if (tensor.dtype !== 'F32') throw new CaseError(`its tensor ${name} is ${tensor.dtype}, not F32.`);
  if (tensor.data.length !== size) {
    throw new CaseError(`its tensor ${name} has ${tensor.data.length} values; its net has ${size ?? 0} there.`);
  }
  return tensor.data;
}

async function readResults(
  compiled: CompiledNet,
  executable: Executable,
  phase: Phase,
): Promise<Map<string, SafeTensor>> {
  const { net } = compiled;
  const results = new Map<string, SafeTensor>();
  const read = async (name: string, buffer: string, shape: readonly number[]) => {
    const data = await executable.read(buffer);
    results.set(name, { dtype: 'F32', shape, data: Float32Array.from(data) });
  };
  for (const { blob, buffer, shape } of compiled.outputs) await read(`top/${blob.name}`, buffer, shape);
  for (const id of writtenBlobs(net))
    await read(`top/${nameOf(net, id)}`, compiled.dataBuffer(id), net.blobs.get(id)?.shape ?? []);
  if (phase !== 'TRAIN') return results;
  for (const id of inputBlobs(net)) {
    const buffer = compiled.gradientBuffer(id);
    const shape = net.blobs.get(id)?.shape;
    if (shape !== undefined && compiled.buffers.some((b) => b.id === buffer)) {
      await read(`bottom_diff/${nameOf(net, id)}`, buffer, shape);
    }
  }
  for (const layer of net.layers) {
    for (const [i, { owner, shape }] of layer.params.entries()) {
      const param = compiled.params[owner];
      if (param === undefined) throw new Error(`Parameter ${i} of ${layer.name} was not compiled.`);
      if (param.diff !== undefined) await read(`param_diff/${layer.name}/${i}`, param.diff, shape);
      await read(`param_after/${layer.name}/${i}`, param.buffer, shape);
    }
  }
  return results;
}
