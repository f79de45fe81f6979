/**
 * Finds what belongs together in a net: layers whose names begin alike (`res2a_…`, `inception_3a/…`, `conv2_1/dw`), and
 * structures that repeat one behind the other. Pure, on plain numbers: what is grouped are the nodes of the graph, in the
 * order of the text. A group can always be drawn as one node: no path leaves it and comes back, not even through others.
 */

/** A node as the search for groups sees it. */
export interface GroupUnit {
  readonly name: string;
  /** What makes two nodes the same: type and settings. */
  readonly likeness: string;
}

export interface GroupLink {
  readonly from: number;
  readonly to: number;
  /** Labels and other things that say nothing about what belongs together. */
  readonly quiet: boolean;
}

export interface Group {
  /** The common beginning of the names; for a repeated structure the names of its first and last part. */
  readonly id: string;
  readonly label: string;
  /** How many like parts it is made of, one behind the other; 1 for everything else. */
  readonly repeats: number;
  /** All nodes in it, ascending. */
  readonly units: readonly number[];
  readonly groups: readonly Group[];
}

/** Names separated by anything but a slash say less: more must look like a group before they count. */
const LEAST_PLAIN = 3;
const LEAST_CHAIN = 4;
const LEAST_REPEATS = 3;
const LONGEST_PERIOD = 12;

/** All groups of a net, outer ones first. */
export function findGroups(units: readonly GroupUnit[], links: readonly GroupLink[]): readonly Group[] {
  return new GroupFinder(units, links).find();
}

interface Candidate {
  readonly prefix: string;
  readonly units: readonly number[];
  readonly inner: Candidate[];
}

class GroupFinder {
  readonly #units: readonly GroupUnit[];
  readonly #links: readonly GroupLink[];
  readonly #next: readonly (readonly GroupLink[])[];

  constructor(units: readonly GroupUnit[], links: readonly GroupLink[]) {
    this.#units = units;
    this.#links = links;
    const next = units.map((): GroupLink[] => []);
    for (const link of links) next[link.from]?.push(link);
    this.#next = next;
  }

  find(): readonly Group[] {
    const all = this.#units.map((_, i) => i);
    return this.#level(all, this.#candidates());
  }

