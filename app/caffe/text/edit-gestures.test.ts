/** Gestures on edges, order, names, copies and blocks: exactly this text changes, and the wiring is what was meant. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from '../net/build-net.ts';
import { shapesFrom } from '../net/connection-shapes.ts';
import { PLAIN_LAYERS, SMALL_NET, plainLayer } from '../net/fixtures/plain-layers.ts';
import { viewNet } from '../net/view-net.ts';
import { resNet } from '../testing/networks.ts';
import { applyEdits } from './apply-edits.ts';
import { layerBlocks } from './blocks/layer-blocks.ts';
import { connectProblem, connectionsFrom } from './connect-problem.ts';
import { netEdits, planEdits } from './edits.ts';
import type { NetAction } from './edits.ts';

const after = (text: string, action: NetAction): string => {
  const plan = planEdits(text, action);
  if (!plan.ok) throw new Error(plan.message);
  return applyEdits(text, plan.edits);
};
const refusal = (text: string, action: NetAction): string | undefined => {
  const plan = planEdits(text, action);
  return plan.ok ? undefined : plan.message;
};
/** The edits as `[old text, new text]`. */
const changes = (text: string, action: NetAction): [string, string][] => {
  const plan = planEdits(text, action);
  if (!plan.ok) throw new Error(plan.message);
  return plan.edits.map((edit) => [text.slice(edit.range.start, edit.range.end), edit.text]);
};
const wiring = (text: string, phase: 'TRAIN' | 'TEST' = 'TRAIN'): string[] =>
  buildNet(text, { phase, layers: PLAIN_LAYERS }).layers.map(
    (layer) => `${layer.id}: ${layer.bottoms.join(' ')} → ${layer.tops.join(' ')}`,
  );

/** A layer on one line. */
const line = (name: string, bottoms: string, top = name, rest = ''): string =>
  `layer { name: "${name}" type: "Eltwise" ${
    bottoms === ''
      ? ''
      : bottoms
          .split(' ')
          .map((b) => `bottom: "${b}" `)
          .join('')
  }top: "${top}" ${rest}}\n`;
/** in → a → b (in place: r) → c → d, and s reads a. */
const LINES = `${line('in', '')}${line('a', 'in')}${line('r', 'a', 'a')}${line('b', 'a')}${line('c', 'b')}${line('d', 'c')}`;

describe('delete without healing', () => {
  test('readers keep the names, so that every bottom keeps its place', () => {
    expect(changes(SMALL_NET, { kind: 'delete', layers: ['pool1'], heal: false })).toEqual([
      ['layer {\n  name: "pool1"\n  type: "Pooling"\n  bottom: "conv1"\n  top: "pool1"\n}\n', ''],
    ]);
  });

  test('items of a list of layers, and the inputs of a deploy net', () => {
    const list = 'layer: [ { name: "a" }, { name: "b" }, { name: "c" } ]';
    expect(after(list, { kind: 'delete', layers: ['b'] })).toBe('layer: [ { name: "a" }, { name: "c" } ]');
    expect(after(list, { kind: 'delete', layers: ['b', 'c'] })).toBe('layer: [ { name: "a" } ]');
    expect(after(list, { kind: 'delete', layers: ['a', 'b', 'c'] })).toBe('');
    const deploy =
      'input: "x"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 8\ninput_dim: 8\nlayer { name: "r" bottom: "x" }\n';
    expect(after(deploy, { kind: 'delete', layers: ['input'] })).toBe('layer { name: "r" bottom: "x" }\n');
  });
});

