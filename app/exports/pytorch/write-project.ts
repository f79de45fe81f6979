/** The PyTorch project: model, data, solver and program, with everything that makes its run the one that Crema would make. */
import type { NetLayer, TypedNet } from '../../caffe/net/typed-net.ts';
import { EXPLICIT } from '../../caffe/schema/dsl.ts';
import { setting } from '../../caffe/schema/values.ts';
import { readSolver } from '../../caffe/solver/read-solver.ts';
import { writeNpy, writeNpz } from '../../formats/npz.ts';
import type { Folder, FolderFile } from '../../formats/zip-files.ts';
import { dataFiles } from '../data-files.ts';
import { ExportError } from '../export-error.ts';
import { weightsFor } from '../net-weights.ts';
import { fileName, type TrainingSource } from '../training-source.ts';
import { tensorsOf } from '../weights-files.ts';
import { LAYERS_SOURCE } from './layers-source.ts';
import { modelSource } from './model-source.ts';
import { DATA_SOURCE, SOLVER_SOURCE, TRAIN_SOURCE } from './train-source.ts';

/** The files of the project. Throws ExportError where a layer, the solver or the weights cannot be taken along. */
export function pytorchProject(source: TrainingSource): Folder {
  const { train, test, weights, mean, dataset } = source;
  const usedTest = dataset.test.count > 0 ? test : undefined;
  const files = new Map<string, FolderFile>();
  const put = (path: string, content: Uint8Array | string) => files.set(path, { content });
  put('README.md', readme(source));
  put('model.py', modelSource(train, usedTest));
  put('train.py', TRAIN_SOURCE);
  put('caffe_layers.py', LAYERS_SOURCE);
  put('caffe_solver.py', SOLVER_SOURCE);
  put('data.py', DATA_SOURCE);
  put('settings.json', `${JSON.stringify(settingsOf(source, usedTest), undefined, 2)}\n`);
  const find = weightsFor(train, weights);
  const layers = train.layers.map((layer) => ({ name: layer.name, type: layer.type, blobs: find(layer) }));
  put('weights.npz', writeNpz(tensorsOf({ name: train.name, layers })));
  for (const [path, file] of dataFiles(dataset)) files.set(path, file);
  if (
    [train, usedTest].some(
      (net) => net !== undefined && dataLayer(net).parameter.transform_param?.mean_file !== undefined,
    )
  )
    put(
      'data/mean.npy',
      writeNpy({ dtype: 'F32', shape: [dataset.channels, dataset.height, dataset.width], data: mean }),
    );
  return files;
}

function dataLayer(net: TypedNet): NetLayer {
  const layer = net.layers.find(({ type }) => type === 'Data' || type === 'ImageData');
  if (layer === undefined)
    throw new ExportError(`The network has no Data layer in phase ${net.phase}: open the form with one (train_test).`);
  return layer;
}

/** What `train.py` reads. */
function settingsOf(source: TrainingSource, test: TypedNet | undefined): object {
  const { settings, solver, extensions, diagnostics } = readSolver(source.solverText);
  const mistake = diagnostics.find(({ severity }) => severity === 'error');
  if (mistake !== undefined) throw new ExportError(`The solver has a mistake: ${mistake.message}`);
  return {
    network: source.train.name,
    snapshot_prefix: fileName(source.name),
    seed: source.seed,
    shuffle: source.shuffle,
    solver: {
      type: extensions.type ?? settings.type,
      base_lr: settings.baseLr,
      lr_policy: settings.policy.kind,
      gamma: solver.gamma ?? 0,
      power: solver.power ?? 0,
      stepsize: solver.stepsize ?? 0,
      stepvalue: [...solver.stepvalue],
      warmup_iter: extensions.warmupIter,
      momentum: settings.momentum,
      momentum2: settings.momentum2,
      delta: settings.delta,
      rms_decay: settings.rmsDecay,
      weight_decay: settings.weightDecay,
      regularization: settings.regularization,
      clip_gradients: settings.clipGradients ?? null,
      iter_size: settings.iterSize,
      max_iter: settings.maxIter,
      display: settings.display,
      snapshot: settings.snapshot,
      test_interval: settings.testInterval,
      test_iter: settings.tests[0]?.iterations ?? 0,
      test_initialization: settings.testInitialization,
    },
    train: dataSettings(source.train),
    test: test === undefined ? null : dataSettings(test),
  };
}

/** Random changes beyond Caffe's are not written down for PyTorch: rather no project than one that trains another way. */
function refuseAugmentation({ name, parameter }: NetLayer): void {
  const augment = parameter['crema:augment'];
  const used = augment === undefined ? [] : [...augment[EXPLICIT]];
  if (used.length === 0) return;
  throw new ExportError(
    `Layer "${name}" changes its training images (${used.join(', ')}), which the PyTorch project cannot do: take "# crema: augment" out of a copy of the network to train it there.`,
    name,
  );
}

function dataSettings(net: TypedNet): object {
  const layer = dataLayer(net);
  const transform = layer.parameter.transform_param;
  const pixels = setting(layer.parameter, 'crema:pixels');
  const unit = pixels.range === 'UNIT' ? 1 / 255 : 1;
  const scale = transform?.scale ?? 1;
  if (net.phase === 'TRAIN') refuseAugmentation(layer);
  const [batch = 1, , rows = 1, columns = 1] = net.blobs.get(layer.tops[0] ?? '')?.shape ?? [];
  return {
    batch_size: batch,
    crop: [rows, columns],
    mirror: transform?.mirror === true,
    // Channels in the opposite order; what follows is in the new one, for values of 0 to 255.
    reverse_channels: pixels.reverse_channels,
    scale: pixels.std.length === 0 ? [unit * scale] : pixels.std.map((std) => (unit * scale) / std),
    mean_value: [...(transform?.mean_value ?? [])].map((value) => value / unit),
    mean_file: transform?.mean_file !== undefined,
    // Random crops and flips are drawn from a stream of this layer's own.
    stream: layer.index * 2 + (net.phase === 'TEST' ? 1 : 0),
  };
}

function readme({ name, train, dataset }: TrainingSource): string {
  return `# ${train.name === '' ? name : train.name}, to be trained with PyTorch

Made by Crema. Needs Python 3.8, PyTorch 1.13 or later, and NumPy.

    python3 train.py                                   # one process
    torchrun --nproc_per_node=gpu train.py             # all GPUs of this machine
    torchrun --nnodes=4 --nproc_per_node=8 --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 train.py

Where torchrun of PyTorch 1.13 stops with "'NoneType' object has no attribute 'get'" (with Python 3.11, as in Debian 12), add
\`--redirects=1 --tee=1\` before train.py.

The run is the one that Crema would make: the same first weights, the same images in the same order, the same crops,
flips and dropped values, Caffe's update rules. Numbers differ by rounding only. The batch in settings.json is the whole
batch: processes share it, so their number must divide it. The images are those of ${dataset.name}.

- model.py: the network, layer by layer, with the names of the prototxt
- settings.json: the solver, the batch, what is done to an image
- weights.npz: the weights to begin with; data/: the images, as NumPy arrays
- losses.csv (made): loss, rate and tests; drop it on Crema's page to see it on one chart with the run there
- snapshots/NAME_iter_N.npz (made): weights under Caffe's names of blobs

Go on from a snapshot with \`--resume snapshots/NAME_iter_N\`. Load NAME_iter_N.npz in Crema, or make a .caffemodel of it:
\`crema convert NAME_iter_N.npz NAME.caffemodel\`.
`;
}
