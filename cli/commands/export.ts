/** `crema export`: a trained net, or a run, as files that other programs take up. */
import { chmod } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TypedNet } from '../../app/caffe/net/typed-net.ts';
import type { Caffemodel } from '../../app/caffe/wire/caffemodel.ts';
import { readBinaryproto } from '../../app/caffe/wire/binaryproto.ts';
import { compileNet } from '../../app/compiler/compile-net.ts';
import { singleProgram } from '../../app/compiler/compile-training.ts';
import { imageBytes, meanImage, type ImageDataset } from '../../app/data/dataset.ts';
import { createReferenceEngine } from '../../app/engine/reference/reference-engine.ts';
import { caffeFolder } from '../../app/exports/caffe/write-folder.ts';
import { deploy } from '../../app/exports/deploy.ts';
import { ExportError } from '../../app/exports/export-error.ts';
import { sampleOf } from '../../app/exports/onnx/sample.ts';
import { writeOnnx } from '../../app/exports/onnx/write-onnx.ts';
import { pytorchProject } from '../../app/exports/pytorch/write-project.ts';
import { fileName } from '../../app/exports/training-source.ts';
import { verifyBundle } from '../../app/exports/verify-bundle.ts';
import { writeWeights } from '../../app/exports/weights-files.ts';
import { zipFolder, type Folder } from '../../app/formats/zip-files.ts';
import { definitionOf } from '../../app/layers/index.ts';
import { collectWeights, initialise } from '../../app/trainer/weights.ts';
import {
  CommandError,
  UsageError,
  oneOf,
  parseArguments,
  wholeNumber,
  type Command,
  type Terminal,
} from '../command.ts';
import { findBeside, loadDataset, meanFor, recordOf } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { readBinary, readText, writeBytes } from '../files.ts';
import { wholeNetOf } from '../net-files.ts';
import { readSolverFiles } from '../solver-files.ts';
import { weightsAt } from '../weight-inputs.ts';

const KINDS = ['onnx', 'caffemodel', 'safetensors', 'npz', 'h5', 'caffe', 'pytorch', 'verify'] as const;

const help = `Usage: crema export NET --to FORMAT --out PATH [OPTIONS]

Writes a trained net for other programs:

  onnx          the net for inference, with what its data layer does to an image, for
                ONNX Runtime and others; takes bytes 0 to 255, any batch
  caffe         deploy.prototxt and weights; with --solver and --data a whole folder to
                train in with Caffe, on any number of GPUs
  pytorch       a project that trains the same net in the same way with PyTorch, on any
                number of GPUs and machines; needs --solver and --data
  verify        deploy.prototxt, weights, images of --data, what Crema makes of them, and
                a script that has OpenCV do the same and compares
  caffemodel, h5, safetensors, npz         the weights alone

Options:
  --weights FILE   trained weights in any of these forms (needed but for caffe and pytorch
                   with a solver: those then begin with the first weights of a seed)
  --solver FILE    the solver of the run
  --data PATH      the images: CIFAR-10 archive, folder or file; "sample" for the
                   generated set
  --mean FILE      the mean image, .binaryproto, where the net names one that is not there
  --seed N         seed of the run (default: the solver's random_seed, else 1)
  --no-shuffle     images in the order of their files
  --engine         what computes samples: reference (default), wasm, webgpu
  --out PATH       file to write; for folders also NAME.zip (required)

Example:
  crema export quick_train_test.prototxt --weights quick_iter_4000.caffemodel \\
    --to onnx --out quick.onnx`;

const options = {
  to: { type: 'string' },
  out: { type: 'string' },
  weights: { type: 'string' },
  solver: { type: 'string' },
  data: { type: 'string' },
  mean: { type: 'string' },
  seed: { type: 'string' },
  'no-shuffle': { type: 'boolean', default: false },
  engine: { type: 'string', default: 'reference' },
} as const;

type Values = ReturnType<typeof parseArguments<typeof options>>['values'];

export const exportCommand: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(args, options, { name: 'NET', min: 1, max: 1 });
    const path = positionals[0] as string;
    if (values.to === undefined) throw new UsageError(`--to is missing: give one of ${KINDS.join(', ')}.`);
    if (values.out === undefined) throw new UsageError('--out is missing: give the file or folder to write.');
    const kind = oneOf('to', values.to, KINDS);
    try {
      if (kind === 'pytorch' || (kind === 'caffe' && values.solver !== undefined))
        await exportRun(kind, path, values, values.out, terminal);
      else await exportNet(kind, path, values, values.out, terminal);
    } catch (cause) {
      if (cause instanceof ExportError) throw new CommandError(`${path}: ${cause.message}`, { cause });
      throw cause;
    }
    return 0;
  },
};

