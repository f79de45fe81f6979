/** The curves: what is added, what a continued run draws over, and that smoothing is the same however points come in. */
import { describe, expect, it } from 'vitest';
import { curvesCsv } from './curves-csv.ts';
import { CurveStore, GrowingArray, lowerBound } from './curves.ts';
import { Smoother } from './smoothing.ts';

const list = (array: GrowingArray) => [...array.view()];

describe('GrowingArray', () => {
  it('keeps what was pushed past its first capacity', () => {
    const array = new GrowingArray();
    for (let i = 0; i < 1000; i++) array.push(i * 0.5);
    expect([array.length, array.at(0), array.at(999), array.last()]).toEqual([1000, 0, 499.5, 499.5]);
    expect(array.at(1000)).toBeUndefined();
    array.truncate(3);
    expect(list(array)).toEqual([0, 0.5, 1]);
  });
});

describe('lowerBound', () => {
  it('finds the first element that is not less', () => {
    const array = new GrowingArray();
    for (const value of [0, 10, 20]) array.push(value);
    expect([-1, 0, 5, 20, 21].map((value) => lowerBound(array, value))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('CurveStore', () => {
  it('numbers iterations by the event’s, the last being one less', () => {
    const curves = new CurveStore();
    curves.addTraining(3, [2.5, 2.25, 2], [0.5, 0.5, 0.25]);
    expect(list(curves.iteration)).toEqual([0, 1, 2]);
    expect(list(curves.rate)).toEqual([0.5, 0.5, 0.25]);
  });

  it('draws over what came after the iteration a run continues from, and keeps the test there', () => {
    const curves = new CurveStore();
    curves.addTraining(6, [6, 5, 4, 3, 2, 1], []);
    for (const iteration of [0, 2, 4]) curves.addTest(iteration, iteration / 2, 0.1);
    curves.continueFrom(2);
    expect(list(curves.iteration)).toEqual([0, 1]);
    expect(list(curves.testIteration)).toEqual([0, 2]);
    curves.addTest(2, 9, undefined);
    expect(list(curves.testLoss)).toEqual([0, 9]);
    expect(curves.testAccuracy.last()).toBeNaN();
  });

  it('replaces points that come a second time', () => {
    const curves = new CurveStore();
    curves.addTraining(4, [4, 3, 2, 1], []);
    curves.addTraining(4, [8, 7], []);
    expect(list(curves.loss)).toEqual([4, 3, 8, 7]);
  });

  it('smooths the same bit by bit, at once, and after a change of weight or a truncation', () => {
    const losses = Array.from({ length: 50 }, (_, i) => 2 + Math.sin(i));
    const smoother = new Smoother(0.8);
    const expected = losses.map((loss) => smoother.next(loss));
    const curves = new CurveStore();
    losses.forEach((loss, i) => {
      curves.addTraining(i + 1, [loss], []);
      curves.smoothed(0.8);
    });
    expect([...curves.smoothed(0.8)]).toEqual(expected);
    curves.smoothed(0.2);
    expect([...curves.smoothed(0.8)]).toEqual(expected);
    curves.continueFrom(10);
    expect([...curves.smoothed(0.8)]).toEqual(expected.slice(0, 10));
  });

  it('brings back the curves of an earlier visit, and tells its listeners', () => {
    const curves = new CurveStore();
    let told = 0;
    const stop = curves.subscribe(() => told++);
    curves.addTraining(1, [9], [1]);
    curves.restore({
      train: { iteration: [0, 1], loss: [2, 1], lr: [0.1, 0.1] },
      test: { iteration: [1], loss: [3], accuracy: [0.5] },
    });
    expect([list(curves.loss), list(curves.testAccuracy), curves.empty]).toEqual([[2, 1], [0.5], false]);
    const before = told;
    stop();
    curves.clear();
    expect([curves.empty, told]).toEqual([true, before]);
  });
});

describe('curvesCsv', () => {
  it('writes a line for each iteration with a loss or a test, empty where there is none', () => {
    const curves = new CurveStore();
    curves.addTraining(2, [2.5, 2.25], Float32Array.of(0.01, 0.01));
    curves.addTest(0, 2.5, 0.125);
    curves.addTest(2, 2, undefined);
    expect(curvesCsv(curves)).toBe(
      'iteration,train_loss,learning_rate,test_loss,test_accuracy\n0,2.5,0.01,2.5,0.125\n1,2.25,0.01,,\n2,,,2,\n',
    );
  });
});