  /** The sets of nodes that share a beginning, nested as those are. */
  #candidates(): Candidate[] {
    const byPrefix = new Map<string, number[]>();
    this.#units.forEach(({ name }, unit) => {
      for (const prefix of prefixesOf(name)) {
        const list = byPrefix.get(prefix);
        if (list === undefined) byPrefix.set(prefix, [unit]);
        else list.push(unit);
      }
    });
    const roots: Candidate[] = [];
    const chain: Candidate[] = [];
    const known = [...byPrefix].filter(([, list]) => list.length > 1).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [prefix, list] of known) {
      while (chain.length > 0 && !prefix.startsWith((chain.at(-1) as Candidate).prefix)) chain.pop();
      const parent = chain.at(-1);
      const candidate: Candidate = { prefix, units: list, inner: [] };
      const contains = parent !== undefined && list.every((unit) => parent.units.includes(unit));
      (contains ? parent.inner : roots).push(candidate);
      chain.push(candidate);
    }
    return roots;
  }

  /** The groups among some nodes: by name first, then what repeats. */
  #level(units: readonly number[], candidates: readonly Candidate[]): Group[] {
    const blocks = new Map<number, number>();
    const found: Group[] = [];
    const open = [...candidates];
    for (let candidate = open.shift(); candidate !== undefined; candidate = open.shift()) {
      if (candidate.units.length >= units.length || !this.#isGroup(candidate, units, blocks)) {
        open.unshift(...candidate.inner);
        continue;
      }
      for (const unit of candidate.units) blocks.set(unit, found.length);
      const { prefix, units: own, inner } = candidate;
      found.push({ id: prefix, label: prefix, repeats: 1, units: own, groups: this.#level(own, inner) });
    }
    return this.#repeated(units, found);
  }

  #isGroup({ prefix, units }: Candidate, level: readonly number[], blocks: ReadonlyMap<number, number>): boolean {
    const bySlash = units.every((unit) => this.#units[unit]?.name[prefix.length] === '/');
    if (!bySlash) {
      if (!/\d/.test(prefix) || units.length < LEAST_PLAIN) return false;
      if (units.length < LEAST_CHAIN && !this.#branches(units)) return false;
    }
    return this.#isConnected(units) && this.#staysAcyclic(level, units, blocks);
  }

  /** Do lines part or meet in there, or pass it by? */
  #branches(units: readonly number[]): boolean {
    const own = new Set(units);
    const lines = this.#links.filter(({ to, quiet }) => !quiet && own.has(to));
    return lines.length > units.length;
  }

  #isConnected(units: readonly number[]): boolean {
    const own = new Set(units);
    const near = new Map<number, number[]>();
    for (const { from, to, quiet } of this.#links) {
      if (quiet || !own.has(from) || !own.has(to)) continue;
      near.set(from, [...(near.get(from) ?? []), to]);
      near.set(to, [...(near.get(to) ?? []), from]);
    }
    const [first] = units;
    const seen = new Set<number>();
    const open = first === undefined ? [] : [first];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(near.get(at) ?? []));
    }
    return seen.size === own.size;
  }

  /** With `units` as one node, and the groups there are as one each: does everything still flow one way? */
  #staysAcyclic(level: readonly number[], units: readonly number[], blocks: ReadonlyMap<number, number>): boolean {
    const own = new Set(units);
    const here = new Set(level);
    const nodeOf = (unit: number): string => {
      if (own.has(unit)) return 'new';
      const block = blocks.get(unit);
      return block === undefined ? `unit ${unit}` : `block ${block}`;
    };
    const next = new Map<string, string[]>();
    const missing = new Map<string, number>();
    for (const unit of level) missing.set(nodeOf(unit), 0);
    for (const unit of level) {
      for (const { to } of this.#next[unit] ?? []) {
        const [a, b] = [nodeOf(unit), nodeOf(to)];
        if (a === b || !here.has(to)) continue;
        next.set(a, [...(next.get(a) ?? []), b]);
        missing.set(b, (missing.get(b) ?? 0) + 1);
      }
    }
    const open = [...missing].flatMap(([node, count]) => (count === 0 ? [node] : []));
    let done = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      done++;
      for (const to of next.get(at) ?? []) {
        const left = (missing.get(to) ?? 0) - 1;
        missing.set(to, left);
        if (left === 0) open.push(to);
      }
    }
    return done === missing.size;
  }

  /** Puts what repeats one behind the other into groups of its own. */
  #repeated(level: readonly number[], groups: readonly Group[]): Group[] {
    const items = itemsOf(level, groups);
    const likeness = items.map((item) => this.#likeness(item));
    const out: Group[] = [];
    for (let i = 0; i < items.length;) {
      const run = this.#runAt(items, likeness, i);
      if (run === undefined) {
        const item = items[i] as Item;
        if (item.group !== undefined) out.push(item.group);
        i++;
        continue;
      }
      const parts: Group[] = [];
      for (let part = 0; part < run.repeats; part++) {
        const from = i + part * run.period;
        parts.push(this.#part(items.slice(from, from + run.period)));
      }
      const [first, last] = [parts[0] as Group, parts.at(-1) as Group];
      const label = `${first.label} … ${last.label}`;
      const units = parts.flatMap((part) => part.units).sort((a, b) => a - b);
      if (units.length === level.length) out.push(...parts);
      else out.push({ id: label, label, repeats: run.repeats, units, groups: parts });
      i += run.period * run.repeats;
    }
    return out;
  }

  #part(items: readonly Item[]): Group {
    const [only] = items;
    if (items.length === 1 && only?.group !== undefined) return only.group;
    const units = items.flatMap((item) => item.units).sort((a, b) => a - b);
    const groups = items.flatMap(({ group }) => group ?? []);
    // A group that is nearly all of it gives it its name, and is no frame of its own in it.
    const main = groups.find((group) => group.units.length * 2 > units.length);
    if (main !== undefined) {
      const inner = [...groups.filter((group) => group !== main), ...main.groups];
      return { id: main.id, label: main.label, repeats: 1, units, groups: inner };
    }
    const name = (unit: number | undefined): string => (unit === undefined ? '' : (this.#units[unit]?.name ?? ''));
    const label = `${name(units[0])} – ${name(units.at(-1))}`;
    return { id: label, label, repeats: 1, units, groups };
  }

  /** The shortest period with which the items from here on repeat, one part behind the other. */
  #runAt(
    items: readonly Item[],
    likeness: readonly string[],
    start: number,
  ): { readonly period: number; readonly repeats: number } | undefined {
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      if (period === 1 && items[start]?.group === undefined) continue;
      let repeats = 1;
      while (this.#repeats(items, likeness, start, period, repeats)) repeats++;
      if (repeats < LEAST_REPEATS) continue;
      if (period === 1 || this.#branches(items.slice(start, start + period).flatMap((item) => item.units))) {
        return { period, repeats };
      }
    }
    return undefined;
  }

  /** Is the part after `repeats` parts like the first, and behind the one before it and no other? */
  #repeats(
    items: readonly Item[],
    likeness: readonly string[],
    start: number,
    period: number,
    repeats: number,
  ): boolean {
    const from = start + repeats * period;
    if (from + period > items.length) return false;
    for (let i = 0; i < period; i++) if (likeness[from + i] !== likeness[start + i]) return false;
    const unitsOf = (at: number): Set<number> => new Set(items.slice(at, at + period).flatMap((item) => item.units));
    const [before, own] = [unitsOf(from - period), unitsOf(from)];
    if (!this.#isConnected([...own]) || (repeats === 1 && !this.#isConnected([...before]))) return false;
    return (
      this.#links.every(({ from: a, to: b, quiet }) => {
        if (quiet || own.has(a) === own.has(b)) return !quiet || own.has(a) === own.has(b) || !before.has(a);
        if (own.has(b)) return before.has(a);
        return true;
      }) && this.#links.every(({ from: a, to: b, quiet }) => quiet || !before.has(a) || before.has(b) || own.has(b))
    );
  }

  #likeness({ units }: Item): string {
    const place = new Map(units.map((unit, i) => [unit, i]));
    return units
      .map((unit) => {
        const lines = (this.#next[unit] ?? []).flatMap(({ to }) => place.get(to) ?? []);
        return `${this.#units[unit]?.likeness} > ${lines.join()}`;
      })
      .join(' | ');
  }
}

interface Item {
  readonly units: readonly number[];
  readonly group: Group | undefined;
}

/** Groups and the nodes in none, in the order of the text. */
function itemsOf(level: readonly number[], groups: readonly Group[]): Item[] {
  const inside = new Set(groups.flatMap(({ units }) => units));
  return [
    ...groups.map((group): Item => ({ units: group.units, group })),
    ...level.flatMap((unit): Item[] => (inside.has(unit) ? [] : [{ units: [unit], group: undefined }])),
  ].sort((a, b) => (a.units[0] ?? 0) - (b.units[0] ?? 0));
}

/** Where a name can be cut: before each separator, and behind its end. */
function prefixesOf(name: string): string[] {
  const prefixes: string[] = [];
  for (let i = 1; i < name.length; i++) if ('/_-.'.includes(name[i] as string)) prefixes.push(name.slice(0, i));
  prefixes.push(name);
  return prefixes;
}

/** All groups with those in them, outer ones first. */
export function allGroups(groups: readonly Group[]): Group[] {
  return groups.flatMap((group) => [group, ...allGroups(group.groups)]);
}
