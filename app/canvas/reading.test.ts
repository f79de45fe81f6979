/** Groups, folding and direction from text to placed graph, on networks of the gallery. */
import { describe, expect, it } from 'vitest';
import { layoutGraph } from '../workers/layout-graph.ts';
import { groupsToOpen, layersMeant } from './follow-selection.ts';
import { allGroups } from './groups.ts';
import { entryPoint, exitPoint, placeGraph } from './placed-graph.ts';
import { NOTHING_MOVED, type PlacedGraph } from './placed.ts';
import { groupNodeId, PLAIN, project, type CanvasGraph } from './project.ts';
import { galleryView } from './testing/gallery.ts';
import { CHAIN, viewOf } from './testing/nets.ts';

const place = async (graph: CanvasGraph): Promise<PlacedGraph> =>
  placeGraph(graph, await layoutGraph(graph.layout), NOTHING_MOVED);

const openAll = (graph: CanvasGraph): Record<string, boolean> =>
  Object.fromEntries(allGroups(graph.groups).map(({ id }) => [id, false]));

describe('groups of ResNet-152', () => {
  const view = galleryView('resnet152/deploy');
  const closed = project(view);
  const run = closed.nodes.find(({ group }) => group?.repeats === 35);

  it('shows at a glance what it is made of', () => {
    expect(closed.nodes.map(({ name }) => name)).toEqual([
      'data',
      'conv1',
      'pool1',
      'res2a',
      'res2b',
      'res2c',
      'res3a',
      'res3b1 … res3b7',
      'res4a',
      'res4b1 … res4b35',
      'res5a',
      'res5b',
      'res5c',
      'pool5',
      'fc1000',
      'prob',
    ]);
  });

  it('sums up what is in a closed group', () => {
    const parameters = closed.nodes.reduce((sum, { cost }) => sum + cost.parameters, 0);
    expect(parameters).toBe(view.totals.parameters);
    expect(run?.group).toMatchObject({
      layers: 455,
      inputs: ['res4a 1×1024×14×14'],
      outputs: ['res4b35 1×1024×14×14'],
    });
    expect(run?.description).toMatch(/^res4b1 … res4b35, closed group of 35 × the same, 455 layers; .* parameters; /);
  });

  it('says where each layer is to be seen, and opens what holds a selected one', () => {
    expect(closed.nodeOf.get('res4b17_branch2a')).toBe(run?.id);
    expect(groupsToOpen(closed, ['res4b17_branch2a'])).toEqual(['res4b1 … res4b35', 'res4b17']);
    expect(groupsToOpen(closed, ['conv1'])).toEqual([]);
    expect(layersMeant(closed, [run?.id ?? ''])).toEqual(run?.members);
    expect(groupsToOpen(closed, run?.members ?? [])).toEqual([]);
  });

  it('opens one group and leaves the others closed', () => {
    const graph = project(view, closed, { ...PLAIN, collapsed: { res2a: false } });
    expect(graph.frames.map(({ id }) => id)).toEqual(['res2a']);
    expect(graph.nodes.filter(({ inside }) => inside === 'res2a').map(({ id }) => id)).toEqual([
      'res2a_branch1',
      'res2a_branch2a',
      'res2a_branch2b',
      'res2a_branch2c',
      'res2a',
    ]);
    expect(graph.nodes.map(({ id }) => id)).toContain(groupNodeId('res2b'));
  });

  it('holds each node within the frame of its group and no other, wholly open', async () => {
    const graph = project(view, closed, { ...PLAIN, collapsed: openAll(closed) });
    const placed = await place(graph);
    expect(placed.frames).toHaveLength(allGroups(graph.groups).length);
    const frames = new Map(placed.frames.map((frame) => [frame.frame.id, frame]));
    for (const { node, x, y } of placed.nodes) {
      const around = graph.groupsOf.get(node.id) ?? [];
      for (const [id, frame] of frames) {
        const within =
          x > frame.x &&
          x + node.box.width < frame.x + frame.width &&
          y > frame.y &&
          y + node.box.height < frame.y + frame.height;
        const apart =
          x + node.box.width <= frame.x ||
          x >= frame.x + frame.width ||
          y + node.box.height <= frame.y ||
          y >= frame.y + frame.height;
        expect(around.includes(id) ? within : apart, `${node.id} and ${id}`).toBe(true);
      }
    }
    const trunk = placed.nodes.filter(({ node }) =>
      /^(data|conv1|pool|res\d[a-z]\d*(_branch2.)?$|fc|prob)/.test(node.id),
    );
    expect(new Set(trunk.map(({ node, x }) => Math.round(x + node.box.width / 2))).size).toBe(1);
  });
});