describe('append', () => {
  test('behind a layer that works in place in one phase only: it goes on reading what it changes', () => {
    const text = `${line('in', '')}${line('a', 'in')}${line('r', 'a', 'a', 'include { phase: TEST } ')}${line('b', 'a')}`;
    const action: NetAction = { kind: 'append', layer: plainLayer('Pooling'), to: 'r', onto: 'chain' };
    const [block] = layerBlocks.filter(({ reads, makes }) => reads && makes);
    if (!block) throw new Error('No block.');
    const put: NetAction = { kind: 'block', block, at: { kind: 'node', layer: 'r', onto: 'chain' }, channels: 8 };
    expect(changes(text, action).filter(([old]) => old !== '')).toEqual([['"a"', '"pool1"']]);
    expect(wiring(after(text, action), 'TRAIN').slice(1)).toEqual(['a: in → a', 'pool1: a → pool1', 'b: pool1 → b']);
    for (const gesture of [action, put]) {
      expect(wiring(after(text, gesture), 'TEST').slice(1, 3)).toEqual(['a: in → a', 'r: a → a@1']);
      expect(wiring(after(text, gesture), 'TEST').at(-1)).not.toBe('b: a@1 → b');
    }
  });

  test('in the chain, what read the node reads the new layer; as a branch it stays', () => {
    const action: NetAction = { kind: 'append', layer: plainLayer('Pooling'), to: 'pool1' };
    expect(wiring(after(SMALL_NET, action)).slice(3, 6)).toEqual([
      'pool1: conv1@1 → pool1',
      'pool2: pool1 → pool2',
      'ip1: pool2 → ip1',
    ]);
    expect(changes(SMALL_NET, action).slice(1)).toEqual([['"pool1"', '"pool2"']]);
    expect(wiring(after(SMALL_NET, { ...action, onto: 'branch' })).slice(4, 6)).toEqual([
      'pool2: pool1 → pool2',
      'ip1: pool1 → ip1',
    ]);
  });

  test('at the end of a net both make the same text', () => {
    for (const type of ['Pooling', 'ReLU']) {
      const [chain, branch] = (['chain', 'branch'] as const).map((onto) =>
        after(LINES, { kind: 'append', layer: plainLayer(type), to: 'd', onto }),
      );
      expect(chain).toBe(branch);
    }
  });

  test('a branch beside other readers is not made in place', () => {
    const text = after(SMALL_NET, { kind: 'append', layer: plainLayer('ReLU'), to: 'pool1', onto: 'branch' });
    expect(wiring(text)).toContain('relu2: pool1 → relu2');
    expect(wiring(text)).toContain('ip1: pool1 → ip1');
  });

  test('a loss ends a chain: the other readers stay', () => {
    const text = after(SMALL_NET, { kind: 'append', layer: plainLayer('SoftmaxWithLoss'), to: 'ip1', onto: 'chain' });
    expect(wiring(text)).toContain('loss: ip1 label → loss');
  });
});

