/** Solver texts: Caffe's defaults, its old forms, and a sentence for every mistake. */
import { describe, expect, test } from 'vitest';
import { readSolver } from './read-solver.ts';

const GOOD = `net: "train_test.prototxt"
test_iter: 100
test_interval: 500
base_lr: 0.001
momentum: 0.9
weight_decay: 0.004
lr_policy: "fixed"
display: 100
max_iter: 4000
snapshot: 4000
snapshot_prefix: "quick"
solver_mode: GPU
`;

const found = (text: string): string[] =>
  readSolver(text).diagnostics.map(({ range, message }) => `[${text.slice(range.start, range.end)}] ${message}`);
/** The good text with one line replaced. */
const changed = (field: string, line: string): string => GOOD.replace(new RegExp(`^${field}:.*$`, 'm'), line);

describe('settings', () => {
  test('of a usual solver, with defaults', () => {
    const { settings, diagnostics } = readSolver(GOOD);
    expect(diagnostics).toEqual([]);
    expect(settings).toMatchObject({
      type: 'SGD',
      trainNet: { kind: 'file', path: 'train_test.prototxt' },
      tests: [{ net: { kind: 'file', path: 'train_test.prototxt' }, iterations: 100 }],
      testInitialization: true,
      policy: { kind: 'fixed' },
      momentum: 0.9,
      regularization: 'L2',
      clipGradients: undefined,
      iterSize: 1,
      averageLoss: 1,
      randomSeed: undefined,
      snapshotAfterTrain: true,
      delta: 1e-8,
    });
  });

  test('old names of the types', () => {
    expect(readSolver(`${GOOD}solver_type: ADAGRAD`).settings.type).toBe('AdaGrad');
    expect(readSolver(`${GOOD}solver_type: 1`).settings.type).toBe('Nesterov');
    expect(readSolver(`${GOOD}type: "Adam"`).settings.type).toBe('Adam');
  });

  test('every policy with what it needs', () => {
    const policy = (lines: string) => readSolver(changed('lr_policy', lines));
    expect(policy('lr_policy: "step" gamma: 0.1 stepsize: 50').settings.policy).toEqual({
      kind: 'step',
      gamma: 0.1,
      stepsize: 50,
    });
    expect(policy('lr_policy: "exp" gamma: 0.9').settings.policy).toEqual({ kind: 'exp', gamma: 0.9 });
    expect(policy('lr_policy: "inv" gamma: 0.1 power: 0.75').settings.policy).toEqual({
      kind: 'inv',
      gamma: 0.1,
      power: 0.75,
    });
    expect(policy('lr_policy: "poly" power: 2').settings.policy).toEqual({ kind: 'poly', power: 2, maxIter: 4000 });
    expect(policy('lr_policy: "sigmoid" gamma: 0.1 stepsize: 9').settings.policy).toEqual({
      kind: 'sigmoid',
      gamma: 0.1,
      stepsize: 9,
    });
    expect(policy('lr_policy: "multistep" gamma: 0.1 stepvalue: [5, 9]').settings.policy).toEqual({
      kind: 'multistep',
      gamma: 0.1,
      stepvalues: [5, 9],
    });
    expect(policy('lr_policy: "step" gamma: 0.1 stepsize: 50').diagnostics).toEqual([]);
  });

  test('nets inside the text, and several to test', () => {
    const text = `base_lr: 1 lr_policy: "fixed" max_iter: 1 test_interval: 1
train_net_param { name: "a" # kept
}
test_net_param { name: "b" } test_net: "c" test_iter: 1 test_iter: 2
test_state { stage: "x" } test_state { stage: "y" }`;
    const { settings, diagnostics } = readSolver(text);
    expect(diagnostics).toEqual([]);
    expect(settings.trainNet).toEqual({ kind: 'inline', text: ' name: "a" # kept\n' });
    expect(settings.tests.map((item) => [item.net, item.iterations, item.state?.stage])).toEqual([
      [{ kind: 'inline', text: ' name: "b" ' }, 1, ['x']],
      [{ kind: 'file', path: 'c' }, 2, ['y']],
    ]);
  });

  test('weight files, given apart or in one string', () => {
    expect(readSolver(`${GOOD}weights: "a,b" weights: "c"`).settings.weights).toEqual(['a', 'b', 'c']);
  });
});

