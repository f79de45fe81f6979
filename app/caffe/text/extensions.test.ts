/** Settings beyond Caffe's, in comments: read with their places, edited, and kept by everything that changes a text. */
import { describe, expect, test } from 'vitest';
import { NetParameter } from '../schema/net-messages.ts';
import { layerTable } from '../../layers/index.ts';
import { readNet } from '../net/read-net.ts';
import { completionAt } from '../service/completion.ts';
import { formatted } from '../service/format.ts';
import { hoverAt } from '../service/hover.ts';
import { encode } from '../wire/encode-wire.ts';
import { decodeWire } from '../wire/decode-wire.ts';
import { applyEdits } from './apply-edits.ts';
import { planEdits } from './edits.ts';
import type { NetAction } from './edits.ts';
import { parse } from './parse.ts';
import { printMessage } from './print-message.ts';
import { print } from './tree.ts';
import type { FieldNode } from './tree.ts';
import { upgradeNetEdits } from './upgrade-edits.ts';

const NET = `layer {
  name: "cifar"
  type: "Data"
  top: "data"
  top: "label"
  # crema: augment { rotation: 15 cutout: 8 border: REFLECT }
  data_param { source: "cifar" batch_size: 4 }
}
layer {
  name: "loss"
  type: "SoftmaxWithLoss"
  bottom: "data"
  bottom: "label"
  # crema: label_smoothing: 0.1
}
`;

const changed = (text: string, action: NetAction): string => {
  const plan = planEdits(text, action);
  if (!plan.ok) throw new Error(plan.message);
  return applyEdits(text, plan.edits);
};
const found = (text: string): string[] =>
  readNet(text).diagnostics.map(
    ({ severity, range, message }) => `${severity} [${text.slice(range.start, range.end)}] ${message}`,
  );

describe('reading', () => {
  test('a comment inside a layer is a setting of it; the text stays as it is', () => {
    const { layers, diagnostics, document } = readNet(NET);
    expect(diagnostics).toEqual([]);
    expect(layers[0]?.layer['crema:augment']).toMatchObject({ rotation: 15, cutout: 8, border: 'REFLECT', pad: 0 });
    expect(layers[1]?.layer['crema:label_smoothing']).toBe(0.1);
    expect(print(document)).toBe(NET);
  });

  test('several comments of one layer, a filler, an old layer', () => {
    const text = `layers { name: "c" type: CONVOLUTION bottom: "a" top: "b"
      # crema: pixels { range: UNIT std: [1, 2] }
      ## Crema: augment { pad: 4 }  
      convolution_param { num_output: 2 kernel_size: 2 weight_filler { type: "msra"
        #crema: whiten {}
      } } }`;
    const [layer] = readNet(text).layers;
    expect(found(text).filter((line) => line.startsWith('error'))).toEqual([]);
    expect(layer?.layer['crema:pixels']).toMatchObject({ range: 'UNIT', std: [1, 2] });
    expect(layer?.layer['crema:augment']).toMatchObject({ pad: 4 });
    expect(layer?.layer.convolution_param?.weight_filler?.['crema:whiten']).toMatchObject({ images: 5000 });
  });

  test('a text read by what changed in it gives what reading all of it gives', () => {
    const before = parse(NET);
    for (const [from, to] of [
      ['cutout: 8', 'cutout: 16'],
      ['name: "cifar"', 'name: "c"'],
      ['rotation', 'rotatio'],
    ] as const) {
      const text = NET.replace(from, to);
      const places = (fields: readonly FieldNode[]): unknown[] =>
        fields.map(({ name, nameRange, comment, value }) => [
          name,
          nameRange,
          comment,
          value?.kind === 'message' ? [...places(value.fields), ...places(value.extensions)] : value?.range,
        ]);
      expect(places(parse(text, before).root.fields)).toEqual(places(parse(text).root.fields));
    }
  });

  test('a field of the text by that name is none, nor is a comment inside a string', () => {
    expect(found('layer { name: "# crema: augment { x" augment { } }')).toEqual([
      'error [augment] LayerParameter has no field "augment".',
    ]);
  });
});

describe('mistakes', () => {
  const wrong = (comment: string): string[] => found(`layer {\n  type: "Data"\n  # crema: ${comment}\n}\n`);
  test.each([
    [
      'augmet { pad: 4 }',
      'warning [augmet] Crema knows no "augmet" here. Did you mean "augment"? There are augment and pixels and label_smoothing.',
    ],
    ['augment { rotate: 4 }', 'error [rotate] AugmentParameter has no field "rotate".'],
    ['augment { rotation: 270 }', 'error [270] "rotation" must lie between 0 and 180; 270 does not.'],
    ['augment { border: WRAP }', 'error [WRAP] "border" has no value WRAP. It takes ZERO or REFLECT.'],
    ['label_smoothing: 1', 'error [1] "label_smoothing" must lie between 0 and 0.99; 1 does not.'],
    ['label_smoothing: much', 'error [much] "label_smoothing" takes a number, not much.'],
    [
      'augment { pad: 4',
      'error [{] The brace of "augment" is not closed. Add "}" on the same line: a comment ends with it.',
    ],
    ['augment: 4', 'error [4] "augment" holds fields: write "augment { … }".'],
    ['}', 'error [}] This "}" closes nothing. Remove it, or add the brace that opens it.'],
  ])('%s', (comment, message) => {
    expect(wrong(comment)).toEqual([message]);
  });

  test('a comment without a closing brace ends with its line: the layer behind it is whole', () => {
    const { layers } = readNet(NET.replace('REFLECT }', 'REFLECT'));
    expect(layers.map(({ id }) => id)).toEqual(['cifar', 'loss']);
    expect(layers[0]?.layer.data_param?.batch_size).toBe(4);
  });

  test('given twice, the first counts, and the fix takes the second out', () => {
    const text = NET.replace('  data_param', '  # crema: augment { pad: 4 }\n  data_param');
    const [finding] = readNet(text).diagnostics;
    expect(finding?.message).toBe('"augment" may be given only once in LayerParameter. Remove one of the two.');
    expect(found(applyEdits(text, finding?.fixes?.[0]?.edits ?? []))).toEqual([]);
  });
});

