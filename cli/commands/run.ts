/** `crema run`: computes recorded cases, so that any program may compare the numbers with Caffe's. */
import { basename, join } from 'node:path';
import { CompileError } from '../../app/compiler/compiled-net.ts';
import { CaseError, runCase } from '../../app/compiler/run-case.ts';
import { EngineError, type Engine } from '../../app/engine/engine.ts';
import { SafetensorsError, readSafetensors, writeSafetensors } from '../../app/formats/safetensors.ts';
import { CommandError, UsageError, oneOf, parseArguments, type Command } from '../command.ts';
import { valuesOf } from '../data-files.ts';
import { engineKinds, openEngine } from '../engines.ts';
import { readBytes, writeBytes } from '../files.ts';
import { wholeNetOf } from '../net-files.ts';

const help = `Usage: crema run CASE.safetensors... --out DIR [--engine webgpu|wasm|reference]

Runs one small net for each file and writes what it computed to DIR under the same name.
A case has the net as "prototxt" and its "phase" in the metadata, its inputs as
bottom/BLOB and its parameters as param/LAYER/I. In TRAIN phase the gradient starts from
top_diff/BLOB, or from the losses. Written are top/BLOB, bottom_diff/BLOB,
param_diff/LAYER/I and param_after/LAYER/I. A file that the net names (InfogainLoss's
source) is looked up beside the case. A case that cannot be run gets a line on
stderr and makes the exit code 1; the others still run.

Options:
  --out DIR    where results go; made when it is not there
  --engine     webgpu (default), wasm (the processor), or reference (double precision)

Example:
  crema run cases/*.safetensors --engine reference --out results`;

export const run: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      { out: { type: 'string' }, engine: { type: 'string', default: 'webgpu' } },
      { name: 'CASE.safetensors', min: 1, max: Infinity },
    );
    const kind = oneOf('engine', values.engine, engineKinds);
    const { out } = values;
    if (out === undefined) throw new UsageError('--out DIR is missing: it says where the results go.');
    const engine = await openEngine(kind, terminal);
    let failed = 0;
    try {
      for (const path of positionals) {
        const reason = await runFile(path, out, engine);
        if (reason === undefined) continue;
        failed++;
        terminal.err(reason.startsWith(path) ? reason : `${path}: ${reason}`);
      }
    } finally {
      engine.dispose();
    }
    const total = positionals.length;
    terminal.out(`${total - failed} of ${total} cases written to ${out} (${engine.info.device}).`);
    return failed === 0 ? 0 : 1;
  },
};

/** Runs and writes one case; the reason when it cannot be done. */
async function runFile(path: string, out: string, engine: Engine): Promise<string | undefined> {
  try {
    const file = readSafetensors(await readBytes(path));
    const results = await runCase(
      file,
      engine,
      (text, phase) => wholeNetOf(path, text, phase),
      (name) => valuesOf(path, name),
    );
    await writeBytes(join(out, basename(path)), writeSafetensors(results));
    return undefined;
  } catch (error) {
    const known = [CommandError, CaseError, SafetensorsError, CompileError, EngineError].some(
      (kind) => error instanceof kind,
    );
    if (known && error instanceof Error) return error.message;
    // One broken layer must not hide the other cases: the bug is reported in full and counted.
    return `this is a bug in Crema: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}
