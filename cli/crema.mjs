// Starts the command line: `npm run -s crema -- COMMAND`. Node of this age does not read TypeScript, so the sources are
// bundled into .cache/ when they have changed, and run from there.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, ensurePackages } from '../tools/setup.mjs';

const CACHE = join(ROOT, '.cache', 'cli');
/** What the newest bundle was made of: its folder, and each source with its size and time of change. */
const RECORD = join(CACHE, 'current.json');
const DAY = 24 * 60 * 60 * 1000;

const stampOf = (file) => {
  const { mtimeMs, size } = statSync(join(ROOT, file), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 };
  return `${mtimeMs}:${size}`;
};

/** The folder of the newest bundle, or undefined when there is none or a source has changed since. */
function currentBundle() {
  let record;
  try {
    record = JSON.parse(readFileSync(RECORD, 'utf8'));
  } catch (error) {
    // Missing on the first start, cut short when an earlier one was killed: either way a new one is made.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
  const fresh = Object.entries(record.inputs).every(([file, stamp]) => stampOf(file) === stamp);
  return fresh && statSync(join(CACHE, record.folder, 'main.js'), { throwIfNoEntry: false })
    ? record.folder
    : undefined;
}

/** Bundles the sources. Several starts may do so at once: a folder is named by its contents, and the record is replaced whole. */
async function makeBundle() {
  const started = Date.now();
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/main.ts'],
    outdir: join(CACHE, 'bundle'),
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  // A source saved since the start may have been read before or after: its stamp is left out, so the next start looks again.
  const inputs = Object.fromEntries(
    [...Object.keys(metafile.inputs), 'cli/crema.mjs'].map((file) => {
      const stamp = stampOf(file);
      return [file, Number.parseFloat(stamp) < started ? stamp : 'changed'];
    }),
  );
  const hash = createHash('sha256');
  for (const { path, contents } of outputFiles) hash.update(path).update(contents);
  const folder = hash.digest('hex').slice(0, 16);
  mkdirSync(join(CACHE, folder), { recursive: true });
  for (const { path, contents } of outputFiles)
    writeFileSync(path.replace(join(CACHE, 'bundle'), join(CACHE, folder)), contents);
  writeFileSync(`${RECORD}.${process.pid}`, JSON.stringify({ folder, inputs }));
  renameSync(`${RECORD}.${process.pid}`, RECORD);
  removeOldBundles(folder);
  return folder;
}

/** Removes bundles that no running command can still be loading parts of. */
function removeOldBundles(current) {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (name !== current && path !== RECORD && mtimeMs < Date.now() - DAY)
      rmSync(path, { recursive: true, force: true });
  }
}

ensurePackages();
let folder = currentBundle();
if (folder === undefined) {
  try {
    folder = await makeBundle();
  } catch (error) {
    // esbuild has printed what is wrong in the sources, with its place.
    if (!Array.isArray(error.errors)) throw error;
    process.exit(70);
  }
}
// npm runs a script in the project's folder: names of files are meant from where the user stands.
if (process.env.npm_lifecycle_event !== undefined && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(join(CACHE, folder, 'main.js')).href);
process.exitCode = await main(process.argv.slice(2));
