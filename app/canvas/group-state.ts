/** Which groups of a net are open and which closed, by what was chosen and else by how many nodes there are. Pure. */
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import type { Folding } from './folding.ts';
import { allGroups, findGroups, type Group, type GroupLink, type GroupUnit } from './groups.ts';

/** Above so many nodes a net is read from its groups first. */
export const MOST_NODES_OPEN = 60;

export interface ShownGroups {
  readonly all: readonly Group[];
  readonly closedByDefault: boolean;
  /** For each unit the outermost closed group that it is in, and the innermost open one around that, or around the unit. */
  readonly closed: readonly (Group | undefined)[];
  readonly inside: readonly (Group | undefined)[];
  /** For each unit all groups that it is in, outer ones first. */
  readonly paths: readonly (readonly string[])[];
  /** Open groups with the one around them, outer ones first. */
  readonly open: readonly { readonly group: Group; readonly inside: Group | undefined }[];
}

const known = new WeakMap<NetView, { readonly key: string; readonly groups: readonly Group[] }>();

/** The groups of a folded net; found once for a net in each way to fold it. */
function groupsOf(
  { units, unitOf }: Folding,
  view: NetView,
  isQuiet: (reader: LayerView, bottomIndex: number) => boolean,
): readonly Group[] {
  const key = units.map(({ root }) => root.id).join('\n');
  const old = known.get(view);
  if (old?.key === key) return old.groups;
  const nodes = units.map(({ root, folded }): GroupUnit => ({
    name: root.name,
    likeness: [root, ...folded].map(({ type, summary }) => `${type} ${summary}`).join(', '),
  }));
  const links: GroupLink[] = [];
  const seen = new Set<string>();
  units.forEach(({ root, finalTops }, from) => {
    finalTops.forEach(({ blob }, top) => {
      for (const { layer, bottomIndex } of blob?.consumers ?? []) {
        const to = unitOf[layer];
        const reader = view.layers[layer];
        if (to === undefined || reader === undefined || to === from) continue;
        const quiet = (root.bottoms.length === 0 && top > 0) || isQuiet(reader, bottomIndex);
        const id = `${from} ${to} ${quiet}`;
        if (!seen.has(id)) links.push({ from, to, quiet });
        seen.add(id);
      }
    });
  });
  const groups = findGroups(nodes, links);
  known.set(view, { key, groups });
  return groups;
}

/** Sorts the groups of a net into open and closed. */
export function shownGroups(
  folding: Folding,
  view: NetView,
  collapsed: Readonly<Record<string, boolean>>,
  isQuiet: (reader: LayerView, bottomIndex: number) => boolean,
): ShownGroups {
  const all = groupsOf(folding, view, isQuiet);
  const closedByDefault = folding.units.length > MOST_NODES_OPEN;
  const closed = folding.units.map((): Group | undefined => undefined);
  const inside = folding.units.map((): Group | undefined => undefined);
  const open: { group: Group; inside: Group | undefined }[] = [];
  const visit = (groups: readonly Group[], around: Group | undefined): void => {
    for (const group of groups) {
      if (collapsed[group.id] ?? closedByDefault) {
        for (const unit of group.units) closed[unit] = group;
        continue;
      }
      open.push({ group, inside: around });
      for (const unit of group.units) inside[unit] = group;
      visit(group.groups, group);
    }
  };
  visit(all, undefined);
  const paths = folding.units.map((): string[] => []);
  for (const group of allGroups(all)) for (const unit of group.units) paths[unit]?.push(group.id);
  return { all, paths, closedByDefault, closed, inside, open };
}
