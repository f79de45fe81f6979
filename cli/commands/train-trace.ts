/** `crema train TRACE.safetensors`: trains recorded runs, so that any program may compare the numbers with Caffe's. */
import { basename, join } from 'node:path';
import { runTrace } from '../../app/trainer/run-trace.ts';
import { CaseError } from '../../app/compiler/run-case.ts';
import { SafetensorsError, readSafetensors, writeSafetensors } from '../../app/formats/safetensors.ts';
import { CommandError, type Terminal } from '../command.ts';
import { openEngine, type engineKinds } from '../engines.ts';
import { readBytes, writeBytes } from '../files.ts';

/** Is this a recorded run, rather than a solver? */
export const isTrace = (path: string): boolean => path.endsWith('.safetensors');

/** Trains one recorded run and writes `loss` and `param_after/LAYER/I` to the folder, under the file's own name. */
export async function trainTrace(
  path: string,
  out: string,
  kind: (typeof engineKinds)[number],
  terminal: Terminal,
): Promise<number> {
  const engine = await openEngine(kind, terminal);
  try {
    const results = await runTrace(readSafetensors(await readBytes(path)), engine);
    await writeBytes(join(out, basename(path)), writeSafetensors(results));
    terminal.out(
      `${results.get('loss')?.shape[0] ?? 0} iterations written to ${join(out, basename(path))} (${engine.info.device}).`,
    );
    return 0;
  } catch (error) {
    if (error instanceof CaseError || error instanceof SafetensorsError)
      throw new CommandError(`${path}: ${error.message}`);
    throw error;
  } finally {
    engine.dispose();
  }
}
