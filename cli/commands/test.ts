/** `crema test`: loss and accuracy of trained weights, as `caffe test` gives them. */
import { compileNet } from '../../app/compiler/compile-net.ts';
import { RING_SLOTS, singleProgram } from '../../app/compiler/compile-training.ts';
import { definitionOf } from '../../app/layers/index.ts';
import { evaluate } from '../../app/trainer/evaluate.ts';
import { DatasetFeed } from '../../app/trainer/feed.ts';
import { copyWeights } from '../../app/trainer/weights.ts';
import { UsageError, oneOf, parseArguments, wholeNumber, type Command } from '../command.ts';
import { loadDataset, meanFor, recordOf, valuesFor } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { readText } from '../files.ts';
import { wholeNetOf } from '../net-files.ts';
import { weightsAt } from '../weight-inputs.ts';

const help = `Usage: crema test NET --weights F.caffemodel --data DIR_OR_ARCHIVE [OPTIONS]

Runs the net's TEST phase over the test images and prints the mean of each output. The
images stand in for the sources of the net's data layers.

Options:
  --weights FILE    the trained weights, copied by layer name (required)
  --data PATH       a CIFAR-10 archive, folder or batch file, or "sample" (required)
  --iterations N    batches to run (default: the whole test set)
  --engine          webgpu (default), wasm (processor), or reference (slow, exact)
  --json            prints {"accuracy", "loss", "iterations", "images", "outputs"}

Example:
  crema test cifar10_quick_train_test.prototxt --weights quick_iter_4000.caffemodel \\
    --data cifar-10-binary.tar.gz --json`;

export const test: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      {
        weights: { type: 'string' },
        data: { type: 'string' },
        iterations: { type: 'string' },
        engine: { type: 'string', default: 'webgpu' },
        json: { type: 'boolean' },
      },
      { name: 'NET', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    if (values.weights === undefined) throw new UsageError('--weights is missing: give the .caffemodel to test.');
    if (values.data === undefined)
      throw new UsageError('--data is missing: give a CIFAR-10 archive, folder or batch file.');
    const kind = oneOf('engine', values.engine, engineKinds);
    const wanted = wholeNumber('iterations', values.iterations, 1);
    const weights = await weightsAt(values.weights);
    const dataset = await loadDataset(values.data, terminal);
    const net = wholeNetOf(path, await readText(path), 'TEST', { record: recordOf(dataset) });
    const mean = await meanFor([net], path, dataset, terminal);
    const files = await valuesFor([net], path);
    const compiled = compileNet(net, definitionOf, { prefix: 'test', backward: false, ringSlots: RING_SLOTS });
    const feed = new DatasetFeed(dataset, { seed: 0, shuffle: false, mean, files });
    const engine = await openEngine(kind, terminal);
    try {
      const executable = await engine.load(singleProgram(compiled));
      copyWeights(executable, compiled, weights);
      feed.prepare(executable, compiled);
      const batch = compiled.inputs.find(({ name }) => name === 'images')?.shape[0] ?? 1;
      const batches = wanted ?? Math.ceil(dataset.test.count / batch);
      const images = batches * batch;
      if (wanted === undefined && images > dataset.test.count) {
        terminal.err(
          `Notice: ${dataset.test.count} images are no whole number of batches of ${batch}; the first ${images - dataset.test.count} count twice.`,
        );
      }
      const { accuracy, loss, outputs } = await evaluate({
        executable,
        net: compiled,
        sequence: () => 'run',
        feed,
        seed: 0,
        batches,
      });
      if (values.json === true) {
        terminal.out(
          JSON.stringify({ accuracy, loss, iterations: batches, images, outputs: Object.fromEntries(outputs) }),
        );
      } else {
        for (const [name, means] of outputs) terminal.out(`${name} = ${means.map((v) => v.toPrecision(6)).join(' ')}`);
      }
      executable.dispose();
      return 0;
    } finally {
      engine.dispose();
    }
  },
};
