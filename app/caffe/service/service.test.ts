/** The editing service at marked places of small texts. */
import { describe, expect, test } from 'vitest';
import { PLAIN_LAYERS, SMALL_NET } from '../net/fixtures/plain-layers.ts';
import { buildNet } from '../net/build-net.ts';
import { viewNet } from '../net/view-net.ts';
import { applyEdits } from '../text/apply-edits.ts';
import { parse } from '../text/parse.ts';
import { completionAt } from './completion.ts';
import { foldsOf } from './folding.ts';
import { hoverAt } from './hover.ts';
import { shapeHints } from './inlay-hints.ts';
import { definitionsAt, namesIn, referencesAt } from './names.ts';
import { outlineOf } from './outline.ts';
import type { TextKind } from './place.ts';
import { renameAt, renameTargetAt } from './rename.ts';
import { signatureAt } from './signature.ts';
import { atCursor } from './testing/cursor.ts';

const labels = (marked: string, kind: TextKind = 'network'): string[] => {
  const { text, offset } = atCursor(marked);
  const { proposals } = completionAt(kind, text, offset, PLAIN_LAYERS);
  return proposals.toSorted((a, b) => a.rank - b.rank).map(({ label }) => label);
};
/** The text after the proposal of a label is taken, marks of snippets left in. */
const taken = (marked: string, label: string, kind: TextKind = 'network'): string => {
  const { text, offset } = atCursor(marked);
  const { proposals, range } = completionAt(kind, text, offset, PLAIN_LAYERS);
  const chosen = proposals.find((proposal) => proposal.label === label);
  return applyEdits(text, [{ range, text: chosen?.insert ?? '?' }]);
};

