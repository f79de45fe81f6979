/** Curves of other programs: the forms that their files have. */
import { describe, expect, test } from 'vitest';
import { looksLikeCurves, readCurves } from './curve-files.ts';

const CAFFE_LOG = `Log file created at: 2016/05/01 10:00:00
I0501 10:00:01.000000  1234 solver.cpp:60] Solver scaffolding done.
I0501 10:00:01.000000  1234 solver.cpp:337] Iteration 0, Testing net (#0)
I0501 10:00:02.000000  1234 solver.cpp:404]     Test net output #0: accuracy = 0.1013
I0501 10:00:02.000000  1234 solver.cpp:404]     Test net output #1: loss = 2.30247 (* 1 = 2.30247 loss)
I0501 10:00:02.000000  1234 solver.cpp:228] Iteration 0, loss = 2.3026
I0501 10:00:02.000000  1234 solver.cpp:244]     Train net output #0: loss = 2.3026 (* 1 = 2.3026 loss)
I0501 10:00:02.000000  1234 sgd_solver.cpp:106] Iteration 0, lr = 0.001
I0501 10:00:09.000000  1234 solver.cpp:218] Iteration 100 (14.2 iter/s, 7s/100 iters), loss = 1.7e+00
I0501 10:00:09.000000  1234 sgd_solver.cpp:106] Iteration 100, lr = 0.001
I0501 10:00:09.000000  1234 solver.cpp:337] Iteration 100, Testing net (#0)
I0501 10:00:10.000000  1234 solver.cpp:404]     Test net output #0: accuracy = 0.42
I0501 10:00:10.000000  1234 solver.cpp:404]     Test net output #1: aux = 2 (* 0.3 = 0.6 loss)
I0501 10:00:10.000000  1234 solver.cpp:404]     Test net output #2: loss = 1.5 (* 1 = 1.5 loss)
I0501 10:00:10.000000  1234 solver.cpp:337] Iteration 100, Testing net (#1)
I0501 10:00:10.000000  1234 solver.cpp:404]     Test net output #0: accuracy = 0.9
I0501 10:00:11.000000  1234 solver.cpp:228] Iteration 200, loss = nan`;

describe('curves', () => {
  test("of Caffe's log: its first test net, losses by their weights", () => {
    expect(readCurves(CAFFE_LOG)).toEqual({
      train: { iteration: [0, 100, 200], loss: [2.3026, 1.7, Number.NaN], lr: [0.001, 0.001, Number.NaN] },
      test: { iteration: [0, 100], loss: [2.30247, 2.1], accuracy: [0.1013, 0.42] },
    });
  });

  test('of a table as Crema and its projects write it, with what a resumed run wrote again', () => {
    const text =
      'iteration,train_loss,learning_rate,test_loss,test_accuracy\n0,2.3,0.01,2.4,0.1\n1,2.2,0.01,,\n1,2.1,0.01,,\n2,,,1.9,\n';
    expect(readCurves(text)).toEqual({
      train: { iteration: [0, 1], loss: [2.3, 2.1], lr: [0.01, 0.01] },
      test: { iteration: [0, 2], loss: [2.4, 1.9], accuracy: [0.1, Number.NaN] },
    });
  });

  test('of the tables of parse_log.py', () => {
    expect(readCurves('NumIters,Seconds,LearningRate,loss\n0.0,1,0.001,2.3\n100.0,2,0.001,1.7\n')?.train).toEqual({
      iteration: [0, 100],
      loss: [2.3, 1.7],
      lr: [0.001, 0.001],
    });
    expect(readCurves('NumIters,Seconds,LearningRate,accuracy,loss\n500.0,1,0.001,0.5,1.4\n')).toMatchObject({
      train: { iteration: [] },
      test: { iteration: [500], loss: [1.4], accuracy: [0.5] },
    });
  });

  test('of crema train --log, cut off in its last line', () => {
    const text = '{"iteration":0,"loss":2.3,"lr":0.01}\n{"iteration":4,"accuracy":0.5,"test_loss":1.5}\n{"itera';
    expect(readCurves(text)).toEqual({
      train: { iteration: [0], loss: [2.3], lr: [0.01] },
      test: { iteration: [4], loss: [1.5], accuracy: [0.5] },
    });
  });

  test.each(['', 'label,pixel\n1,2\n', '{"a":1}', 'iteration,train_loss\n'])('are not in %j', (text) => {
    expect(readCurves(text)).toBeUndefined();
  });

  test('are told from data by name and beginning', () => {
    expect(looksLikeCurves('losses.csv', 'iteration,train_loss,')).toBe(true);
    expect(looksLikeCurves('mnist_train.csv', 'label,1x1,1x2')).toBe(false);
    expect(looksLikeCurves('caffe.host.user.log.INFO.20160501-1000.1', CAFFE_LOG)).toBe(true);
    expect(looksLikeCurves('train.log', CAFFE_LOG)).toBe(true);
    expect(looksLikeCurves('list.txt', 'cat/1.png 0\n')).toBe(false);
    expect(looksLikeCurves('run.jsonl', '{"iteration":0,"loss":2}')).toBe(true);
  });
});
