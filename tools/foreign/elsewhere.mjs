// Runs that go on elsewhere: python-lmdb reads the Caffe folder's data base, and PyTorch under torchrun follows Crema's losses.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON, JUDGED, TORCHRUN, crema, demand, logLines, netFile, python, run, solverFile } from './programs.mjs';

const ITERATIONS = 20;
const SEED = '7';

/** The data base that the folder's own script makes. */
export function judgeCaffeFolder(folder) {
  const [opening] = JUDGED;
  const out = join(folder, 'caffe');
  const run_ = ['--solver', solverFile('opening', opening.solver, folder), '--data', 'sample', '--seed', SEED];
  crema('export', netFile(opening, folder), ...run_, '--to', 'caffe', '--out', out);
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
  console.log(python(code, out));
}

/** The losses that a project wrote, by iteration. */
function lossesOf(project) {
  const [head, ...lines] = readFileSync(join(project, 'losses.csv'), 'utf8').trim().split('\n');
  demand(head.startsWith('iteration,train_loss,'), `losses.csv begins with "${head}".`);
  const rows = lines.map((line) => line.split(','));
  return new Map(rows.filter(([, loss]) => loss !== '').map(([iteration, loss]) => [Number(iteration), Number(loss)]));
}

/** torchrun on two processes. Its redirection is asked for because without any, PyTorch 1.13's fails with Python 3.11. */
function torchrun(project, ...args) {
  const launch = ['--standalone', '--redirects=1', '--tee=1', '--nproc_per_node=2'];
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return run(TORCHRUN, [...launch, 'train.py', '--device', 'cpu', ...args], { cwd: project, env });
}

/** What a run is: a net, a solver, and whether it is broken off in the middle and taken up again. */
const RUNS = [
  {
    net: 'opening',
    solver: 'base_lr: 0.01 momentum: 0.9 weight_decay: 0.004 lr_policy: "step" gamma: 0.5 stepsize: 8',
  },
  { net: 'inception', solver: 'type: "Nesterov" base_lr: 0.01 momentum: 0.9 clip_gradients: 2', resumed: true },
  {
    net: 'inception',
    solver:
      'type: "Adam" base_lr: 0.001 momentum: 0.9 momentum2: 0.999 delta: 1e-8 lr_policy: "inv" gamma: 0.1 power: 0.75',
  },
  {
    net: 'inception',
    solver: 'type: "RMSProp" base_lr: 0.001 rms_decay: 0.9 delta: 1e-5 weight_decay: 0.001 regularization_type: "L1"',
  },
  { net: 'inception', solver: 'type: "AdaGrad" base_lr: 0.005 delta: 1e-6 lr_policy: "poly" power: 1' },
  { net: 'inception', solver: 'type: "AdaDelta" base_lr: 1 momentum: 0.95 delta: 1e-6 iter_size: 2' },
  {
    net: 'depthwise',
    solver: 'base_lr: 0.003 momentum: 0.9 weight_decay: 0.0005 lr_policy: "multistep" gamma: 0.1 stepvalue: 12',
    resumed: true,
  },
  {
    net: 'depthwise',
    solver: 'base_lr: 0.001 momentum: 0.9 momentum2: 0.999 weight_decay: 0.01 # crema: type: "AdamW"',
  },
];