describe('completion', () => {
  test('fields of the message around the cursor, its own settings first', () => {
    const found = labels('layer { type: "Convolution" | }');
    expect(found[0]).toBe('convolution_param');
    expect(found).toContain('bottom');
    expect(found).not.toContain('type');
    expect(labels('layer { type: "Convolution" convolution_param { ker| } }')).toContain('kernel_size');
    expect(labels('solver_mode: CPU\nbas|', 'solver')).toContain('base_lr');
  });

  test('a field is inserted with what belongs to its kind of value', () => {
    expect(taken('layer { na| }', 'name')).toBe('layer { name: "$0" }');
    expect(taken('layer { param { lr| } }', 'lr_mult')).toBe('layer { param { lr_mult: $0 } }');
    expect(taken('layer { conv| }', 'convolution_param')).toBe('layer { convolution_param {\n\t$0\n} }');
  });

  test('enums, booleans and words that Caffe knows', () => {
    expect(labels('layer { include { phase: | } }')).toEqual(['TRAIN', 'TEST']);
    expect(labels('layer { pooling_param { pool: A| } }')).toEqual(['MAX', 'AVE', 'STOCHASTIC']);
    expect(labels('force_backward: |')).toEqual(['true', 'false']);
    expect(labels('layer { convolution_param { weight_filler { type: "|" } } }')).toContain('msra');
    expect(labels('lr_policy: "|"', 'solver')).toContain('multistep');
    expect(taken('type: |', 'Adam', 'solver')).toBe('type: "Adam"');
  });

  test('layer types by name, and whole layers between them', () => {
    expect(labels('layer { type: "Con|" }')).toContain('Convolution');
    expect(taken('layer { type: "Con|" }', 'ReLU')).toBe('layer { type: "ReLU" }');
    const block = taken(`${SMALL_NET}|`, 'Convolution layer').slice(SMALL_NET.length);
    expect(block).toContain(
      'type: "Convolution"\n\tbottom: "${2:loss}"\n\ttop: "$1"\n\tconvolution_param {\n\t\tnum_output: 8',
    );
    expect(block).toMatch(/^layer \{\n\tname: "\$\{1:convolution\}"/);
  });

  test('blobs made before, the nearest first, of the phase only', () => {
    const input = (name: string, phase = ''): string =>
      `layer { name: "${name}" type: "Input" top: "${name}" ${phase} }\n`;
    const text = `${input('a')}${input('b/c')}${input('t', 'include { phase: TEST }')}`;
    expect(labels(`${text}layer { bottom: "|" }\n${input('later')}`)).toEqual(['t', 'b/c', 'a']);
    expect(labels(`${text}layer { bottom: "|" include { phase: TRAIN } }`)).toEqual(['b/c', 'a']);
    expect(taken(`${text}layer { bottom: "b/|x" }`, 'b/c')).toBe(`${text}layer { bottom: "b/c" }`);
    expect(labels('layer { name: "r" type: "ReLU" bottom: "x" top: "|" }')).toEqual(['x', 'r']);
    expect(labels('layer { param { name: "w" } } layer { param { name: "|" } }')).toEqual(['w']);
  });

  test('nothing in comments and under unknown fields', () => {
    expect(labels('layer { # type: "|\n}')).toEqual([]);
    expect(labels('nonsense { | }')).toEqual([]);
    expect(labels('name: "#" for|')).toContain('force_backward');
  });
});

describe('hover', () => {
  const nets = (['TRAIN', 'TEST'] as const).map((phase) =>
    viewNet(buildNet(SMALL_NET, { phase, layers: PLAIN_LAYERS })),
  );
  const shown = (marked: string, kind: TextKind = 'network'): string | undefined => {
    const { text, offset } = atCursor(marked);
    return hoverAt(kind, text, offset, { layers: PLAIN_LAYERS, nets })?.markdown;
  };

  test('a field: what it means, its type and default', () => {
    expect(shown('layer { convolution_param { gro|up: 2 } }')).toMatch(
      /^\*\*group\*\* · `uint32` · default `1`\n\n.+\./,
    );
    expect(shown('lr_pol|icy: "fixed"', 'solver')).toContain('How the learning rate changes');
    expect(shown('layer { pooling_param { pool: MA|X } }')).toContain('`MAX | AVE | STOCHASTIC` · default `MAX`');
    expect(shown('layer { nonsense|: 1 }')).toBeUndefined();
  });

  test('a layer type', () => {
    const text = shown('layer { type: "Accur|acy" }');
    expect(text).toMatch(/^\*\*Accuracy\*\* · layer type\n\nWhat Accuracy does\.\n\n2 bottoms, 1 to 2 tops$/);
    expect(shown('layers { type: REL|U }')).toContain('**ReLU** · layer type');
  });

  test('a blob: shapes of the phases, who makes and who reads it', () => {
    const conv = SMALL_NET.replace('bottom: "data"', 'bottom: "da|ta"');
    expect(shown(conv)).toBe(
      '**data** · blob · TRAIN 100×3×32×32, TEST 50×3×32×32\n\nMade by "cifar" (Data) and "cifar" (Data).\n\nRead by "conv1" (Convolution).',
    );
    expect(shown(SMALL_NET.replace('top: "loss"', 'top: "lo|ss"'))).toContain('**loss** · blob · scalar');
    expect(shown('layer { bottom: "no|ne" }')).toContain('No layer makes it.');
  });

  test('a shared parameter and a layer', () => {
    expect(
      shown('layer { name: "a" type: "X" param { name: "w|" } } layer { name: "b" type: "X" param { name: "w" } }'),
    ).toContain('Shared by "a" (X), "b" (X).');
    expect(shown('layer { name: "a|" type: "X" }')).toBe('**a** · layer · X');
  });
});

describe('names', () => {
  const NET = `input: "x" input_shape { dim: 1 }
layer { name: "a" type: "ReLU" bottom: "x" top: "a" }
layer { name: "r" type: "ReLU" bottom: "a" top: "a" param { name: "w" } }
layer { name: "b" type: "ReLU" bottom: "a" top: "b" param { name: "w" } }
`;
  const lines = (uses: readonly { range: { start: number } }[], text: string): number[] =>
    uses.map(({ range }) => text.slice(0, range.start).split('\n').length);
  const defined = (marked: string): number[] => {
    const { text, offset } = atCursor(marked);
    return lines(definitionsAt(text, offset), text);
  };

  test('a definition is the version that is read', () => {
    expect(defined(NET.replace('bottom: "a" top: "b"', 'bottom: "a|" top: "b"'))).toEqual([3]);
    expect(defined(NET.replace('bottom: "a" top: "a"', 'bottom: "a|" top: "a"'))).toEqual([2]);
    expect(defined(NET.replace('bottom: "a" top: "a"', 'bottom: "a" top: "a|"'))).toEqual([2]);
    expect(defined(NET.replace('bottom: "x"', 'bottom: "x|"'))).toEqual([1]);
    expect(defined(NET.replace('"b" param { name: "w"', '"b" param { name: "|w"'))).toEqual([3]);
    expect(defined(NET.replace('name: "b"', 'name: "b|"'))).toEqual([4]);
    expect(defined(SMALL_NET.replace('bottom: "data"', 'bottom: "|data"'))).toEqual([6, 14]);
  });

  test('references are all uses of the same thing, layers and blobs apart', () => {
    const { text, offset } = atCursor(NET.replace('top: "b"', 'top: "b|"'));
    expect(lines(referencesAt(text, offset), text)).toEqual([4]);
    const a = atCursor(NET.replace('bottom: "a" top: "b"', 'bottom: "|a" top: "b"'));
    expect(lines(referencesAt(a.text, a.offset), a.text)).toEqual([2, 3, 3, 4]);
    expect(referencesAt(NET, 0)).toEqual([]);
  });

  test('the old form has its names too', () => {
    const old =
      'layers { name: "a" type: RELU bottom: "x" top: "a" param: "w" } layers { name: "b" type: RELU param: "w" }';
    expect(namesIn(old).map(({ kind, name, makes }) => `${kind} ${name} ${makes}`)).toEqual([
      'layer a true',
      'blob x false',
      'blob a true',
      'param w true',
      'layer b true',
      'param w false',
    ]);
  });

  test('rename changes every use and nothing else', () => {
    const { text, offset } = atCursor(NET.replace('bottom: "a" top: "b"', 'bottom: "|a" top: "b"'));
    expect(renameTargetAt(text, offset)).toMatchObject({ kind: 'blob', name: 'a' });
    const renaming = renameAt(text, offset, 'new "name"');
    const after = applyEdits(text, renaming.ok ? renaming.edits : []);
    expect(after).toBe(
      NET.replace('top: "a" }\n', 'top: "new \\"name\\"" }\n')
        .replace('bottom: "a" top: "a"', 'bottom: "new \\"name\\"" top: "new \\"name\\""')
        .replace('bottom: "a" top: "b"', 'bottom: "new \\"name\\"" top: "b"'),
    );
  });

  test('rename refuses what would join two things', () => {
    const { text, offset } = atCursor(NET.replace('top: "b"', 'top: "|b"'));
    expect(renameAt(text, offset, 'x')).toEqual({
      ok: false,
      message: 'There is a blob "x" already: choose another name.',
    });
    expect(renameAt(text, offset, ' ')).toMatchObject({ ok: false });
    expect(renameAt(text, offset, 'r')).toMatchObject({ ok: true });
    expect(renameAt(text, 0, 'r')).toMatchObject({ ok: false });
  });
});

test('outline: layers with their settings, other fields with their values', () => {
  const outline = outlineOf('network', SMALL_NET);
  expect(outline.map(({ name, detail, kind }) => `${kind} ${name} ${detail}`)).toEqual([
    'field name "small"',
    'layer cifar Data',
    'layer cifar Data',
    'layer conv1 Convolution',
    'layer relu1 ReLU',
    'layer pool1 Pooling',
    'layer ip1 InnerProduct',
    'layer accuracy Accuracy',
    'layer loss SoftmaxWithLoss',
  ]);
  expect(outline[3]?.children.map(({ name, detail }) => `${name} ${detail}`)).toEqual([
    'param lr_mult: 1',
    'param lr_mult: 2  decay_mult: 0',
    'convolution_param num_output: 32  pad: 2  kernel_size: 5',
  ]);
  const at = outline[3]?.selection;
  expect(SMALL_NET.slice(at?.start, at?.end)).toBe('"conv1"');
});

test('folding: braces keep their last line, comments fold together', () => {
  const text = '# a\n# b\nlayer {\n  name: "x"\n  param {\n    lr_mult: 1\n  }\n}\nlayer { name: "y" }\n# c\n';
  expect(foldsOf(parse(text))).toEqual([
    { start: 1, end: 2, kind: 'comment' },
    { start: 3, end: 7, kind: 'message' },
    { start: 5, end: 6, kind: 'message' },
  ]);
});

describe('stages', () => {
  const NET = `state { stage: "deploy" }
layer { name: "a" type: "Data" top: "a" include { not_stage: "deploy" } }
layer { name: "b" type: "Data" top: "a" include { stage: "deploy" } }
`;

  test('are found, shown, completed and renamed', () => {
    const { text, offset } = atCursor(NET.replace('not_stage: "deploy', 'not_stage: "dep|loy'));
    expect(referencesAt(text, offset)).toHaveLength(3);
    expect(definitionsAt(text, offset).map(({ range }) => range.start)).toEqual([text.indexOf('"deploy"')]);
    expect(hoverAt('network', text, offset, { layers: PLAIN_LAYERS })?.markdown).toContain('**deploy** · stage');
    expect(labels(NET.replace('stage: "deploy" } }', 'stage: "|" } }'))).toEqual(['deploy']);
    const renaming = renameAt(text, offset, 'serve');
    expect(renaming.ok && applyEdits(text, renaming.edits)).toBe(NET.replaceAll('"deploy"', '"serve"'));
  });
});

test('of two layers of a name in one phase, only the one at the cursor is renamed; twins of two phases both', () => {
  const two = 'layer { name: "a" type: "ReLU" }\nlayer { name: "a" type: "ReLU" }\n';
  const renaming = renameAt(two, two.lastIndexOf('"a"') + 1, 'b');
  expect(renaming.ok && applyEdits(two, renaming.edits)).toBe(
    'layer { name: "a" type: "ReLU" }\nlayer { name: "b" type: "ReLU" }\n',
  );
  const twins = renameAt(SMALL_NET, SMALL_NET.indexOf('"cifar"') + 1, 'images');
  expect(twins.ok && applyEdits(SMALL_NET, twins.edits)).toBe(SMALL_NET.replaceAll('"cifar"', '"images"'));
});

test('shapes behind bottoms and tops', () => {
  const view = viewNet(buildNet(SMALL_NET, { phase: 'TEST', layers: PLAIN_LAYERS }));
  const hints = shapeHints(SMALL_NET, view).map(
    ({ offset, shape }) => `${SMALL_NET.slice(0, offset).split('\n').at(-1)?.trim()} ${shape}`,
  );
  expect(hints.slice(0, 4)).toEqual([
    'top: "data" 50×3×32×32',
    'top: "label" 50',
    'bottom: "data" 50×3×32×32',
    'top: "conv1" 50×32×32×32',
  ]);
  expect(hints.at(-1)).toBe('top: "loss" scalar');
});

test('shapes move with a text that was changed since', () => {
  const view = viewNet(buildNet(SMALL_NET, { phase: 'TEST', layers: PLAIN_LAYERS }));
  const moved = shapeHints(`# a comment\n${SMALL_NET}`, view);
  expect(moved[0]?.offset).toBe((shapeHints(SMALL_NET, view)[0]?.offset ?? 0) + 12);
});

test('signature: what a layer takes, and which part is written', () => {
  const signature = (marked: string) => {
    const { text, offset } = atCursor(marked);
    const found = signatureAt('network', text, offset, PLAIN_LAYERS);
    const part = found?.parts[found.active ?? -1];
    return found && { label: found.label, at: part && found.label.slice(...part), active: found.active };
  };
  const label = 'SoftmaxWithLoss (bottom, bottom, bottom?) → (top, top?)';
  expect(signature('layer { type: "SoftmaxWithLoss" bottom: "a" bottom: "|b" }')).toEqual({
    label,
    at: 'bottom',
    active: 1,
  });
  expect(signature('layer { type: "SoftmaxWithLoss" top: "a" top: "|b" }')).toEqual({ label, at: 'top?', active: 4 });
  expect(signature('layer { type: "SoftmaxWithLoss" | }')).toEqual({ label, at: undefined, active: undefined });
  expect(signature('layer { type: "Eltwise" bottom: "a" bottom: "b" bottom: "c|" }')?.at).toBe('…');
  expect(signature('layer { type: "What" bottom: "|" }')).toBeUndefined();
});