describe('edits', () => {
  const set = (layer: string, path: readonly (string | number)[], value: string | undefined, text = NET): string =>
    changed(text, { kind: 'set', layer, path, value });

  test('change and add values in the comment', () => {
    expect(set('cifar', ['crema:augment', 'rotation'], '30')).toBe(NET.replace('rotation: 15', 'rotation: 30'));
    expect(set('cifar', ['crema:augment', 'pad'], '4')).toBe(NET.replace('REFLECT }', 'REFLECT pad: 4 }'));
    expect(set('loss', ['crema:label_smoothing'], '0.2')).toBe(NET.replace('0.1', '0.2'));
  });

  test('write a comment where there is none, also into a layer on one line', () => {
    expect(set('cifar', ['crema:pixels', 'range'], 'UNIT')).toBe(
      NET.replace('batch_size: 4 }\n', 'batch_size: 4 }\n  # crema: pixels { range: UNIT }\n'),
    );
    const text = set('d', ['crema:augment', 'pad'], '4', 'layer { name: "d" type: "Data" }\n');
    expect(text).toBe('layer { name: "d" type: "Data"\n  # crema: augment { pad: 4 }\n}\n');
    expect(found(text)).toEqual([]);
  });

  test('take a value out, and the comment with the last one', () => {
    expect(set('cifar', ['crema:augment', 'cutout'], undefined)).toBe(NET.replace(' cutout: 8', ''));
    expect(set('loss', ['crema:label_smoothing'], undefined)).toBe(
      NET.replace('  # crema: label_smoothing: 0.1\n', ''),
    );
    const single = NET.replace('rotation: 15 cutout: 8 border: REFLECT', 'pad: 4');
    expect(set('cifar', ['crema:augment', 'pad'], undefined, single)).toBe(
      single.replace('  # crema: augment { pad: 4 }\n', ''),
    );
  });

  test('survive renaming, duplicating, formatting and upgrading', () => {
    expect(changed(NET, { kind: 'rename-layer', layer: 'cifar', name: 'images' })).toBe(
      NET.replace('"cifar"\n', '"images"\n'),
    );
    const copied = changed(NET, { kind: 'duplicate', layers: ['cifar'] });
    expect(readNet(copied).layers.map(({ layer }) => layer['crema:augment']?.rotation)).toEqual([15, 15, undefined]);
    const untidy = NET.replaceAll('\n  ', '\n      ');
    expect(formatted(untidy)).toBe(NET);
    const old =
      'layers { name: "d" type: DATA top: "x"\n  # crema: augment { pad: 4 }\n  data_param { source: "a" batch_size: 1 scale: 2 } }\n';
    const upgraded = applyEdits(old, upgradeNetEdits(old));
    expect(readNet(upgraded).layers[0]?.layer['crema:augment']?.pad).toBe(4);
    expect(readNet(upgraded).layers[0]?.layer.transform_param?.scale).toBe(2);
  });

  test('are printed as comments, and stay out of binary files', () => {
    const { message } = readNet(NET);
    const printed = printMessage(message, NetParameter);
    expect(printed).toContain('  # crema: augment { border: REFLECT rotation: 15 cutout: 8 }\n');
    expect(readNet(printed).layers[0]?.layer['crema:augment']).toMatchObject({ rotation: 15 });
    const stored = decodeWire(encode(message, NetParameter), NetParameter);
    expect(stored.layer[0]?.['crema:augment']).toBeUndefined();
    expect(stored.layer[0]?.data_param?.batch_size).toBe(4);
  });
});

describe('in the editor', () => {
  const labels = (marked: string, kind: 'network' | 'solver' = 'network'): string[] =>
    completionAt(kind, marked.replace('|', ''), marked.indexOf('|'), layerTable)
      .proposals.filter(({ rank }) => rank < 2)
      .map(({ label }) => label);
  const inLayer = (comment: string): string => `layer {\n  type: "Data"\n  # crema: ${comment}\n}\n`;

  test('what may follow is offered: settings, their fields, their values', () => {
    expect(labels(inLayer('|'))).toEqual(['augment', 'pixels']);
    expect(labels(inLayer('aug|'))).toContain('augment');
    expect(labels(inLayer('augment { rot|'))).toContain('rotation');
    expect(labels(inLayer('augment { rotation: 3 |}'))).not.toContain('rotation');
    expect(labels(inLayer('augment { rotation: 3 |}'))).toContain('cutout');
    expect(labels(inLayer('augment { border: |}'))).toEqual(['ZERO', 'REFLECT']);
    expect(labels('# crema: |', 'solver')).toEqual(['type', 'warmup_iter']);
    expect(labels('# crema: type |', 'solver')).toEqual(['AdamW']);
    expect(labels('layer {\n  # a remark: |\n}')).toEqual([]);
  });

  test('what stands there is explained', () => {
    const at = (word: string): string | undefined =>
      hoverAt('network', NET, NET.indexOf(word) + 1, { layers: layerTable })?.markdown;
    expect(at('augment')).toMatch(/^\*\*augment\*\* · `message AugmentParameter` · of Crema, in a comment/);
    expect(at('rotation')).toMatch(/from 0 to 180.*\n\nTurns the image/s);
    expect(at('REFLECT')).toMatch(/`REFLECT` is 1/);
  });
});
