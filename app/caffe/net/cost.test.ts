/** Costs: sums that agree with the summary, sharing, in-place layers, and receptive fields through windows. */
import { describe, expect, test } from 'vitest';
import type { Phase } from '../schema/net-messages.ts';
import { buildNet } from './build-net.ts';
import { costOf } from './cost.ts';
import { PLAIN_LAYERS, SMALL_NET } from './fixtures/plain-layers.ts';
import { summarise } from './summary.ts';

const build = (text: string, phase: Phase = 'TRAIN') => buildNet(text, { phase, layers: PLAIN_LAYERS });

describe('totals', () => {
  test.each<Phase>(['TRAIN', 'TEST'])('agree with the summary in %s', (phase) => {
    const net = build(SMALL_NET, phase);
    const { totals, layers, complete } = costOf(net);
    const summary = summarise(net);
    expect(complete).toBe(true);
    expect(layers).toHaveLength(net.layers.length);
    expect(totals.parameters).toBe(summary.params);
    expect(totals.learned).toBe(summary.learnedParams);
    expect(totals.forwardMacs).toBe(summary.macs);
    expect(totals.activationBytes).toBe(summary.forwardBytes);
    expect(totals.activationBytes + totals.gradientBytes + 4 * totals.learned).toBe(summary.trainingBytes);
    expect(totals.forwardBytes).toBe(totals.activationBytes + 4 * totals.parameters);
    expect(totals.trainingBytes).toBe(totals.forwardBytes + totals.gradientBytes + 4 * totals.learned);
  });

  test('an in-place layer has no blob of its own, a learning layer works twice as hard backward', () => {
    const { layers } = costOf(build(SMALL_NET));
    const of = (name: string) => layers.find((layer) => layer.name === name);
    expect(of('relu1')).toMatchObject({ activationBytes: 0, gradientBytes: 0, parameters: 0 });
    // The first layer passes nothing down to the data: only its weights have a gradient.
    expect(of('conv1')?.backwardMacs).toBe(of('conv1')?.forwardMacs);
    expect(of('ip1')?.backwardMacs).toBe(2 * (of('ip1')?.forwardMacs ?? 0));
  });

  test('a shared parameter counts with its owner', () => {
    const ip = (name: string) =>
      `layer { name: "${name}" type: "InnerProduct" bottom: "x" top: "${name}" param { name: "w" } inner_product_param { num_output: 4 bias_term: false } }`;
    const text = `layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } } ${ip('a')} ${ip('b')}`;
    const { layers, totals } = costOf(build(text));
    expect(layers.map((layer) => layer.parameters)).toEqual([0, 16, 4]);
    expect(totals.parameters).toBe(20);
  });
});
