/** Groups by name and by repetition, and that none of them could close a circle. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allGroups, findGroups, type GroupLink, type GroupUnit } from './groups.ts';

const unit = (name: string, likeness = 'same'): GroupUnit => ({ name, likeness });
const link = (from: number, to: number, quiet = false): GroupLink => ({ from, to, quiet });
const labels = (names: readonly string[], links: readonly GroupLink[]): string[] =>
  allGroups(
    findGroups(
      names.map((name) => unit(name, name)),
      links,
    ),
  ).map(({ label }) => label);
const chain = (count: number): GroupLink[] => Array.from({ length: count - 1 }, (_, i) => link(i, i + 1));

describe('findGroups', () => {
  it('groups by what stands before a slash', () => {
    expect(labels(['data', 'conv2_1/dw', 'conv2_1/sep', 'fc'], chain(4))).toEqual(['conv2_1']);
  });

  it('groups a residual block with its sum, which has the name of the block', () => {
    const names = ['pool1', 'res2a_branch1', 'res2a_branch2a', 'res2a_branch2b', 'res2a', 'pool5'];
    const links = [link(0, 1), link(0, 2), link(2, 3), link(1, 4), link(3, 4), link(4, 5)];
    expect(
      findGroups(
        names.map((name) => unit(name, name)),
        links,
      ),
    ).toMatchObject([{ id: 'res2a', repeats: 1, units: [1, 2, 3, 4] }]);
  });

  it('leaves a plain chain alone whose names say no more than a number', () => {
    expect(labels(['data', 'conv1_1', 'conv1_2', 'pool1', 'fc_a'], chain(5))).toEqual([]);
  });

  it('makes no group of what a path leaves and comes back to', () => {
    const links = [link(0, 1), link(1, 2), link(2, 3), link(3, 4)];
    expect(labels(['data', 'a/1', 'other', 'a/2', 'end'], links)).toEqual([]);
  });

  it('makes no two groups that read from each other', () => {
    // a/1 → b/1 and b/2 → a/2: each is a group by itself, both together would close a circle.
    const links = [link(0, 1), link(0, 4), link(1, 2), link(1, 3), link(4, 2), link(4, 5)];
    const found = findGroups(
      ['in', 'a/1', 'a/2', 'b/1', 'b/2', 'b/3'].map((name) => unit(name, name)),
      links,
    );
    expect(found.length).toBeLessThanOrEqual(1);
  });

  it('makes no group of what is not connected', () => {
    expect(labels(['in', 'x/1', 'x/2', 'end'], [link(0, 1), link(0, 2), link(1, 3), link(2, 3)])).toEqual([]);
  });

  it('nests groups by longer and longer names', () => {
    const names = ['in', 'b/a/1', 'b/a/2', 'b/c', 'end'];
    expect(
      findGroups(
        names.map((name) => unit(name, name)),
        chain(5),
      ),
    ).toMatchObject([{ id: 'b', units: [1, 2, 3], groups: [{ id: 'b/a', units: [1, 2] }] }]);
  });

  it('puts like groups one behind the other into one', () => {
    const blocks = ['r1', 'r2', 'r3'].flatMap((block) => [unit(`${block}/a`), unit(`${block}/b`)]);
    const found = findGroups([unit('in'), ...blocks, unit('out', 'other')], chain(8));
    expect(found).toMatchObject([{ label: 'r1 … r3', repeats: 3, units: [1, 2, 3, 4, 5, 6] }]);
    expect(found[0]?.groups.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3']);
  });

  it('finds residual blocks by their structure where names say nothing', () => {
    // Each block: two convolutions, and a sum with what the block reads.
    const units = [unit('in', 'input')];
    const links: GroupLink[] = [];
    for (let block = 0; block < 4; block++) {
      const at = units.length;
      units.push(unit(`c${at}`, 'conv'), unit(`c${at + 1}`, 'conv'), unit(`s${at + 2}`, 'sum'));
      links.push(link(at - 1, at), link(at, at + 1), link(at + 1, at + 2), link(at - 1, at + 2));
    }
    units.push(unit('out', 'softmax'));
    links.push(link(12, 13));
    expect(findGroups(units, links)).toMatchObject([{ label: 'c1 – s3 … c10 – s12', repeats: 4 }]);
  });

  it('never closes a circle, and keeps groups within groups', () => {
    const name = fc.constantFrom('a', 'b').chain((first) => fc.nat(3).map((n) => `${first}${n}`));
    const net = fc.array(fc.tuple(name, fc.array(fc.nat(30), { maxLength: 3 })), { minLength: 2, maxLength: 24 });
    fc.assert(
      fc.property(net, (layers) => {
        const units = layers.map(([block], i) => unit(`${block}/${i}`));
        const links = layers.flatMap(([, reads], to) => (to === 0 ? [] : reads.map((from) => link(from % to, to))));
        const groups = findGroups(units, links);
        const blockOf = (at: number): string => {
          const group = groups.findIndex((one) => one.units.includes(at));
          return group < 0 ? `unit ${at}` : `group ${group}`;
        };
        const next = new Map<string, Set<string>>();
        for (const { from, to } of links) {
          const [a, b] = [blockOf(from), blockOf(to)];
          if (a !== b) next.set(a, (next.get(a) ?? new Set()).add(b));
        }
        const state = new Map<string, 'open' | 'done'>();
        const visit = (at: string): void => {
          expect(state.get(at), `a circle through ${at}`).not.toBe('open');
          if (state.get(at) === 'done') return;
          state.set(at, 'open');
          for (const to of next.get(at) ?? []) visit(to);
          state.set(at, 'done');
        };
        for (const at of next.keys()) visit(at);
        for (const group of allGroups(groups)) {
          for (const inner of group.groups) expect(inner.units.every((at) => group.units.includes(at))).toBe(true);
        }
      }),
    );
  });
});