describe('edges of the gallery', () => {
  it.each([
    ['googlenet/train_test', 'TRAIN', 'down'],
    ['googlenet/train_test', 'TRAIN', 'right'],
    ['fcn8s/train_test', 'TRAIN', 'down'],
    ['siamese/train_test', 'TRAIN', 'down'],
    ['resnet50/deploy', 'TEST', 'right'],
    ['squeezenet/train_test', 'TRAIN', 'down'],
    ['densenet121/deploy', 'TEST', 'down'],
    ['mobilenet_v2/deploy', 'TEST', 'down'],
  ] as const)(
    '%s in %s, %s: edges lead from exit to entry at right angles and cross no node',
    async (file, phase, direction) => {
      const first = project(galleryView(file, phase));
      const graph = project(galleryView(file, phase), undefined, { ...PLAIN, direction, collapsed: openAll(first) });
      const placed = await place(graph);
      const nodes = new Map(placed.nodes.map((item) => [item.node.id, item]));
      expect(placed.edges).toHaveLength(graph.edges.length);
      for (const { edge, points } of placed.edges) {
        const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
        if (from === undefined || to === undefined) throw new Error(`${edge.id} has no ends.`);
        const [exit, entry] = [exitPoint(from, edge.exit), entryPoint(to)];
        expect(Math.hypot((points[0]?.x ?? 0) - exit.x, (points[0]?.y ?? 0) - exit.y), edge.id).toBeLessThan(1);
        expect(Math.hypot((points.at(-1)?.x ?? 0) - entry.x, (points.at(-1)?.y ?? 0) - entry.y), edge.id).toBeLessThan(
          1,
        );
        points.slice(1).forEach((point, i) => {
          const before = points[i];
          if (before === undefined) return;
          expect(point.x === before.x || point.y === before.y, `${edge.id} turns at right angles`).toBe(true);
          const [left, right] = [Math.min(before.x, point.x), Math.max(before.x, point.x)];
          const [top, bottom] = [Math.min(before.y, point.y), Math.max(before.y, point.y)];
          for (const { node, x, y } of placed.nodes) {
            const through =
              x + 1 < right && x + node.box.width - 1 > left && y + 1 < bottom && y + node.box.height - 1 > top;
            expect(through, `${edge.id} crosses ${node.id}`).toBe(false);
          }
        });
      }
    },
  );
});

/** Where a level part of a line crosses an upright one of another, by the names of both. */
function crossings({ edges }: PlacedGraph): string[] {
  const within = (value: number, a: number, b: number): boolean =>
    value > Math.min(a, b) + 0.5 && value < Math.max(a, b) - 0.5;
  const parts = edges.flatMap(({ edge, points }) =>
    points.slice(1).map((b, i) => ({ edge: edge.description, a: points[i] ?? b, b })),
  );
  const level = parts.filter(({ a, b }) => a.y === b.y);
  const upright = parts.filter(({ a, b }) => a.x === b.x);
  return level.flatMap((one) =>
    upright
      .filter((other) => within(other.a.x, one.a.x, one.b.x) && within(one.a.y, other.a.y, other.b.y))
      .map((other) => `${one.edge} × ${other.edge}`),
  );
}

describe('lines of the nets that others are measured by', () => {
  it.each([
    ['lenet/train_test', 'TRAIN'],
    ['cifar10_quick/train_test', 'TRAIN'],
    ['googlenet/train_test', 'TRAIN'],
    ['resnet50/deploy', 'TEST'],
    ['fcn8s/train_test', 'TRAIN'],
    ['siamese/train_test', 'TRAIN'],
  ] as const)('%s in %s: none crosses another, groups closed or open', async (file, phase) => {
    const closed = project(galleryView(file, phase));
    const open = project(galleryView(file, phase), undefined, { ...PLAIN, collapsed: openAll(closed) });
    for (const graph of [closed, open]) expect(crossings(await place(graph))).toEqual([]);
  });
});

describe('unfolding', () => {
  it('shows the in-place layers of one node one by one, in a row of their own versions', () => {
    const graph = project(viewOf(CHAIN), undefined, { ...PLAIN, unfolded: ['conv1'] });
    expect(graph.nodes.map(({ id }) => id)).toEqual(['data', 'conv1', 'relu1', 'drop1', 'ip1', 'loss']);
    expect(graph.edges.filter(({ quiet }) => !quiet).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'data conv1',
      'conv1 relu1',
      'relu1 drop1',
      'drop1 ip1',
      'ip1 loss',
    ]);
    expect(graph.nodes.find(({ id }) => id === 'conv1')?.unfolded).toBe(true);
  });
});

describe('direction', () => {
  it('lets the net flow to the right, its trunk on one line', async () => {
    const placed = await place(project(viewOf(CHAIN), undefined, { ...PLAIN, direction: 'right' }));
    const middles = placed.nodes.map((item) => entryPoint(item).y);
    expect(new Set(middles.map(Math.round)).size).toBe(1);
    const lefts = placed.nodes.map(({ x }) => x);
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
  });
});

describe('a small edit', () => {
  it('moves nothing before it, and what is behind it only along the flow', async () => {
    const before = await place(project(viewOf(CHAIN)));
    const edited = CHAIN.replace(
      'layer {\n  name: "ip1"',
      'layer { name: "pool" type: "Pooling" bottom: "conv1" top: "pool" pooling_param { kernel_size: 2 stride: 2 } }\nlayer {\n  name: "ip1"',
    ).replace('type: "InnerProduct"\n  bottom: "conv1"', 'type: "InnerProduct"\n  bottom: "pool"');
    const after = await place(project(viewOf(edited)));
    const at = (graph: PlacedGraph, id: string) => graph.nodes.find(({ node }) => node.id === id);
    for (const id of ['data', 'conv1'])
      expect(at(after, id)).toMatchObject({ x: at(before, id)?.x, y: at(before, id)?.y });
    expect(at(after, 'ip1')?.x).toBe(at(before, 'ip1')?.x);
    expect(at(after, 'ip1')?.y).toBeGreaterThan(at(before, 'ip1')?.y ?? Infinity);
  });
});
