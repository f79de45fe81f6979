/** What the form does to the document as a whole: one edit for all selected layers, and findings at the fields they are about. */
import { beforeEach, describe, expect, test } from 'vitest';
import { buildNet } from '../caffe/net/build-net.ts';
import type { NetView } from '../caffe/net/net-view.ts';
import { viewNet } from '../caffe/net/view-net.ts';
import type { Phase } from '../caffe/schema/net-messages.ts';
import { layerTable } from '../layers/index.ts';
import { applyTextEdits, useDocument } from '../store/document.ts';
import { setValue } from './field-edits.ts';
import { findingsAt, findingsOf, looseAt, otherFindings } from './field-findings.ts';
import { OWN } from './form-model.ts';
import { useInspector } from './inspector-state.ts';
import { changeLayers, renameLayer, retypeLayers } from './layer-changes.ts';
import { findSlice } from './layer-slice.ts';

const text = `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer {
  name: "conv"
  type: "Convolution"
  bottom: "data"
  top: "conv"
  convolution_param { num_output: 4 kernel_size: 9 colour: 3 }
}
layer {
  name: "ip"
  type: "InnerProduct"
  bottom: "data"
  bottom: "nothing"
  top: "ip"
  inner_product_param { num_output: 2 }
}
`;

const build = (source: string, phase: Phase): NetView => viewNet(buildNet(source, { phase, layers: layerTable }));
const analyse = (source: string) => ({ TRAIN: build(source, 'TRAIN'), TEST: build(source, 'TEST') });

let labels: string[] = [];

beforeEach(() => {
  labels = [];
  const nets = analyse(text);
  useDocument.setState({
    netText: text,
    nets,
    goodNets: nets,
    phase: 'TRAIN',
    selection: ['conv'],
    applyEdits: (_name, edits, label) => {
      labels.push(label);
      useDocument.setState(({ netText }) => ({ netText: applyTextEdits(netText, edits) }));
    },
  });
});

function layerOf(id: string) {
  const { goodNets } = useDocument.getState();
  const layer = goodNets?.TRAIN.layers.find((one) => one.id === id);
  if (layer === undefined || goodNets === undefined) throw new Error(id);
  return { layer, goodNets };
}

function sliceOf(id: string) {
  const { layer, goodNets } = layerOf(id);
  const slice = findSlice(goodNets, useDocument.getState().netText, layer);
  if (slice === undefined) throw new Error(id);
  return slice;
}

test('several layers change in one edit, also while the last change is not analysed yet', () => {
  const slices = [sliceOf('conv'), sliceOf('ip')];
  const write = (value: string) =>
    changeLayers(slices, `Write ${value}`, (slice) => setValue(slice, [OWN, 'num_output'], value));
  write('16');
  write('1024');
  expect(labels).toEqual(['Write 16', 'Write 1024']);
  expect(useDocument.getState().netText).toBe(
    text.replace('num_output: 4', 'num_output: 1024').replace('num_output: 2', 'num_output: 1024'),
  );
  write('1024');
  expect(labels).toHaveLength(2);
});

test('a renamed layer stays selected as soon as its new name is known, whoever dropped the old one', () => {
  expect(renameLayer('conv', 'ip')).toContain('already');
  expect(renameLayer('conv', 'first')).toBeUndefined();
  const { netText } = useDocument.getState();
  expect(netText).toBe(text.replaceAll('"conv"', '"first"'));
  expect(useDocument.getState().selection).toEqual(['conv']);
  const nets = analyse(netText);
  useDocument.setState({ nets, goodNets: nets, selection: [] });
  expect(useDocument.getState().selection).toEqual(['first']);
  expect(useInspector.getState().renamed['first']).toBe('conv');
});

test('what was selected after a renaming is left alone', () => {
  renameLayer('conv', 'first');
  useDocument.setState({ selection: ['ip'] });
  const nets = analyse(useDocument.getState().netText);
  useDocument.setState({ nets, goodNets: nets });
  expect(useDocument.getState().selection).toEqual(['ip']);
});

test('another type, or why not', () => {
  const tanh = layerTable.get('TanH');
  expect(tanh && retypeLayers([sliceOf('ip')], tanh)).toBeUndefined();
  expect(useDocument.getState().netText).toContain('type: "TanH"');
  expect(useDocument.getState().netText).not.toContain('inner_product_param');
});

describe('findings', () => {
  const of = (id: string) => findingsOf(useDocument.getState().nets, text, layerOf(id).layer);

  test('stand at the field they are about, once for both phases', () => {
    const findings = of('conv');
    const kernel = findingsAt(findings, ['convolution_param', 'kernel_size'], true);
    expect(kernel.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    expect(findingsAt(findings, ['convolution_param', 'num_output'], true)).toEqual([]);
  });

  test('about a name that the form has no field for stand at its message', () => {
    const known = { num_output: true, kernel_size: true };
    const [finding] = looseAt(of('conv'), ['convolution_param'], known);
    expect(finding?.code).toBe('unknown-field');
  });

  test('about the wiring stand above the form', () => {
    const shown = new Set(['name', 'type', 'inner_product_param']);
    expect(otherFindings(of('ip'), shown).map(({ code }) => code)).toContain('missing-blob');
    expect(otherFindings(of('conv'), new Set(['convolution_param']))).toEqual([]);
  });
});
