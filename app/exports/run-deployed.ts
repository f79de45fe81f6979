/** What a net for inference makes of given inputs on an engine: expected outputs of exports and of their tests. */
import type { Caffemodel } from '../caffe/wire/caffemodel.ts';
import { compileNet } from '../compiler/compile-net.ts';
import { singleProgram } from '../compiler/compile-training.ts';
import type { Engine } from '../engine/engine.ts';
import { definitionOf } from '../layers/index.ts';
import type { Deployed } from './deploy.ts';
import { ExportError } from './export-error.ts';
import { weightsFor } from './net-weights.ts';

/**
 * Runs the net once.
 *
 * @param inputs a value for each input blob, by name, as the net takes it (already prepared)
 * @returns each output by name
 * @throws ExportError where an input is missing; CompileError, EngineError.
 */
export async function runDeployed(
  engine: Engine,
  { net }: Deployed,
  model: Caffemodel,
  inputs: ReadonlyMap<string, Float32Array>,
): Promise<Map<string, Float32Array>> {
  const compiled = compileNet(net, definitionOf, { prefix: 'deploy', backward: false });
  const executable = await engine.load(singleProgram(compiled));
  try {
    const weights = weightsFor(net, model);
    for (const { layerName, position, buffer } of compiled.params) {
      const layer = net.layers.find(({ name }) => name === layerName);
      const blob = layer === undefined ? undefined : weights(layer)[position];
      if (blob === undefined) throw new Error(`Layer ${layerName} was compiled but is not in the net.`);
      executable.write(buffer, blob.data);
    }
    for (const { layer, name, buffer } of compiled.inputs) {
      const id = layer.tops[Number(/^top\/(\d+)$/.exec(name)?.[1] ?? 0)] ?? '';
      const blob = net.blobs.get(id)?.name ?? id;
      const value = inputs.get(blob);
      if (value === undefined) throw new ExportError(`The network needs a value for its input "${blob}".`, layer.name);
      executable.write(buffer, value);
    }
    executable.run('run', { seed: 1, pass: 0 });
    const outputs = new Map<string, Float32Array>();
    for (const { blob, buffer } of compiled.outputs)
      outputs.set(blob.name, Float32Array.from(await executable.read(buffer)));
    return outputs;
  } finally {
    executable.dispose();
  }
}