/** Every run under torchrun on two processes, beside Crema's own. */
export function judgeProjects(folder) {
  for (const [i, { net: name, solver, resumed = false }] of RUNS.entries()) {
    const judged = JUDGED.find((other) => other.name === name);
    const net = netFile(judged, folder);
    const id = `run${i}`;
    const solverPath = solverFile(id, `${solver}\ntest_iter: 2 test_interval: 10`, folder);
    const log = join(folder, `${id}.jsonl`);
    const training = [
      solverPath,
      '--net',
      net,
      '--data',
      judged.data,
      '--engine',
      'wasm',
      '--log',
      log,
      '--out',
      folder,
    ];
    crema('train', ...training, '--iterations', String(ITERATIONS));
    const ours = logLines(log);
    const project = join(folder, `${id}_pytorch`);
    const where = ['--to', 'pytorch', '--out', project];
    crema('export', net, '--solver', solverPath, '--data', judged.data, '--seed', SEED, ...where);
    const prefix = JSON.parse(readFileSync(join(project, 'settings.json'), 'utf8')).snapshot_prefix;
    if (resumed) {
      torchrun(project, '--max-iter', String(ITERATIONS / 2));
      torchrun(project, '--max-iter', String(ITERATIONS), '--resume', `snapshots/${prefix}_iter_${ITERATIONS / 2}`);
    } else torchrun(project, '--max-iter', String(ITERATIONS));
    const worst = follow(ours, lossesOf(project), `${name}, ${solver}`);
    const tests = testsFollow(ours, project, `${name}, ${solver}`);
    const weights = join(project, 'snapshots', `${prefix}_iter_${ITERATIONS}.npz`);
    demand(existsSync(weights), `${weights} was not written.`);
    const back = loadsBack(weights, join(folder, `${id}_iter_${ITERATIONS}.caffemodel`), net, judged.data, folder);
    const kind = /type: "(\w+)"/.exec(solver)?.[1] ?? 'SGD';
    console.log(
      `torchrun on two processes, ${name}, ${kind}${resumed ? ', resumed' : ''}: ${ITERATIONS} losses apart by ${worst.toPrecision(2)} at most, test losses by ${tests.toPrecision(2)}; back in Crema: test loss apart by ${back.toPrecision(2)}`,
    );
    rmSync(project, { recursive: true });
  }
}

/** The largest difference of the losses of all iterations. */
function follow(ours, theirs, what) {
  const losses = ours.filter(({ loss }) => loss !== undefined);
  demand(
    losses.length === ITERATIONS && theirs.size === ITERATIONS,
    `${what}: losses of ${losses.length} and ${theirs.size} iterations, not ${ITERATIONS}.`,
  );
  const worst = Math.max(...losses.map(({ iteration, loss }) => Math.abs(loss - theirs.get(iteration))));
  demand(worst <= 1e-3, `${what}: PyTorch does not follow the losses; they are apart by ${worst}.`);
  return worst;
}

/** The largest difference of the test losses. */
function testsFollow(ours, project, what) {
  const lines = readFileSync(join(project, 'losses.csv'), 'utf8').trim().split('\n').slice(1);
  const theirs = new Map(
    lines
      .map((line) => line.split(','))
      .filter((row) => row[3] !== '')
      .map((row) => [Number(row[0]), row]),
  );
  const tests = ours.filter(({ test_loss }) => test_loss !== undefined);
  demand(
    tests.length > 0 && tests.every(({ iteration }) => theirs.has(iteration)),
    `${what}: tests are missing in losses.csv.`,
  );
  const worst = Math.max(
    ...tests.map(({ iteration, test_loss }) => Math.abs(test_loss - Number(theirs.get(iteration)[3]))),
  );
  demand(worst <= 1e-3, `${what}: PyTorch's test losses are apart by ${worst}.`);
  return worst;
}

/** Loads trained weights in Crema: how far their test loss is from that of Crema's own weights. */
function loadsBack(weights, own, net, data, folder) {
  const back = join(folder, 'back.caffemodel');
  crema('convert', weights, back);
  const [theirs, ours] = [back, own].map((path) => {
    const args = ['--weights', path, '--data', data, '--engine', 'wasm', '--iterations', '2', '--json'];
    return JSON.parse(crema('test', net, ...args)).loss;
  });
  const apart = Math.abs(theirs - ours);
  demand(
    apart <= 1e-3,
    `The weights that PyTorch trained have a test loss of ${theirs} in Crema, Crema's own ${ours}.`,
  );
  return apart;
}