describe('mistakes', () => {
  test('settings a policy lacks', () => {
    expect(found(changed('lr_policy', 'lr_policy: "step"'))).toEqual([
      '["step"] The policy "step" needs gamma. Add it.',
      '["step"] The policy "step" needs stepsize. Add it.',
    ]);
    expect(found(changed('lr_policy', 'lr_policy: "step" gamma: 1 stepsize: 0'))).toEqual([
      '[0] stepsize must be at least 1.',
    ]);
    expect(found(changed('lr_policy', 'lr_policy: "multistep" gamma: 1'))[0]).toContain('at least one stepvalue');
    expect(found(changed('lr_policy', 'lr_policy: "multistep" gamma: 1 stepvalue: 9 stepvalue: 5'))).toEqual([
      '[5] The step at 5 comes after the one at 9: steps are made in order.',
    ]);
  });

  test('words that were not meant so', () => {
    expect(found(changed('lr_policy', 'lr_policy: "fxied"'))[0]).toContain(
      'There is no lr_policy "fxied". Did you mean "fixed"?',
    );
    expect(found(`${GOOD}type: "Adams"`)[0]).toContain(
      '["Adams"] There is no solver type "Adams". Did you mean "Adam"?',
    );
    expect(found(`${GOOD}regularization_type: "L3"`)[0]).toContain('There is no regularization_type "L3".');
    expect(found(changed('display', 'dispaly: 100'))[0]).toContain('Did you mean "display"?');
  });

  test('what is missing', () => {
    expect(found('').map((line) => line.replace(/^\[\] /, ''))).toEqual([
      'The learning rate is missing. Add base_lr, for example base_lr: 0.01.',
      'How long to train is missing. Add max_iter, for example max_iter: 10000.',
      'How the learning rate changes is missing. Add lr_policy, for example lr_policy: "fixed".',
    ]);
    expect(found(changed('test_interval', ''))[0]).toContain('Add test_interval');
  });

  test('a net, where nobody gives one from outside', () => {
    const alone = changed('net', '');
    const beside = readSolver(alone);
    expect(beside.diagnostics).toEqual([]);
    expect(beside.settings.tests).toEqual([{ net: undefined, iterations: 100, state: undefined }]);
    expect(readSolver(alone, { namesNets: true }).diagnostics.map(({ message }) => message)).toEqual([
      'test_iter is given, but the solver names no net to test. Add net or test_net.',
      'The solver names no net to train. Add net: "…".',
    ]);
  });

  test('what does not go together', () => {
    expect(found(`${GOOD}train_net: "x"`)[0]).toContain('"train_net" and "net" both give one');
    expect(found(`${GOOD}type: "SGD" solver_type: SGD`)[0]).toContain('not both');
    expect(found(`${GOOD}type: "AdaGrad"`)[0]).toBe(
      '[0.9] AdaGrad does not work with momentum. Remove it, or choose another type.',
    );
    expect(found(`${changed('momentum', '')}type: "RMSProp" rms_decay: 1`)[0]).toContain(
      'rms_decay must be at least 0 and below 1',
    );
    expect(found(`${GOOD}test_net: "a" test_net: "b"`)[0]).toContain('there are 2 nets and 1 test_iter');
    expect(found(`${GOOD}test_state { } test_state { }`)[0]).toContain('one for each of the 1 test nets');
  });

  test('numbers out of range', () => {
    expect(found(`${GOOD}iter_size: 0 average_loss: 0`)).toEqual([
      '[0] iter_size must be at least 1.',
      '[0] average_loss must be at least 1.',
    ]);
    expect(found(changed('base_lr', 'base_lr: -1'))).toEqual(['[-1] The learning rate may not be negative.']);
    expect(found(changed('test_iter', 'test_iter: 0'))).toEqual(['[0] test_iter must be at least 1.']);
    expect(found(changed('test_interval', 'test_interval: 0'))).toEqual([
      '[0] test_interval must be at least 1 where there is a net to test.',
    ]);
  });
});
