// What the browser's processes hold of memory and take of the processor, seen from outside (Linux).
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks at the memory. */
const interval = 50;

/** Looks again and again, until it is stopped; the most of each number. */
export function watchMemory(session) {
  const peak = { page: 0, all: 0 };
  let going = true;
  const watching = (async () => {
    while (going) {
      const { page, all } = await look(session);
      peak.page = Math.max(peak.page, page);
      peak.all = Math.max(peak.all, all);
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  })();
  return {
    stop: async () => {
      going = false;
      await watching;
      return peak;
    },
  };
}

/**
 * MB that processes hold for themselves, each with its share of what it holds together with others, program files left out; and the
 * milliseconds that they have computed. The page's workers belong to its process.
 */
export async function look(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const all = processInfo.map(({ id, type }) => ({ type, ...numbersOf(id) }));
  const sum = (list, key) => list.reduce((total, each) => total + each[key], 0);
  return {
    page: sum(
      all.filter(({ type }) => type === 'renderer'),
      'memory',
    ),
    all: sum(all, 'memory'),
    cpu: sum(all, 'cpu'),
  };
}

function numbersOf(id) {
  try {
    const memory = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
    // Behind the name in brackets, fields 12 and 13 are ticks of a hundredth of a second in the program and in the kernel.
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return {
      memory: ((kilobytes('Pss_Anon') + kilobytes('Pss_Shmem')) * 1024) / 1e6,
      cpu: (Number(fields[11]) + Number(fields[12])) * 10,
    };
  } catch (error) {
    // A helper process may have ended since it was listed.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return { memory: 0, cpu: 0 };
    throw error;
  }
}
