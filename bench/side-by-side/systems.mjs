// Who is compared. `kind` is what a module is asked for; `on` says whose time stands beside it: Crema's on WebGPU for what
// computes on the graphics processor, Crema's on the processor for the rest.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ROOT } from '../../tools/setup.mjs';

const PEERS = `${ROOT}bench/peers/`;

export const THREADS = availableParallelism();

const CREMA = [
  { id: 'crema-webgpu', name: 'Crema, WebGPU', module: 'crema', kind: 'webgpu', on: 'gpu' },
  { id: 'crema-wasm', name: `Crema, processor (${THREADS})`, module: 'crema', kind: 'wasm', on: 'processor' },
];

const PACKAGES = [
  { id: 'tfjs-webgpu', name: 'tfjs, WebGPU', module: 'tfjs', kind: 'webgpu', on: 'gpu' },
  { id: 'jax-js-webgpu', name: 'jax-js, WebGPU', module: 'jax-js', kind: 'webgpu', on: 'gpu' },
  { id: 'tfjs-wasm', name: `tfjs, WebAssembly (${THREADS})`, module: 'tfjs', kind: 'wasm', on: 'processor' },
  { id: 'tfjs-cpu', name: 'tfjs, JavaScript', module: 'tfjs', kind: 'cpu', on: 'processor' },
  { id: 'jax-js-wasm', name: 'jax-js, WebAssembly', module: 'jax-js', kind: 'wasm', on: 'processor' },
  { id: 'convnetjs', name: 'ConvNetJS', module: 'convnetjs', kind: 'cpu', on: 'processor' },
];

/** An interpreter with PyTorch, what it can measure there, and its version; undefined where there is none. */
function findPyTorch() {
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [`${PEERS}pytorch.py`, '--kinds'], { encoding: 'utf8' });
    if (status === 0) return { python, ...JSON.parse(stdout) };
  }
  return undefined;
}

/**
 * Systems whose id begins with one of `wanted` (all of them when undefined), and Crema. In Node, PyTorch too where there is
 * one; tfjs's WebAssembly is made for pages.
 */
export function systemsOf(wanted, { node }) {
  const torch = node ? findPyTorch() : undefined;
  const pytorch = (torch?.kinds ?? []).map((kind) => ({
    id: `pytorch-${kind}`,
    name: `PyTorch, ${kind.replace('-', ' ')}`,
    kind,
    python: torch.python,
    on: kind.startsWith('cuda') ? 'gpu' : 'processor',
  }));
  const peers = [...PACKAGES.filter(({ id }) => !node || id !== 'tfjs-wasm'), ...pytorch];
  const known = [...PACKAGES.map(({ id }) => id), 'pytorch'];
  const unknown = wanted?.find((name) => !known.some((id) => id.startsWith(name) || name.startsWith('pytorch')));
  if (unknown !== undefined) throw new Error(`--peers: there is no "${unknown}".`);
  const chosen = peers.filter(({ id }) => wanted === undefined || wanted.some((name) => id.startsWith(name)));
  return { systems: [...CREMA, ...chosen], torchVersion: torch?.version, hasTorch: torch !== undefined };
}

/** Installs the peers' packages where they are missing: they are no part of Crema, and only this comparison needs them. */
export function installPeers() {
  if (existsSync(`${PEERS}node_modules`)) return;
  console.log('Installing the peers …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Versions of everything that takes part. */
export function versionsOf({ torchVersion, where }) {
  const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
  const peers = Object.entries(json(`${PEERS}package.json`).dependencies);
  return {
    crema: `${json(`${ROOT}package.json`).version}${commit === '' ? '' : ` (${commit})`}`,
    where,
    dawn: where.startsWith('Node') ? json(`${ROOT}node_modules/webgpu/package.json`).version : undefined,
    ...Object.fromEntries(peers),
    pytorch: torchVersion,
  };
}
