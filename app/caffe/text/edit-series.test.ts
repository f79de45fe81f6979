/**
 * A hundred gestures in a row, held against a model of the graph that knows nothing of texts: who reads what of whom, in
 * which order, in each phase. And values set in layers, held against the decoded message.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildNet } from '../net/build-net.ts';
import { PLAIN_LAYERS, SMALL_NET, plainLayer } from '../net/fixtures/plain-layers.ts';
import { readNet } from '../net/read-net.ts';
import { EXPLICIT } from '../schema/dsl.ts';
import type { Phase } from '../schema/net-messages.ts';
import { formatted } from '../service/format.ts';
import { resNet } from '../testing/networks.ts';
import { applyEdits, invertEdits } from './apply-edits.ts';
import { layerBlocks } from './blocks/layer-blocks.ts';
import { planEdits } from './edits.ts';
import type { NetAction } from './edits.ts';
import { parse } from './parse.ts';

const PHASES: readonly Phase[] = ['TRAIN', 'TEST'];

/** A layer of the model: what it reads, as `layer.top` of the layer that made it, or `?` where nobody does. */
interface Node {
  readonly id: string;
  readonly reads: readonly string[];
  readonly tops: readonly string[];
}
type Graph = readonly Node[];

function graphOf(text: string, phase: Phase): Graph {
  const net = buildNet(text, { phase, layers: PLAIN_LAYERS });
  return net.layers.map((layer) => ({
    id: layer.id,
    reads: layer.bottoms.map((id) => {
      const blob = net.blobs.get(id);
      return blob ? `${net.layers[blob.producer]?.id ?? ''}.${blob.topIndex}` : '?';
    }),
    tops: layer.parameter.top,
  }));
}

const makerOf = (read: string): string => read.slice(0, read.lastIndexOf('.'));
const topOf = (read: string): number => Number(read.slice(read.lastIndexOf('.') + 1));

/** Edges as lines, but those of some layers; a bottom's place counts. */
const edges = (graph: Graph, but: (id: string) => boolean): string[] =>
  graph.flatMap(({ id, reads }) => (but(id) ? [] : reads.map((read, i) => `${id}[${i}] ← ${read}`)));

/** Follows a read past layers that go, as healing does; undefined where that ends at a source. */
function healed(graph: Graph, gone: ReadonlySet<string>, read: string): string | undefined {
  if (read === '?' || !gone.has(makerOf(read))) return read;
  const maker = graph.find(({ id }) => id === makerOf(read));
  const through = maker?.reads[topOf(read)] ?? maker?.reads[0];
  return through === undefined ? undefined : healed(graph, gone, through);
}

/** The name of the blob that a read means. */
const nameOf = (graph: Graph, read = '?'): string | undefined =>
  graph.find(({ id }) => id === makerOf(read))?.tops[topOf(read)];

