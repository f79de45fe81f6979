/**
 * What tuning found: for each class of kernel the schedule that was fastest on an adapter. Kept from visit to visit, and
 * with a run, so that the run computes the same bits wherever it goes on.
 */
import type { Schedules } from '../engine.ts';
import type { ContractKernel, Program } from '../ir/kernel.ts';
import { candidateSchedules } from './choose-schedule.ts';
import type { AdapterProfile } from './device.ts';
import { sourceOf } from './kernel-source.ts';
import type { ContractSchedule } from './schedule.ts';

/** Where found schedules are kept, by adapter. A store that fails costs time only: what is not there is found again. */
export interface ScheduleStore {
  /** What was saved for an adapter, as it was saved; undefined where nothing was. */
  load(adapter: string): Promise<unknown>;
  save(adapter: string, schedules: Schedules): Promise<void>;
}

export class ScheduleBook {
  private readonly profile: AdapterProfile;
  private readonly entries: Map<string, string>;

  /** A book with these entries; what is not a text is passed over. */
  constructor(profile: AdapterProfile, entries: unknown = {}) {
    this.profile = profile;
    const known = typeof entries === 'object' && entries !== null ? Object.entries(entries) : [];
    this.entries = new Map(known.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** All entries: schedules as text, by class. */
  get all(): Schedules {
    return Object.fromEntries(this.entries);
  }

  /** The entries for the kernels of a program. */
  for(program: Program): Schedules {
    const used: Record<string, string> = {};
    for (const kernel of contractsOf(program)) {
      const name = classOf(kernel, program, this.profile);
      if (this.find(kernel, name) !== undefined) used[name] = this.entries.get(name) as string;
    }
    return used;
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  set(name: string, schedule: ContractSchedule): void {
    this.entries.set(name, JSON.stringify(schedule));
  }

  /** The schedule found for a kernel; undefined where none was, or one that the kernel can no longer have. */
  of(kernel: ContractKernel, program: Program): ContractSchedule | undefined {
    return this.find(kernel, classOf(kernel, program, this.profile));
  }

  /** Only what is among the candidates counts: an entry may come from another version, or from a file. */
  private find(kernel: ContractKernel, name: string): ContractSchedule | undefined {
    const text = this.entries.get(name);
    if (text === undefined) return undefined;
    return candidateSchedules(kernel, this.profile).find((schedule) => JSON.stringify(schedule) === text);
  }
}

/** The distinct contracts of a program. */
export const contractsOf = (program: Program): ContractKernel[] => [
  ...new Set(
    Object.values(program.sequences)
      .flat()
      .filter((kernel) => kernel.kind === 'contract'),
  ),
];

const classes = new WeakMap<ContractKernel, string>();

/** The class of a kernel: kernels whose untuned text is the same cost the same, whatever layer they belong to. */
export function classOf(kernel: ContractKernel, program: Program, profile: AdapterProfile): string {
  let name = classes.get(kernel);
  if (name === undefined) {
    const [untuned] = candidateSchedules(kernel, profile);
    name = digest(sourceOf(kernel, untuned as ContractSchedule, program).wgsl);
    classes.set(kernel, name);
  }
  return name;
}

/** Sixty-four bits of a text (FNV-1a, twice), in sixteen digits. */
function digest(text: string): string {
  const half = (state: number): string => {
    for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
    return (state >>> 0).toString(16).padStart(8, '0');
  };
  return half(0x811c9dc5) + half(0x050c5d1f);
}