/** The net alone, with its weights. */
async function exportNet(
  kind: (typeof KINDS)[number],
  path: string,
  values: Values,
  out: string,
  terminal: Terminal,
): Promise<void> {
  if (values.weights === undefined) throw new UsageError('--weights is missing: give the trained weights.');
  const model = await weightsAt(values.weights);
  if (kind !== 'onnx' && kind !== 'caffe' && kind !== 'pytorch' && kind !== 'verify') {
    wholeNetOf(path, await readText(path), 'TEST');
    await writeBytes(out, await writeWeights(kind, model));
    terminal.out(`${out}: weights of ${path}.`);
    return;
  }
  const dataset = values.data === undefined ? undefined : await loadDataset(values.data, terminal);
  const record = dataset === undefined ? undefined : recordOf(dataset);
  const net = wholeNetOf(path, await readText(path), 'TEST', { record });
  const deployed = deploy(net, await meanOf(net, path, values, dataset));
  if (kind === 'caffe') {
    await writeFolder(
      out,
      fileName(basename(path, '.prototxt')),
      new Map([
        ['deploy.prototxt', { content: deployed.text }],
        ['weights.caffemodel', { content: await writeWeights('caffemodel', model) }],
      ]),
      terminal,
    );
    return;
  }
  const engine = await openEngine(oneOf('engine', values.engine, engineKinds), terminal);
  try {
    if (kind === 'verify') {
      if (dataset === undefined) throw new UsageError('--data is missing: give the images, or "sample".');
      const folder = await verifyBundle(engine, deployed, model, dataset);
      await writeFolder(out, fileName(basename(path, '.prototxt')), folder, terminal);
      return;
    }
    const image = dataset?.test.images.subarray(0, imageBytes(dataset)).slice();
    const sample = await sampleOf(engine, deployed, model, image);
    const file = writeOnnx(deployed, model, { classNames: dataset?.classNames, sample });
    await writeBytes(out, file);
    terminal.out(`${out}: ONNX, operator set 13, ${file.length.toLocaleString('en-US')} bytes.`);
  } finally {
    engine.dispose();
  }
}

/** The mean that the net's data layer names: as given, beside the net, or the data set's own. */
async function meanOf(
  net: TypedNet,
  path: string,
  { mean }: Values,
  dataset: ImageDataset | undefined,
): Promise<Float32Array | undefined> {
  if (mean !== undefined) return (await readBinary(mean, readBinaryproto)).data;
  const name = net.layers
    .map(({ parameter }) => parameter.transform_param?.mean_file)
    .find((file) => file !== undefined);
  if (name === undefined) return undefined;
  const found = findBeside(path, name);
  if (found !== undefined) return (await readBinary(found, readBinaryproto)).data;
  return dataset === undefined ? undefined : meanImage(dataset.train);
}

/** A whole run: net, solver, images and weights. */
async function exportRun(
  kind: 'caffe' | 'pytorch',
  path: string,
  values: Values,
  out: string,
  terminal: Terminal,
): Promise<void> {
  if (values.solver === undefined) throw new UsageError('--solver is missing: give the solver of the run.');
  if (values.data === undefined) throw new UsageError('--data is missing: give the images, or "sample".');
  const dataset = await loadDataset(values.data, terminal);
  const { solver, train, tests, netPath } = await readSolverFiles(values.solver, path, recordOf(dataset));
  const [test] = tests;
  const given = values.mean === undefined ? undefined : (await readBinary(values.mean, readBinaryproto)).data;
  const mean = given ?? (await meanFor([train, ...tests], netPath, dataset, terminal));
  const seed = wholeNumber('seed', values.seed, 0) ?? (solver.random_seed >= 0 ? solver.random_seed : 1);
  const weights = values.weights === undefined ? await firstWeights(train, seed) : await weightsAt(values.weights);
  const name = train.name === '' ? basename(path, '.prototxt') : train.name;
  const source = {
    name,
    netText: await readText(path),
    solverText: await readText(values.solver),
    train,
    test,
    weights,
    dataset,
    mean,
    seed,
    shuffle: !values['no-shuffle'],
  };
  await writeFolder(out, fileName(name), kind === 'pytorch' ? pytorchProject(source) : caffeFolder(source), terminal);
}

/** What the fillers of a net give for a seed: what a run begins with. */
async function firstWeights(net: TypedNet, seed: number): Promise<Caffemodel> {
  const compiled = compileNet(net, definitionOf, { prefix: 'first', backward: false });
  const executable = await createReferenceEngine().load(singleProgram(compiled));
  try {
    initialise(executable, compiled, seed);
    return await collectWeights(executable, compiled);
  } finally {
    executable.dispose();
  }
}

/** Writes a folder, or a zip of it where the name ends so. */
async function writeFolder(out: string, name: string, files: Folder, terminal: Terminal): Promise<void> {
  if (out.endsWith('.zip')) {
    const parts = await zipFolder(name, files);
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    await writeBytes(out, whole);
  } else {
    for (const [path, { content, executable }] of files) {
      await writeBytes(join(out, path), content);
      if (executable === true) await chmod(join(out, path), 0o755);
    }
  }
  terminal.out(`${out}: ${files.size} files.`);
}
