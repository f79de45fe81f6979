/** Programs of whole trainings of gallery networks, as a session compiles them, for the tests of memory plans. */
import { readFileSync } from 'node:fs';
import { buildNet } from '../../caffe/net/build-net.ts';
import { compileTraining } from '../../compiler/compile-training.ts';
import type { Program } from '../../engine/ir/kernel.ts';
import { definitionOf, layerTable } from '../../layers/index.ts';

const models = new URL('../../../public/models/', import.meta.url);

/** Networks of different kinds, with the shape of their images: plain, with statistics and in-place layers, residual. */
export const trainings: readonly (readonly [file: string, record: readonly number[]])[] = [
  ['lenet/train_test.prototxt', [1, 28, 28]],
  ['cifar10_quick/train_test.prototxt', [3, 32, 32]],
  ['cifar10_sigmoid_bn/train_test.prototxt', [3, 32, 32]],
  ['resnet20/train_test.prototxt', [3, 32, 32]],
];

/** The program of a training by SGD with momentum, with its test net. */
export function trainingProgram(file: string, record: readonly number[]): Program {
  const text = readFileSync(new URL(file, models), 'utf8');
  const net = (phase: 'TRAIN' | 'TEST') => buildNet(text, { phase, layers: layerTable, record });
  return compileTraining({ train: net('TRAIN'), tests: [net('TEST')] }, definitionOf, {
    rule: { type: 'SGD', momentum: 0.9 },
    weightDecay: 0.0005,
    regularization: 'L2',
    iterSize: 1,
  }).program;
}