describe('connect', () => {
  test('a new bottom, and another blob for one there is', () => {
    expect(changes(LINES, { kind: 'connect', from: { layer: 'b', top: 0 }, to: { layer: 'd' } })).toEqual([
      ['', ' bottom: "b"'],
    ]);
    expect(changes(LINES, { kind: 'connect', from: { layer: 'b', top: 0 }, to: { layer: 'd', bottom: 0 } })).toEqual([
      ['"c"', '"b"'],
    ]);
    expect(changes(LINES, { kind: 'connect', from: { layer: 'c', top: 0 }, to: { layer: 'd', bottom: 0 } })).toEqual(
      [],
    );
    expect(
      after('layer {\n  name: "a"\n  top: "a"\n}\nlayer {\n  name: "b"\n  top: "b"\n}\n', {
        kind: 'connect',
        from: { layer: 'a', top: 0 },
        to: { layer: 'b' },
      }),
    ).toContain('  name: "b"\n  bottom: "a"\n  top: "b"\n');
  });

  test('what stands before its new source moves behind it, with what needs it and with its comments', () => {
    const text = `${line('in', '')}# first\n${line('a', 'in')}${line('b', 'a')}# last\n${line('z', 'in')}`;
    const joined = after(text, { kind: 'connect', from: { layer: 'z', top: 0 }, to: { layer: 'a' } });
    expect(joined).toBe(
      `${line('in', '')}# last\n${line('z', 'in')}# first\n${line('a', 'in').replace('bottom: "in"', 'bottom: "in" bottom: "z"')}${line('b', 'a')}`,
    );
  });

  test('a layer that works in place gets a top of its own when it is to read something else', () => {
    const text = after(LINES, { kind: 'connect', from: { layer: 'in', top: 0 }, to: { layer: 'r', bottom: 0 } });
    expect(wiring(text)).toEqual(['in:  → in', 'a: in → a', 'r: in → r', 'b: r → b', 'c: b → c', 'd: c → d']);
  });

  test('the blob is read as the last in-place layer leaves it', () => {
    const text = after(SMALL_NET, {
      kind: 'connect',
      from: { layer: 'conv1', top: 0 },
      to: { layer: 'ip1', bottom: 0 },
    });
    expect(wiring(text)).toContain('ip1: conv1@1 → ip1');
    expect(
      netEdits(SMALL_NET, { kind: 'connect', from: { layer: 'conv1', top: 0 }, to: { layer: 'relu1', bottom: 0 } }),
    ).toEqual([]);
  });

  test('circles, the other phase, missing tops and full layers are refused', () => {
    const problem = (from: string, to: string): string | undefined =>
      connectProblem(SMALL_NET, { layer: from, top: 0 }, { layer: to }, PLAIN_LAYERS);
    expect(problem('ip1', 'pool1')).toBe('"pool1" takes 1 bottom, and has as many already.');
    expect(connectProblem(SMALL_NET, { layer: 'ip1', top: 0 }, { layer: 'conv1', bottom: 0 }, PLAIN_LAYERS)).toBe(
      '"ip1" needs what "conv1" makes: joining them would make a circle.',
    );
    expect(
      refusal(SMALL_NET, { kind: 'connect', from: { layer: 'ip1', top: 0 }, to: { layer: 'conv1', bottom: 0 } }),
    ).toBe('"ip1" needs what "conv1" makes: joining them would make a circle.');
    expect(problem('accuracy', 'loss')).toContain('"accuracy" is not made in TRAIN, where "loss" takes part');
    expect(problem('conv1', 'conv1')).toBe('"conv1" cannot read what it makes itself.');
    expect(problem('conv1', 'cifar')).toBe('"cifar" reads nothing: Data has no bottoms.');
    expect(connectProblem(SMALL_NET, { layer: 'conv1', top: 1 }, { layer: 'ip1' }, PLAIN_LAYERS)).toContain(
      'makes nothing',
    );
    expect(problem('cifar', 'loss')).toBeUndefined();
  });

  test('shapes: the rule of the reader speaks, for all layers of ResNet-50 at once in a moment', () => {
    const text = resNet([3, 4, 6, 3]);
    const view = viewNet(buildNet(text, { phase: 'TEST', layers: layerTable }));
    const from = { layer: 'res2_0', top: 0 };
    const check = (): (string | undefined)[] => {
      const wires = connectionsFrom(text, from, layerTable);
      const shapes = shapesFrom(text, view, from, layerTable);
      return view.layers.map(({ id }) => wires({ layer: id, bottom: 0 }) ?? shapes({ layer: id, bottom: 0 }));
    };
    const found = check();
    const of = (id: string): string | undefined => found[view.layers.findIndex((layer) => layer.id === id)];
    expect(of('conv1')).toContain('circle');
    expect(of('res2_1')).toBeUndefined();
    expect(of('res3_1')).toMatch(/res2_0.*(56|57)/);
    // The quickest of a few: what else the process does is not counted.
    const times = Array.from({ length: 5 }, () => {
      const begun = process.cpuUsage();
      check();
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  });
});

describe('disconnect and reconnect', () => {
  test('a bottom goes with its line; one that is changed in place leaves a top of its own', () => {
    expect(changes(SMALL_NET, { kind: 'disconnect', consumer: 'loss', bottomIndex: 1 })).toEqual([
      ['  bottom: "label"\n', ''],
    ]);
    const text = after(SMALL_NET, { kind: 'disconnect', consumer: 'relu1', bottomIndex: 0 });
    expect(wiring(text).slice(1, 4)).toEqual(['conv1: data → conv1', 'relu1:  → relu1', 'pool1: relu1 → pool1']);
  });

  test('in a list of bottoms', () => {
    const text = 'layer { name: "s" bottom: ["a", "b", "c"] top: "s" }';
    expect(after(text, { kind: 'disconnect', consumer: 's', bottomIndex: 1 })).toContain('bottom: ["a", "c"]');
    expect(
      after(`${line('x', '')}${text}`, { kind: 'connect', from: { layer: 'x', top: 0 }, to: { layer: 's' } }),
    ).toContain('bottom: ["a", "b", "c", "x"]');
  });

  test('an edge starts elsewhere, ends elsewhere, or changes places in its layer', () => {
    const text = `${LINES}${line('s', 'c d')}`;
    expect(changes(text, { kind: 'reconnect', consumer: 's', bottomIndex: 1, from: { layer: 'b', top: 0 } })).toEqual([
      ['"d"', '"b"'],
    ]);
    const moved = after(text, { kind: 'reconnect', consumer: 's', bottomIndex: 0, to: { layer: 'd' } });
    expect(wiring(moved).slice(-2)).toEqual(['d: c c → d', 's: d → s']);
    expect(changes(text, { kind: 'reconnect', consumer: 's', bottomIndex: 0, to: { layer: 's', bottom: 1 } })).toEqual([
      ['"c"', '"d"'],
      ['"d"', '"c"'],
    ]);
  });
});

describe('reorder', () => {
  test('a layer moves with the comment above it', () => {
    const text = `${line('in', '')}${line('a', 'in')}# about b\n${line('b', 'in')} # end of b\n`.replace(
      '}\n #',
      '} #',
    );
    expect(after(text, { kind: 'reorder', layers: ['b'], before: 'a' })).toBe(
      `${line('in', '')}# about b\n${line('b', 'in').trimEnd()} # end of b\n${line('a', 'in')}`,
    );
    expect(after(text, { kind: 'reorder', layers: ['a'], after: 'b' })).toBe(
      `${line('in', '')}# about b\n${line('b', 'in').trimEnd()} # end of b\n${line('a', 'in')}`,
    );
  });

  test('refused where something would be read before it is made, or as another makes it', () => {
    expect(refusal(LINES, { kind: 'reorder', layers: ['d'], before: 'b' })).toBe(
      '"d" reads "c" of "c" and must stay behind it.',
    );
    expect(refusal(LINES, { kind: 'reorder', layers: ['b'], before: 'r' })).toBe(
      '"b" would then read "a" as "a" makes it, no longer "r".',
    );
  });
});

describe('names', () => {
  test('a layer with its twin of the other phase, and the blob called alike', () => {
    expect(changes(SMALL_NET, { kind: 'rename-layer', layer: 'cifar#1', name: 'images' })).toEqual([
      ['"cifar"', '"images"'],
      ['"cifar"', '"images"'],
    ]);
    const text = after(SMALL_NET, { kind: 'rename-layer', layer: 'conv1', name: 'first', blobs: true });
    expect(wiring(text).slice(1, 4)).toEqual([
      'first: data → first',
      'relu1: first → first@1',
      'pool1: first@1 → pool1',
    ]);
    expect(refusal(SMALL_NET, { kind: 'rename-layer', layer: 'conv1', name: 'pool1' })).toContain('already');
  });

  test('a blob in both phases, in-place layers and net inputs', () => {
    const text = after(SMALL_NET, { kind: 'rename-blob', blob: 'data', name: 'images' });
    expect(text).toBe(SMALL_NET.replaceAll('"data"', '"images"'));
    const deploy = 'input: "x"\ninput_dim: [1, 3, 8, 8]\nlayer { name: "r" bottom: "x" top: "x" }\n';
    expect(after(deploy, { kind: 'rename-blob', blob: 'x', name: 'y' })).toBe(deploy.replaceAll('"x"', '"y"'));
    expect(refusal(SMALL_NET, { kind: 'rename-blob', blob: 'data', name: 'label' })).toContain('already');
  });
});

describe('copies', () => {
  test('a copy has fresh names and the wiring within; what comes from outside stays', () => {
    const text = after(SMALL_NET, { kind: 'duplicate', layers: ['conv1', 'relu1', 'pool1'] });
    expect(wiring(text).slice(1, 7)).toEqual([
      'conv1: data → conv1',
      'relu1: conv1 → conv1@1',
      'pool1: conv1@1 → pool1',
      'conv2: data → conv2',
      'relu2: conv2 → conv2@1',
      'pool2: conv2@1 → pool2',
    ]);
    expect(text).toContain('pad: 2   # keeps the size\n    kernel_size: 5\n  }\n}\nlayer {\n  name: "relu2"');
    expect(text.match(/# The first convolution/g)).toHaveLength(1);
  });

  test('a prefix is counted up for all; a layer in place gets a top of its own', () => {
    const fire = `${line('in', '')}${line('fire2/a', 'in')}${line('fire2/b', 'fire2/a')}`;
    expect(wiring(after(fire, { kind: 'duplicate', layers: ['fire2/a', 'fire2/b'] })).slice(3)).toEqual([
      'fire3/a: in → fire3/a',
      'fire3/b: fire3/a → fire3/b',
    ]);
    expect(wiring(after(SMALL_NET, { kind: 'duplicate', layers: ['relu1'] }))[3]).toBe('relu2: conv1@1 → relu2');
  });

  test('pasted text keeps free names, is joined to the node if it reads one blob, and keeps its comments', () => {
    const piece =
      '# mine\nlayer {\n\tname: "conv1"\n\ttype: "Convolution"\n\tbottom: "q"\n\ttop: "conv1"\n}\n' +
      line('mine', 'conv1');
    const text = after(SMALL_NET, { kind: 'paste', text: piece, after: 'pool1' });
    expect(wiring(text).slice(4, 6)).toEqual(['conv2: pool1 → conv2', 'mine: conv2 → mine']);
    expect(text).toContain('}\n# mine\nlayer {\n  name: "conv2"\n  type: "Convolution"\n  bottom: "pool1"\n');
    expect(wiring(after(SMALL_NET, { kind: 'paste', text: piece })).at(-1)).toBe('mine: conv2 → mine');
    expect(after('', { kind: 'paste', text: line('a', '') })).toBe(line('a', ''));
    expect(refusal(SMALL_NET, { kind: 'paste', text: 'hello' })).toContain('mistake');
    expect(refusal(SMALL_NET, { kind: 'paste', text: 'name: "x"' })).toContain('no layers');
  });

  test('old layers are upgraded on the way in; new ones do not go into an old text', () => {
    const old = 'layers { name: "a" type: RELU bottom: "x" top: "a" }\n';
    expect(after(SMALL_NET, { kind: 'paste', text: old })).toContain(
      'layer { name: "a" type: "ReLU" bottom: "x" top: "a" }',
    );
    expect(refusal(old, { kind: 'paste', text: SMALL_NET })).toContain('old form');
  });
});

describe('blocks', () => {
  test.each(layerBlocks)('$id fits behind a layer, into an edge, at the end, with shapes that agree', (block) => {
    const base = `layer {
  name: "data"
  type: "Input"
  top: "data"
  top: "label"
  input_param { shape { dim: 2 dim: 3 dim: 16 dim: 16 } shape { dim: 2 } }
}
layer {
  name: "first"
  type: "Convolution"
  bottom: "data"
  top: "first"
  convolution_param { num_output: 64 kernel_size: 3 }
}
layer {
  name: "pool"
  type: "Pooling"
  bottom: "first"
  top: "pool"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 }
}
`;
    const errors = (text: string): string[] =>
      (['TRAIN', 'TEST'] as const).flatMap((phase) =>
        buildNet(text, { phase, layers: layerTable, record: [3, 16, 16] })
          .diagnostics.filter(({ severity }) => severity === 'error')
          .map(({ message }) => message),
      );
    expect(errors(base)).toEqual([]);
    if (!block.reads) {
      expect(refusal(base, { kind: 'block', block, at: { kind: 'node', layer: 'pool' } })).toContain('begins');
      expect(errors(after('', { kind: 'block', block, at: { kind: 'end' } }))).toEqual([]);
      return;
    }
    const channels = block.keepsChannels === true ? 64 : 32;
    expect(errors(after(base, { kind: 'block', block, at: { kind: 'node', layer: 'pool' }, channels }))).toEqual([]);
    const twice = after(
      after(base, { kind: 'block', block, at: { kind: 'node', layer: 'first', onto: 'branch' }, channels }),
      {
        kind: 'block',
        block,
        at: { kind: 'node', layer: 'pool' },
        channels,
      },
    );
    expect(errors(twice)).toEqual([]);
    const edge: NetAction = { kind: 'block', block, at: { kind: 'edge', consumer: 'pool', bottomIndex: 0 }, channels };
    if (!block.makes) expect(refusal(base, edge)).toContain('ends a network');
    else {
      const text = after(base, edge);
      expect(errors(text)).toEqual([]);
      const net = buildNet(text, { phase: 'TEST', layers: layerTable });
      expect(net.layers.at(-1)?.id).toBe('pool');
      expect(net.layers.at(-1)?.bottoms).toEqual(net.layers.at(-2)?.tops);
    }
    expect(after(base, { kind: 'block', block, at: { kind: 'end' } })).not.toContain('@');
  });
});
