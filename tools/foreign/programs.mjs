// The programs that judge, and the one that is judged.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, refuse, run as runShown } from '../setup.mjs';

/** Debian's own Python, whose packages apt installs: another one on the path would not see them. */
export const PYTHON = '/usr/bin/python3';
export const TORCHRUN = '/usr/bin/torchrun';
const PACKAGES = ['python3-opencv', 'python3-h5py', 'python3-lmdb', 'python3-torch', 'python3-onnx'];

function isInstalled(name) {
  try {
    const status = execFileSync('dpkg-query', ['-W', '-f=${Status}', name], { stdio: ['ignore', 'pipe', 'ignore'] });
    return status.toString().includes('install ok installed');
  } catch {
    // dpkg-query fails for a package that it has never heard of.
    return false;
  }
}

/** Installs what is missing of Debian's packages; elsewhere says what is needed. */
export function installMissing() {
  if (!existsSync('/usr/bin/apt-get'))
    refuse(`These checks use the Python packages of Debian 12 or Ubuntu (${PACKAGES.join(', ')}): run them there.`);
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    console.log(`Installing ${missing.join(', ')} with apt-get …`);
    const elevated = process.getuid() === 0 ? [] : ['sudo'];
    const apt = (...args) => {
      const [command, ...rest] = [...elevated, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
      runShown(command, rest);
    };
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  }
  try {
    python('import cv2, h5py, lmdb, torch, onnx');
  } catch (cause) {
    refuse(`The packages are installed, but ${PYTHON} cannot load them:\n${cause.message}`);
  }
}

/** No program here takes minutes on an idle machine; one that hangs must not take the whole check's time. */
const LONGEST = 8 * 60_000;

/** Runs a program; what it says on stderr is in the error when it fails. */
export function run(program, args, options = {}) {
  try {
    const common = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST, killSignal: 'SIGTERM' };
    return execFileSync(program, args, { ...common, ...options });
  } catch (cause) {
    if (cause.code === 'ETIMEDOUT')
      throw new Error(`${program} ${args.join(' ')} did not end within ${LONGEST / 60_000} minutes.`, { cause });
    throw cause;
  }
}

/** Runs Crema's command line; what it printed. */
export const crema = (...args) => run(process.execPath, [join(ROOT, 'cli', 'crema.mjs'), ...args]);

/** Runs a piece of Python with arguments; what it printed. */
export const python = (code, ...args) => run(PYTHON, ['-c', code, ...args]).trim();

/** A check that failed: one sentence. */
export function demand(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

/** Architectures that are trained briefly, shared with the unit tests that ONNX Runtime judges. */
export const JUDGED = JSON.parse(
  readFileSync(join(ROOT, 'app', 'exports', 'fixtures', 'judged-nets.json'), 'utf8'),
).nets;

/** The net of an architecture as a file in the folder, with the batch that it is trained with. */
export function netFile({ name, net, batch }, folder) {
  const text = readFileSync(join(ROOT, net), 'utf8');
  const path = join(folder, `${name}.prototxt`);
  writeFileSync(path, batch === undefined ? text : text.replaceAll(/batch_size: *\d+/g, `batch_size: ${batch}`));
  return path;
}

/** A solver as a file in the folder: shows every loss, always the same seed. */
export function solverFile(name, solver, folder) {
  const path = join(folder, `${name}_solver.prototxt`);
  const policy = solver.includes('lr_policy') ? '' : 'lr_policy: "fixed"';
  writeFileSync(path, `${solver}\n${policy}\nmax_iter: 100\ndisplay: 1\nrandom_seed: 7\nsnapshot_prefix: "${name}"\n`);
  return path;
}

/** The lines of a log that `crema train --log` wrote. */
export const logLines = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
