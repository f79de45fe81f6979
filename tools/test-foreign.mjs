// npm run test:foreign: other people's programs judge what Crema writes. OpenCV runs exported Caffe nets, h5py reads HDF5,
// python-lmdb reads the Caffe folder's data base, onnx checks ONNX files, and PyTorch follows a run of Crema's on two
// processes. What Debian has of them is installed where it is missing.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, ensurePackages } from './setup.mjs';

/** Debian's own Python, whose packages apt installs: another one on the path would not see them. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = ['python3-opencv', 'python3-h5py', 'python3-lmdb', 'python3-torch', 'python3-onnx'];
const MODELS = join(ROOT, 'public', 'models');
/** Architectures whose outputs OpenCV must give; each is trained for a few iterations first. */
const ARCHITECTURES = ['opening', 'cifar10_quick', 'cifar10_full', 'cifar10_sigmoid_bn', 'resnet20'];
const ITERATIONS = 20;

function installMissing() {
  const missing = PACKAGES.filter((name) => {
    try {
      return !execFileSync('dpkg-query', ['-W', '-f=${Status}', name], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .includes('install ok installed');
    } catch {
      // dpkg-query fails for a package that it has never heard of.
      return true;
    }
  });
  if (missing.length === 0) return;
  console.log(`Installing ${missing.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit', env });
  execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...missing], { stdio: 'inherit', env });
}

const run = (program, args, options = {}) => execFileSync(program, args, { encoding: 'utf8', ...options });
const crema = (...args) =>
  run(process.execPath, [join(ROOT, 'cli', 'crema.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
const python = (code, ...args) => run(PYTHON, ['-c', code, ...args]);

/** A solver of the gallery that shows every loss and ends early. */
function shortSolver(name, folder) {
  const text = readFileSync(join(MODELS, name, 'solver.prototxt'), 'utf8').replaceAll(
    /^(display|average_loss|random_seed|snapshot\w*|test_\w+):.*$/gm,
    '',
  );
  const path = join(folder, `${name}_solver.prototxt`);
  writeFileSync(path, `${text}\ndisplay: 1\nrandom_seed: 7\nsnapshot_prefix: "${name}"\n`);
  return path;
}

/** Trains a few iterations; the weights' file. */
function trained(name, folder, iterations) {
  const net = join(MODELS, name, 'train_test.prototxt');
  const log = join(folder, `${name}.jsonl`);
  const args = ['train', shortSolver(name, folder), '--net', net, '--data', 'sample', '--engine', 'wasm'];
  crema(...args, '--iterations', String(iterations), '--out', folder, '--log', log);
  return { net, log, weights: join(folder, `${name}_iter_${iterations}.caffemodel`) };
}

/**
 * A few iterations leave the stock fillers' tiny weights as they are, and then every image has the same scores, whatever a
 * program does with it. Matrices are brought to a size at which images differ.
 */
function spread(weights, folder, name) {
  const [from, to] = [join(folder, `${name}.npz`), join(folder, `${name}_spread.npz`)];
  crema('convert', weights, from);
  const code = `
import numpy as np, sys
blobs = dict(np.load(sys.argv[1]))
# Behind BatchNorm values have a size of 1 already; without it, the first layer takes in bytes.
normalised = any(key.endswith('/2') for key in blobs)
matrices = [key for key, w in blobs.items() if key.endswith('/0') and w.ndim > 1]
for key in matrices:
    w = blobs[key]
    if normalised and w.ndim > 2: continue
    size = 1 if normalised or key != matrices[0] else 1 / 50
    w *= size * np.sqrt(2 * w.shape[0] / w.size) / max(w.std(), 1e-12)
np.savez(sys.argv[2], **blobs)`;
  python(code, from, to);
  const result = join(folder, `${name}_spread.caffemodel`);
  crema('convert', to, result);
  return result;
}

function judgeOutputs(folder) {
  for (const name of ARCHITECTURES) {
    const { net, weights: last } = trained(name, folder, name === 'opening' ? ITERATIONS : 2);
    const weights = name === 'opening' ? join(MODELS, 'opening', 'weights.caffemodel') : spread(last, folder, name);
    const common = ['--weights', weights, '--data', 'sample', '--engine', 'wasm'];
    const bundle = join(folder, `${name}_verify`);
    crema('export', net, '--to', 'verify', ...common, '--out', bundle);
    const apart = `
import numpy as np, sys
f = np.load(sys.argv[1]); print(max(f[k].std(axis=0).max() for k in f.files if k.startswith('output:')))`;
    const differing = Number(python(apart, join(bundle, 'expected.npz')));
    if (!(differing > 0.01)) throw new Error(`${name} gives all images the same scores: the comparison says nothing.`);
    console.log(
      `OpenCV, ${name}: ${run(PYTHON, [join(bundle, 'verify.py')]).trim()}; between images ${differing.toPrecision(2)}`,
    );
    const onnx = join(folder, `${name}.onnx`);
    crema('export', net, '--to', 'onnx', ...common, '--out', onnx);
    python('import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)', onnx);
    console.log(`onnx.checker, ${name}: ok`);
  }
}

function judgeWeights(folder) {
  const model = join(folder, `opening_iter_${ITERATIONS}.caffemodel`);
  for (const form of ['h5', 'npz']) crema('convert', model, join(folder, `opening.${form}`));
  const code = `
import h5py, numpy as np, sys
h5, npz = h5py.File(sys.argv[1], 'r'), np.load(sys.argv[2])
assert len(npz.files) == 10, npz.files
for name in npz.files: assert np.array_equal(h5['data/' + name][()], npz[name]), name
print('h5py and NumPy read the same', len(npz.files), 'blobs')`;
  console.log(python(code, join(folder, 'opening.h5'), join(folder, 'opening.npz')).trim());
}

function judgeCaffeFolder(folder, seed) {
  const out = join(folder, 'caffe');
  const model = join(MODELS, 'opening');
  crema(
    'export',
    join(model, 'train_test.prototxt'),
    '--solver',
    join(model, 'solver.prototxt'),
    '--data',
    'sample',
    '--seed',
    seed,
    '--to',
    'caffe',
    '--out',
    out,
  );
  run(PYTHON, [join(out, 'make_lmdb.py')]);
  const code = `
import lmdb, numpy as np, sys
images, labels = np.load(sys.argv[1] + '/data/test_images.npy'), np.load(sys.argv[1] + '/data/test_labels.npy')
with lmdb.open(sys.argv[1] + '/data/test_lmdb', readonly=True) as base, base.begin() as t:
    assert base.stat()['entries'] == len(images)
    value = t.get(b'%08d' % 5)
    assert value[:9] == bytes([8, 3, 16, 32, 24, 32, 34, 128, 24]), value[:9]
    assert value[9:9 + 3072] == images[5].tobytes()
    assert value[9 + 3072:] == bytes([40, labels[5]])
print('python-lmdb reads', len(images), 'records')`;
  console.log(python(code, out).trim());
}

/** Runs a project as torchrun does, on two processes. */
async function twoProcesses(project) {
  const processes = [0, 1].map((rank) => {
    const env = {
      ...process.env,
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: '29541',
      WORLD_SIZE: '2',
      OMP_NUM_THREADS: '1',
    };
    Object.assign(env, { RANK: String(rank), LOCAL_RANK: String(rank) });
    return spawn(PYTHON, ['train.py', '--device', 'cpu', '--max-iter', String(ITERATIONS)], {
      cwd: project,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  const codes = await Promise.all(processes.map((p) => new Promise((resolve) => p.once('exit', resolve))));
  if (codes.some((code) => code !== 0)) throw new Error(`train.py ended with ${codes.join(' and ')}.`);
}

async function judgeProject(folder, seed) {
  const project = join(folder, 'pytorch');
  const model = join(MODELS, 'opening');
  crema(
    'export',
    join(model, 'train_test.prototxt'),
    '--solver',
    join(folder, 'opening_solver.prototxt'),
    '--data',
    'sample',
    '--seed',
    seed,
    '--to',
    'pytorch',
    '--out',
    project,
  );
  await twoProcesses(project);
  const theirs = new Map(
    readFileSync(join(project, 'losses.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number)),
  );
  const ours = readFileSync(join(folder, 'opening.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ loss }) => loss !== undefined);
  if (ours.length !== ITERATIONS || theirs.size !== ITERATIONS)
    throw new Error(`Losses of ${ours.length} and ${theirs.size} iterations, not ${ITERATIONS}.`);
  const worst = Math.max(...ours.map(({ iteration, loss }) => Math.abs(loss - theirs.get(iteration))));
  console.log(`PyTorch on two processes: ${ITERATIONS} losses, largest difference ${worst.toPrecision(3)}`);
  if (!(worst <= 1e-3)) throw new Error('PyTorch does not follow the losses.');
  const back = join(folder, 'back.caffemodel');
  crema('convert', join(project, 'snapshots', `Opening_iter_${ITERATIONS}.npz`), back);
  const result = JSON.parse(
    crema(
      'test',
      join(model, 'train_test.prototxt'),
      '--weights',
      back,
      '--data',
      'sample',
      '--engine',
      'wasm',
      '--iterations',
      '2',
      '--json',
    ),
  );
  if (!Number.isFinite(result.loss)) throw new Error('The weights that PyTorch trained do not load back.');
  console.log(`Its weights load back: test loss ${result.loss.toPrecision(4)}`);
}

ensurePackages();
installMissing();
const folder = mkdtempSync(join(tmpdir(), 'crema-foreign-'));
try {
  judgeOutputs(folder);
  judgeWeights(folder);
  judgeCaffeFolder(folder, '7');
  await judgeProject(folder, '7');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
