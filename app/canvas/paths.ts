/** Ways along the edges: what a node depends on, what depends on it, and what lies between nodes. Pure. */

/** A line of the graph, by the ids of its nodes. */
export interface Line {
  readonly from: string;
  readonly to: string;
}

/** A node with everything before and behind it. */
export interface Related {
  readonly node: string;
  readonly before: ReadonlySet<string>;
  readonly behind: ReadonlySet<string>;
}

function reached(start: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const to of next.get(at) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

function neighbours(lines: readonly Line[], way: 'before' | 'behind'): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of lines) {
    const [at, other] = way === 'behind' ? [from, to] : [to, from];
    const list = next.get(at);
    if (list === undefined) next.set(at, [other]);
    else list.push(other);
  }
  return next;
}

/** Everything that a node depends on, and everything that depends on it. */
export const relatedTo = (lines: readonly Line[], node: string): Related => ({
  node,
  before: reached(node, neighbours(lines, 'before')),
  behind: reached(node, neighbours(lines, 'behind')),
});

/** All nodes on ways from one of some nodes to another of them, these included; only these where no way leads. */
export function between(lines: readonly Line[], nodes: readonly string[]): Set<string> {
  const all = nodes.map((node) => relatedTo(lines, node));
  const found = new Set(nodes);
  for (const from of all) {
    for (const to of all) {
      if (!from.behind.has(to.node)) continue;
      for (const node of from.behind) if (to.before.has(node)) found.add(node);
    }
  }
  return found;
}
