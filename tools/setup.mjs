// What the commands need before anything else: the packages of the lock file, and for tests a Chromium.
// Plain JavaScript on Node alone, since it runs before any package is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever the command was started. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const CHROMIUM = process.env.CREMA_CHROMIUM ?? '/usr/bin/chromium';

/** Ends the process with a sentence on stderr. */
export function refuse(message) {
  console.error(message);
  process.exit(1);
}

/** Runs a command in the project's folder with its output shown; exits with its code when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: 'inherit', cwd: ROOT, ...options });
  if (done.error) refuse(`${command} could not be started: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** Runs npm, the very one that started this process where there is one. */
export function npm(args, options = {}) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) run(process.execPath, [script, ...args], options);
  else run('npm', args, { shell: process.platform === 'win32', ...options });
}

/** Whether node_modules holds what the lock file asks for, by the record that npm keeps of what it installed. */
function packagesAreInstalled() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(
    // Optional packages are those of other processors and systems.
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** Refuses a Node that is too old, and installs the packages of package-lock.json unless they are there. Notices go to stderr. */
export function ensurePackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(
      `Crema needs Node 20.19 or newer; this is ${process.versions.node}. Get a newer one from https://nodejs.org.`,
    );
  }
  if (packagesAreInstalled()) return;
  console.error('Installing packages …');
  // A command's answer may be read from stdout, so npm's own lines go to stderr; the tools are devDependencies.
  npm(['ci', '--include=dev', '--no-audit', '--no-fund'], { stdio: ['inherit', 2, 2] });
}

/** Installs Debian's Chromium (a browser with WebGPU, and SwiftShader's Vulkan driver) when none is there. */
export function ensureChromium() {
  if (existsSync(CHROMIUM)) return;
  if (!existsSync('/usr/bin/apt-get')) {
    refuse(
      `The tests need Chromium, and there is none at ${CHROMIUM}: install it and name its path in CREMA_CHROMIUM.`,
    );
  }
  console.log('Chromium is missing: installing it with apt-get …');
  const elevated = process.getuid() === 0 ? [] : ['sudo'];
  const apt = (...args) => {
    const [command, ...rest] = [...elevated, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    run(command, rest);
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}
