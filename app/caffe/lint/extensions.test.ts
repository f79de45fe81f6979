/** Advice on settings in comments for Crema: where nobody reads them, and where the two phases differ. */
import { describe, expect, test } from 'vitest';
import { layerTable } from '../../layers/index.ts';
import { buildNet } from '../net/build-net.ts';
import { readNet } from '../net/read-net.ts';
import type { Phase } from '../schema/net-messages.ts';
import { applyEdits } from '../text/apply-edits.ts';
import { lintNet } from './lint-net.ts';

const net = (train: string, test: string, relu = ''): string => `layer {
  name: "d"
  type: "Data"
  top: "x"
  top: "y"
  include { phase: TRAIN }
${train}  data_param { batch_size: 2 }
}
layer {
  name: "d"
  type: "Data"
  top: "x"
  top: "y"
  include { phase: TEST }
${test}  data_param { batch_size: 2 }
}
layer {
  name: "relu"
  type: "ReLU"
  bottom: "x"
  top: "z"
${relu}}
`;

const advice = (text: string, phase: Phase) =>
  lintNet(buildNet(text, { phase, layers: layerTable }), readNet(text)).filter(({ code }) =>
    code.startsWith('extension-'),
  );

describe('a comment that changes nothing', () => {
  test('in a layer that does not read it; the fix takes it out', () => {
    const text = net('', '', '  # crema: augment { pad: 2 }\n');
    const [found] = advice(text, 'TRAIN');
    expect(found?.message).toBe('ReLU does not read "augment": it changes nothing here.');
    expect(applyEdits(text, found?.fixes?.[0]?.edits ?? [])).toBe(net('', ''));
  });

  test('augmentation where only testing takes part', () => {
    const [found] = advice(net('', '  # crema: augment { pad: 2 }\n'), 'TEST');
    expect(found?.message).toBe(
      '"augment" is for training, but this layer takes part in testing only: it changes nothing here.',
    );
    expect(advice(net('  # crema: augment { pad: 2 }\n', ''), 'TRAIN')).toEqual([]);
  });
});

test('pixels that only one phase makes ready; the fix writes it into the other', () => {
  const text = net('  # crema: pixels { range: UNIT std: 0.25 }\n', '');
  expect(advice(text, 'TRAIN')).toEqual([]);
  const [found] = advice(text, 'TEST');
  expect(found?.message).toContain('Write "# crema: pixels { range: UNIT std: 0.25 }" here, too.');
  const mended = applyEdits(text, found?.fixes?.[0]?.edits ?? []);
  expect(advice(mended, 'TEST')).toEqual([]);
  expect(mended.split('# crema: pixels { range: UNIT std: 0.25 }')).toHaveLength(3);
});