/** What must hold of the graph of a phase after an action that was carried out. */
function check(before: Graph, after: Graph, action: NetAction, otherPhase: Graph): void {
  const ids = before.map(({ id }) => id);
  const added = after.filter(({ id }) => !ids.includes(id));
  const isNew = (id: string): boolean => added.some((node) => node.id === id);
  const same = (but: (id: string) => boolean = isNew): void => {
    expect(edges(after, (id) => isNew(id) || but(id)).toSorted(), action.kind).toEqual(edges(before, but).toSorted());
  };
  const order = (): void => expect(after.map(({ id }) => id).filter((id) => !isNew(id))).toEqual(ids);
  switch (action.kind) {
    case 'delete': {
      const gone = new Set(action.layers);
      expect(after.map(({ id }) => id)).toEqual(ids.filter((id) => !gone.has(id)));
      if (action.heal === false) return;
      for (const node of after) {
        const old = before.find(({ id }) => id === node.id);
        node.reads.forEach((read, i) => {
          const wanted = healed(before, gone, old?.reads[i] ?? '?');
          // Where the phases would need two names, the bottom keeps the one it has.
          const there = otherPhase.find(({ id }) => id === node.id)?.reads[i] ?? '?';
          const other = there === '?' ? wanted : healed(otherPhase, gone, there);
          if (wanted === undefined || wanted === '?' || nameOf(before, wanted) !== nameOf(otherPhase, other)) return;
          expect(`${node.id}[${i}] ← ${read}`).toBe(`${node.id}[${i}] ← ${wanted}`);
        });
      }
      return;
    }
    case 'connect': {
      const { layer } = action.to;
      same((id) => id === layer);
      const [old, now] = [before, after].map((graph) => graph.find(({ id }) => id === layer)?.reads ?? []);
      const index = Math.min(action.to.bottom ?? Infinity, old?.length ?? 0);
      if (now === undefined || now.length === 0) return;
      expect(now.filter((_, i) => i !== index)).toEqual(old?.filter((_, i) => i !== index));
      return;
    }
    case 'disconnect': {
      order();
      same((id) => id === action.consumer);
      const [old, now] = [before, after].map((graph) => graph.find(({ id }) => id === action.consumer)?.reads);
      expect(now).toEqual(old?.filter((_, i) => i !== action.bottomIndex));
      return;
    }
    case 'reorder':
      expect(after.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(edges(after, () => false).toSorted()).toEqual(edges(before, () => false).toSorted());
      return;
    case 'in-place': {
      order();
      // A bottom that nobody makes in a phase may find a blob under the name that is now written on.
      const open = (id: string, i: number): boolean => before.find((node) => node.id === id)?.reads[i] === '?';
      const bound = (graph: Graph): Graph =>
        graph.map((node) => ({ ...node, reads: node.reads.map((read, i) => (open(node.id, i) ? '?' : read)) }));
      expect(edges(bound(after), isNew).toSorted()).toEqual(edges(before, isNew).toSorted());
      return;
    }
    case 'rename-blob':
    case 'insert':
    case 'duplicate':
    case 'paste':
      order();
      same();
      return;
    case 'rename-layer': {
      const rename = (id: string): string => (id === action.layer ? action.name : id);
      const renamed = before.map(({ id, reads, tops }) => ({
        id: rename(id),
        reads: reads.map((read) => (read === '?' ? read : `${rename(makerOf(read))}.${topOf(read)}`)),
        tops,
      }));
      expect(edges(after, () => false)).toEqual(edges(renamed, () => false));
      return;
    }
    case 'splice': {
      order();
      const consumer = after.find(({ id }) => id === action.consumer);
      const old = before.find(({ id }) => id === action.consumer);
      if (!consumer || !old || added.length === 0) return;
      expect(consumer.reads[action.bottomIndex]).toBe(`${added[0]?.id ?? ''}.0`);
      expect(added[0]?.reads[0]).toBe(old.reads[action.bottomIndex]);
      same((id) => id === action.consumer);
      return;
    }
    case 'append':
      order();
      if (action.onto === 'branch') same();
      else {
        // Every edge stays, or goes through the new layer.
        const through = added[0];
        const was = new Map(before.map((node) => [node.id, node.reads]));
        for (const node of after) {
          if (isNew(node.id)) continue;
          node.reads.forEach((read, i) => {
            const now = through && makerOf(read) === through.id ? through.reads[0] : read;
            expect(now).toBe(was.get(node.id)?.[i]);
          });
        }
      }
      return;
    default:
      return;
  }
}

/** A net with two branches, in-place layers and both phases under names of their own. */
const NET = SMALL_NET.replace('name: "cifar"', 'name: "train_data"')
  .replace('name: "cifar"', 'name: "test_data"')
  .replace(
    'layer {\n  name: "ip1"',
    'layer { name: "side" type: "Convolution" bottom: "pool1" top: "side" convolution_param { num_output: 8 } }\n' +
      'layer {\n  name: "side_relu" # in place\n  type: "ReLU"\n  bottom: ["side"]\n  top: "side"\n}\n' +
      'layer {\n  name: "sum"\n  type: "Eltwise"\n  bottom: "pool1"\n  bottom: "side"\n  top: "sum"\n}\n\n# The scores.\nlayer {\n  name: "ip1"',
  );

const gesture = fc.record({
  kind: fc.constantFrom<NetAction['kind']>(
    'insert',
    'splice',
    'append',
    'delete',
    'connect',
    'connect',
    'disconnect',
    'reorder',
    'rename-layer',
    'rename-blob',
    'duplicate',
    'paste',
    'block',
    'in-place',
    'retype',
    'phase',
    'set',
    'list',
  ),
  type: fc.constantFrom('Convolution', 'ReLU', 'Pooling', 'InnerProduct', 'Dropout', 'Eltwise', 'Data'),
  at: fc.nat(1000),
  to: fc.nat(1000),
  index: fc.nat(2),
  flag: fc.boolean(),
});
type Gesture = typeof gesture extends fc.Arbitrary<infer T> ? T : never;

function actionOf(text: string, g: Gesture, serial: number): NetAction {
  const { layers } = readNet(text);
  const pick = (n: number): string => layers[n % Math.max(1, layers.length)]?.id ?? 'none';
  const [id, other] = [pick(g.at), pick(g.to)];
  const layer = plainLayer(g.type);
  const blobs = layers.flatMap((source) => source.layer.top);
  switch (g.kind) {
    case 'insert':
      return { kind: 'insert', layer, after: id };
    case 'splice':
      return { kind: 'splice', layer, consumer: id, bottomIndex: g.index };
    case 'append':
      return { kind: 'append', layer, to: id, onto: g.flag ? 'chain' : 'branch' };
    case 'connect':
      return {
        kind: 'connect',
        from: { layer: id, top: 0 },
        to: { layer: other, ...(g.flag ? { bottom: g.index } : {}) },
      };
    case 'disconnect':
      return { kind: 'disconnect', consumer: id, bottomIndex: g.index };
    case 'reorder':
      return g.flag
        ? { kind: 'reorder', layers: [id], before: other }
        : { kind: 'reorder', layers: [id], after: other };
    case 'rename-layer':
      return { kind: 'rename-layer', layer: id, name: `name${serial}` };
    case 'rename-blob':
      return { kind: 'rename-blob', blob: blobs[g.to % Math.max(1, blobs.length)] ?? '', name: `blob${serial}` };
    case 'duplicate':
      return { kind: 'duplicate', layers: g.flag ? [id] : [id, other] };
    case 'paste':
      return {
        kind: 'paste',
        text: NET.slice(NET.indexOf('# The first'), NET.indexOf('layer { name: "side"')),
        after: id,
      };
    case 'block': {
      const [block = layerBlocks[0]] = layerBlocks.slice(1 + (g.to % 6));
      return block
        ? { kind: 'block', block, at: { kind: 'node', layer: id, onto: g.flag ? 'chain' : 'branch' }, channels: 16 }
        : { kind: 'insert', layer };
    }
    case 'in-place':
      return { kind: 'in-place', layers: [id], inPlace: g.flag };
    case 'retype':
      return { kind: 'retype', layers: [id], layer };
    case 'phase':
      return { kind: 'phase', layers: [id], phase: g.flag ? 'TEST' : undefined };
    case 'list':
      return {
        kind: 'list',
        layers: [id],
        path: ['param'],
        change: { kind: 'insert', index: g.index, value: '{ lr_mult: 3 }' },
      };
    case 'set':
      return {
        kind: 'set',
        layer: id,
        path: ['convolution_param', 'pad'],
        value: g.flag ? String(g.index) : undefined,
      };
    default:
      return { kind: 'delete', layers: g.flag || g.to % 3 > 0 ? [id] : [id, other], heal: g.index > 0 };
  }
}

describe('a hundred gestures in a row', () => {
  const series = (start: string, runs: number, length: number, hasModel = true): void => {
    fc.assert(
      fc.property(fc.array(gesture, { minLength: length, maxLength: length }), (gestures) => {
        const undo: ((text: string) => string)[] = [];
        let text = start;
        gestures.forEach((g, serial) => {
          // The net stays of a size that a test can go through.
          const kind = readNet(text).layers.length > 40 && g.kind !== 'connect' ? 'delete' : g.kind;
          const action = actionOf(text, { ...g, kind }, serial);
          const plan = planEdits(text, action);
          if (!plan.ok) {
            expect(plan.message).toMatch(/^\S.*[.!]$/);
            return;
          }
          const next = applyEdits(text, plan.edits);
          const { edits } = plan;
          const back = invertEdits(text, edits);
          undo.push((now) => applyEdits(now, back));
          expect(parse(next).errors).toEqual([]);
          const old = PHASES.map((phase) => graphOf(text, phase));
          if (hasModel)
            PHASES.forEach((phase, i) => check(old[i] ?? [], graphOf(next, phase), action, old[1 - i] ?? []));
          text = next;
        });
        expect(formatted(formatted(text))).toBe(formatted(text));
        expect(undo.reduceRight((now, step) => step(now), text)).toBe(start);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  };

  test('of a net with branches and phases', () => series(NET, 2, 100), 60_000);
  test(
    'of the same on a line for each layer',
    () => series(NET.replace(/#.*/g, '').replace(/\s*\n\s*(?!layer)/g, ' '), 2, 60),
    60_000,
  );
  // Layers of one name change their ids as others go, so nothing is said of the graph here.
  test('of an old net in a list, with twins of one name', () => {
    const old = `layers: [ { name: "d" type: DATA top: "data" include { phase: TRAIN } }, { name: "d" type: DATA top: "data" include { phase: TEST } },\r\n  # c\r\n  { name: "c" type: CONVOLUTION bottom: ["data"] top: "c" blobs_lr: [1, 2] },\r\n  { name: "r" type: RELU bottom: "c" top: "c" }, { name: "p" type: POOLING bottom: "c" top: "p" } ]\r\n`;
    series(old, 2, 60, false);
    series(SMALL_NET, 1, 60, false);
  }, 60_000);
  test('of ResNet', () => series(resNet([1, 1]), 2, 60), 60_000);
});

/** A message as plain data: what is written in it. Empty settings say nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || !(EXPLICIT in value)) return value;
  const message = value as Record<string, unknown> & { readonly [EXPLICIT]: ReadonlySet<string> };
  const entries = [...message[EXPLICIT]].map((name) => [name, plain(message[name])] as const);
  return Object.fromEntries(
    entries
      .filter(([name, inner]) => !(/_(?:param|filler)$/.test(name) && Object.keys(inner as object).length === 0))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe('values', () => {
  const SHAPES = [
    'layer {\n  name: "a"\n  type: "Convolution" # kind\n}\n',
    'layer { name: "a" convolution_param { kernel_size: [3, 5] pad: 1 } param { lr_mult: 1 } }',
    'layer {\n\tname: "a"\n\tconvolution_param {\n\t\tkernel_size: 3 # three\n\t\tkernel_size: 5; pad: 2,\n\t\tweight_filler { type: "msra" }\n\t}\n\tparam { lr_mult: 1 } param < decay_mult: 0 >\n\tloss_weight: 1\n}',
    'name: "n" layer: [ { name: "a" loss_weight: [1, 2,3] }, { name: "b" } ]',
    'layer {\r\n  name: "a"\r\n  convolution_param { # settings\r\n  }\r\n}\r\n',
  ];
  const layerOf = (text: string): Record<string, unknown> =>
    plain(readNet(text).layers.find(({ id }) => id === 'a')?.layer) as Record<string, unknown>;
  const paths = fc.constantFrom<readonly string[]>(
    ['loss_weight'],
    ['convolution_param', 'kernel_size'],
    ['convolution_param', 'pad'],
  );

  test('items of lists: what is read afterwards is what was asked for, and nothing else', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('insert' as const), index: fc.nat(3), value: fc.nat(9).map(String) }),
      fc.record({ kind: fc.constant('remove' as const), index: fc.nat(3) }),
      fc.record({ kind: fc.constant('move' as const), from: fc.nat(3), to: fc.nat(3) }),
      fc.record({ kind: fc.constant('replace' as const), values: fc.array(fc.nat(9).map(String), { maxLength: 4 }) }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...SHAPES),
        fc.array(fc.tuple(paths, change), { minLength: 1, maxLength: 4 }),
        (start, all) => {
          let text = start;
          for (const [path, what] of all) {
            const before = layerOf(text);
            const [outer = '', inner] = path;
            const holder = (inner === undefined ? before : before[outer]) as Record<string, number[]> | undefined;
            const values = [...(holder?.[inner ?? outer] ?? [])].map(String);
            if (what.kind === 'insert') values.splice(what.index, 0, what.value);
            if (what.kind === 'remove') values.splice(what.index, 1);
            if (what.kind === 'move') values.splice(what.to, 0, ...values.splice(what.from, 1));
            if (what.kind === 'replace') values.splice(0, Infinity, ...what.values);
            const plan = planEdits(text, { kind: 'list', layers: ['a'], path, change: what });
            if (!plan.ok) throw new Error(plan.message);
            const next = applyEdits(text, plan.edits);
            expect(applyEdits(next, invertEdits(text, plan.edits))).toBe(text);
            expect(parse(next).errors).toEqual([]);
            const numbers = values.map(Number);
            const expected = structuredClone(before);
            const target = (inner === undefined ? expected : (expected[outer] ??= {})) as Record<string, unknown>;
            if (numbers.length > 0) target[inner ?? outer] = numbers;
            else Reflect.deleteProperty(target, inner ?? outer);
            if (inner !== undefined && Object.keys(target).length === 0) Reflect.deleteProperty(expected, outer);
            expect(layerOf(next)).toEqual(expected);
            expect(next.match(/#.*/g)).toEqual(text.match(/#.*/g));
            text = next;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
