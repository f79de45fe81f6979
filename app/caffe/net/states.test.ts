/** Stages that nobody gave: a net is read in those that make it whole, and a missing blob says which stage would make it. */
import { describe, expect, test } from 'vitest';
import { NetState } from '../schema/net-messages.ts';
import { messageOf } from '../schema/values.ts';
import { buildNet } from './build-net.ts';
import { PLAIN_LAYERS } from './fixtures/plain-layers.ts';
import { inState, sensibleStages } from './states.ts';

const data = (rule: string): string => `layer { name: "data" type: "Data" top: "data" ${rule} }\n`;
const READER = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }\n';
/** As Caffe's autoencoder: one set to train with, two to test with. */
const TWO_TESTS =
  data('include { phase: TRAIN }') +
  data('include { phase: TEST stage: "on-train" }') +
  data('include { phase: TEST stage: "on-test" }') +
  READER;

describe('sensible stages', () => {
  test('none where none is named', () => {
    expect(sensibleStages(READER, 'TEST')).toEqual([[]]);
    expect(sensibleStages('', 'TRAIN')).toEqual([[]]);
  });

  test('those with which a net is whole', () => {
    expect(sensibleStages(TWO_TESTS, 'TRAIN')).toEqual([[], ['on-train'], ['on-test']]);
    expect(sensibleStages(TWO_TESTS, 'TEST')).toEqual([['on-train'], ['on-test']]);
    expect(sensibleStages(`state { stage: "on-test" } ${TWO_TESTS}`, 'TEST')).toEqual([[], ['on-train']]);
  });

  test('two at once where one is not enough, none where nothing helps', () => {
    expect(sensibleStages(data('include { stage: "a" stage: "b" }') + READER, 'TEST')).toEqual([['a', 'b']]);
    expect(sensibleStages(data('include { stage: "a" min_level: 1 }') + READER, 'TEST')[0]).toEqual([]);
    expect(sensibleStages(data('include { stage: "a" min_level: 1 }') + READER, 'TEST', 1)).toEqual([['a']]);
  });

  test('layers that a stage excludes', () => {
    const deploy =
      data('exclude { stage: "deploy" }') +
      'layer { name: "in" type: "Input" top: "data" include { stage: "deploy" } input_param { shape { dim: 1 } } }\n' +
      READER;
    expect(sensibleStages(deploy, 'TEST')).toEqual([[], ['deploy']]);
    for (const stages of sensibleStages(deploy, 'TEST'))
      expect(buildNet(deploy, { phase: 'TEST', layers: PLAIN_LAYERS, stages }).diagnostics).toEqual([]);
  });
});

test('a solver has the last word', () => {
  const options = { phase: 'TEST' as const, layers: PLAIN_LAYERS };
  expect(inState(TWO_TESTS, options, undefined)).toMatchObject({ stages: ['on-train'] });
  expect(inState(TWO_TESTS, options, messageOf(NetState, { stage: ['on-test'], level: 2 }))).toMatchObject({
    stages: ['on-test'],
    level: 2,
  });
  expect(inState(TWO_TESTS, options, messageOf(NetState, { stage: ['on-test'] }))).not.toHaveProperty('level');
});

test('a blob that a stage would make says so', () => {
  const [error] = buildNet(TWO_TESTS, { phase: 'TEST', layers: PLAIN_LAYERS }).diagnostics;
  expect(error?.message).toBe(
    'In TEST there is no blob "data" for "r" to read. "data" makes it only in the stage "on-train", which the solver would have to name.',
  );
});
