/** Found schedules in a file, for the command line. Only code that runs in Node may import this file. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ScheduleStore } from './schedule-book.ts';

/** Where the command line keeps them: `crema/schedules.json` in the user's cache folder. */
export const schedulesPath = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'crema', 'schedules.json');

/**
 * A store in one JSON file, by adapter. A file that is not there, or is something else, counts as empty; one that cannot be
 * written is told to `warn`, since it costs only the time to tune again.
 */
export function fileSchedules(path: string, warn: (message: string) => void): ScheduleStore {
  return {
    load: async (adapter) => (await read(path))[adapter],
    async save(adapter, schedules) {
      try {
        const all = { ...(await read(path)), [adapter]: schedules };
        await mkdir(dirname(path), { recursive: true });
        // In one move, so that a process that reads at the same time finds the one or the other.
        const draft = `${path}.${process.pid}`;
        await writeFile(draft, `${JSON.stringify(all, undefined, 1)}\n`);
        await rename(draft, path);
      } catch (error) {
        warn(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
      }
    },
  };
}

async function read(path: string): Promise<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
