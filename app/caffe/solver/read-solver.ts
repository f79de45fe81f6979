/**
 * Reads a solver prototxt: the message, the settings a trainer needs, and every mistake Caffe would stop at (solver.cpp,
 * sgd_solver.cpp, upgrade_proto.cpp) or that would make training pointless.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { has } from '../schema/dsl.ts';
import { SolverParameter } from '../schema/solver-messages.ts';
import { decode, rangeOf, sourceOf } from '../text/decode.ts';
import { setFieldEdits } from '../text/edit-fields.ts';
import { styleOf } from '../text/edit-places.ts';
import { parse } from '../text/parse.ts';
import { nearest } from '../text/suggest.ts';
import { readExtensions, type SolverExtensions } from './extensions.ts';
import { POLICIES, SOLVER_TYPES, solverKindOf } from './solver-settings.ts';
import type { LearningRatePolicy, NetReference, SolverKind, SolverSettings, TestSettings } from './solver-settings.ts';

/** A solver text, read. */
export interface SolverReading {
  readonly solver: SolverParameter;
  readonly settings: SolverSettings;
  /** What it asks for beyond Caffe, in comments. */
  readonly extensions: SolverExtensions;
  /** Ordered by position. Training makes sense only without errors among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What is around a solver text. */
export interface SolverPlace {
  /** Must the text name its nets, as Caffe demands? Else it may leave that to whoever gives it one, such as the page. */
  readonly namesNets?: boolean;
}

/** Reads a solver text. Never throws; where something is wrong, `settings` holds the nearest sensible value. */
export function readSolver(text: string, { namesNets = false }: SolverPlace = {}): SolverReading {
  const document = parse(text);
  const { message: solver, diagnostics } = decode(document, SolverParameter);
  const check = new Check(text, solver, namesNets);
  const settings = check.settings();
  const asked = readExtensions(solver);
  return {
    solver,
    settings,
    extensions: asked.extensions,
    diagnostics: [...document.errors, ...diagnostics, ...check.diagnostics, ...asked.diagnostics].toSorted(
      (a, b) => a.range.start - b.range.start,
    ),
  };
}

type FieldName = keyof typeof SolverParameter.fields;

/** A value that a policy's setting often has, to begin with. */
function usualValue(policy: string, field: 'gamma' | 'power' | 'stepsize', maxIter: number): string {
  if (field === 'stepsize') return String(maxIter > 3 ? Math.floor(maxIter / (policy === 'sigmoid' ? 2 : 3)) : 10000);
  if (field === 'power') return policy === 'inv' ? '0.75' : '1';
  const gammas: Readonly<Record<string, string>> = { inv: '0.0001', exp: '0.9999', sigmoid: '-0.001' };
  return gammas[policy] ?? '0.1';
}

class Check {
  readonly diagnostics: Diagnostic[] = [];
  readonly #text: string;
  readonly #solver: SolverParameter;
  readonly #namesNets: boolean;

  constructor(text: string, solver: SolverParameter, namesNets: boolean) {
    this.#text = text;
    this.#solver = solver;
    this.#namesNets = namesNets;
  }

  settings(): SolverSettings {
    const s = this.#solver;
    const type = this.#type();
    this.#optimiser(type);
    this.#counts();
    return {
      type,
      trainNet: this.#trainNet(),
      trainState: s.train_state,
      tests: this.#tests(),
      testInterval: s.test_interval,
      testInitialization: s.test_initialization,
      testComputeLoss: s.test_compute_loss,
      baseLr: s.base_lr ?? 0,
      policy: this.#policy(),
      momentum: s.momentum ?? 0,
      momentum2: s.momentum2,
      delta: s.delta,
      rmsDecay: s.rms_decay,
      weightDecay: s.weight_decay ?? 0,
      regularization: s.regularization_type === 'L1' ? 'L1' : 'L2',
      clipGradients: s.clip_gradients >= 0 ? s.clip_gradients : undefined,
      iterSize: Math.max(1, s.iter_size),
      maxIter: s.max_iter ?? 0,
      display: s.display ?? 0,
      averageLoss: Math.max(1, s.average_loss),
      snapshot: s.snapshot,
      snapshotPrefix: s.snapshot_prefix ?? '',
      snapshotAfterTrain: s.snapshot_after_train,
      snapshotFormat: s.snapshot_format,
      randomSeed: s.random_seed >= 0 ? s.random_seed : undefined,
      weights: s.weights.flatMap((list) => list.split(',')).filter((file) => file !== ''),
    };
  }

  #type(): SolverKind {
    const s = this.#solver;
    if (has(s, 'solver_type') && has(s, 'type'))
      this.#error('solver_type', 'A solver may have "type" or the old "solver_type", not both. Remove "solver_type".');
    const known = solverKindOf(s);
    if (known === undefined && s.type === 'AdamW') this.#adamW();
    else if (known === undefined) {
      this.#unknownWord('type', `There is no solver type "${s.type}".`, s.type, SOLVER_TYPES);
    }
    return known ?? 'SGD';
  }

  /** AdamW where only Caffe's types can stand: it is asked for in a comment. */
  #adamW(): void {
    const range = rangeOf(this.#solver, 'type') ?? this.#end();
    const end = { start: this.#text.length, end: this.#text.length };
    this.#add(
      'error',
      range,
      'Caffe has no solver type "AdamW". Write type: "Adam", and the comment # crema: type AdamW for Crema.',
      [
        {
          title: 'Ask for AdamW in a comment',
          edits: [
            { range, text: '"Adam"' },
            { range: end, text: `${this.#text.endsWith('\n') ? '' : '\n'}# crema: type AdamW\n` },
          ],
        },
      ],
    );
  }

  /** What Caffe's solvers check when they are made. */
  #optimiser(type: SolverKind): void {
    const s = this.#solver;
    if (!has(s, 'base_lr'))
      this.#error('base_lr', 'The learning rate is missing. Add base_lr, for example base_lr: 0.01.');
    else if (!((s.base_lr ?? 0) >= 0)) this.#error('base_lr', 'The learning rate may not be negative.');
    if ((type === 'AdaGrad' || type === 'RMSProp') && (s.momentum ?? 0) !== 0) {
      this.#error('momentum', `${type} does not work with momentum. Remove it, or choose another type.`);
    }
    if (type === 'RMSProp' && !(s.rms_decay >= 0 && s.rms_decay < 1)) {
      this.#error('rms_decay', 'rms_decay must be at least 0 and below 1.');
    }
    if (!['L1', 'L2'].includes(s.regularization_type)) {
      const message = `There is no regularization_type "${s.regularization_type}".`;
      this.#unknownWord('regularization_type', message, s.regularization_type, ['L1', 'L2']);
    }
  }

  #counts(): void {
    const s = this.#solver;
    if (!has(s, 'max_iter')) {
      const message =
        s.lr_policy === 'poly'
          ? 'The policy "poly" needs max_iter: the rate reaches 0 there. Add it.'
          : 'How long to train is missing. Add max_iter, for example max_iter: 10000.';
      this.#error('max_iter', message, this.#addField('max_iter', '10000'));
    }
    for (const name of ['max_iter', 'display', 'snapshot', 'test_interval', 'stepsize'] as const) {
      if ((s[name] ?? 0) < 0) this.#error(name, `${name} may not be negative.`);
    }
    for (const name of ['iter_size', 'average_loss'] as const) {
      if (s[name] < 1) this.#error(name, `${name} must be at least 1.`);
    }
  }

  #policy(): LearningRatePolicy {
    const s = this.#solver;
    const gamma = s.gamma ?? 0;
    const power = s.power ?? 0;
    const stepsize = s.stepsize ?? 0;
    const { lr_policy: kind } = s;
    if (kind === undefined) {
      this.#error(
        'lr_policy',
        'How the learning rate changes is missing. Add lr_policy, for example lr_policy: "fixed".',
      );
      return { kind: 'fixed' };
    }
    const needs = (field: 'gamma' | 'power' | 'stepsize'): void => {
      if (has(s, field)) return;
      const value = usualValue(kind, field, s.max_iter ?? 0);
      this.#error('lr_policy', `The policy "${kind}" needs ${field}. Add it.`, this.#addField(field, value));
    };
    switch (kind) {
      case 'fixed':
        return { kind };
      case 'step':
        needs('gamma');
        needs('stepsize');
        if (has(s, 'stepsize') && stepsize === 0) this.#error('stepsize', 'stepsize must be at least 1.');
        return { kind, gamma, stepsize: Math.max(1, stepsize) };
      case 'exp':
        needs('gamma');
        return { kind, gamma };
      case 'inv':
        needs('gamma');
        needs('power');
        return { kind, gamma, power };
      case 'multistep':
        needs('gamma');
        this.#stepValues();
        return { kind, gamma, stepvalues: s.stepvalue };
      case 'poly':
        needs('power');
        return { kind, power, maxIter: s.max_iter ?? 0 };
      case 'sigmoid':
        needs('gamma');
        needs('stepsize');
        return { kind, gamma, stepsize };
      default:
        this.#unknownWord('lr_policy', `There is no lr_policy "${kind}".`, kind, POLICIES);
        return { kind: 'fixed' };
    }
  }

  #stepValues(): void {
    const { stepvalue } = this.#solver;
    if (stepvalue.length === 0) {
      this.#error('lr_policy', 'The policy "multistep" needs at least one stepvalue. Add one.');
    }
    stepvalue.forEach((value, i) => {
      if (i === 0 || value > (stepvalue[i - 1] ?? 0)) return;
      const range = rangeOf(this.#solver, 'stepvalue', i) ?? this.#end();
      this.#add(
        'warning',
        range,
        `The step at ${value} comes after the one at ${stepvalue[i - 1]}: steps are made in order.`,
      );
    });
  }

  #trainNet(): NetReference | undefined {
    const s = this.#solver;
    const given = (['train_net_param', 'train_net', 'net_param', 'net'] as const).filter((name) => has(s, name));
    const [first, second] = given;
    if (first === undefined) {
      if (this.#namesNets) this.#add('error', this.#end(), 'The solver names no net to train. Add net: "…".');
      return undefined;
    }
    if (second !== undefined) {
      this.#error(second, `A solver has one net to train, but "${first}" and "${second}" both give one. Remove one.`);
    }
    return this.#reference(first, 0);
  }

  #tests(): TestSettings[] {
    const s = this.#solver;
    const nets: TestSettings['net'][] = [
      ...s.test_net_param.map((_, i) => this.#reference('test_net_param', i)),
      ...s.test_net.map((_, i) => this.#reference('test_net', i)),
    ];
    const iterations = s.test_iter;
    const generic = has(s, 'net_param')
      ? this.#reference('net_param', 0)
      : has(s, 'net')
        ? this.#reference('net', 0)
        : undefined;
    // A net for everything: one that is named as such, or the one that is given from outside where none is named.
    const given = generic !== undefined || (!this.#namesNets && nets.length === 0);
    if (iterations.length < nets.length || (!given && iterations.length > nets.length)) {
      const place: FieldName =
        iterations.length > 0 ? 'test_iter' : s.test_net.length > 0 ? 'test_net' : 'test_net_param';
      this.#error(
        place,
        nets.length === 0
          ? 'test_iter is given, but the solver names no net to test. Add net or test_net.'
          : `Each test net needs one test_iter: there are ${nets.length} nets and ${iterations.length} test_iter.`,
      );
    }
    while (given && nets.length < iterations.length) nets.push(generic);
    if (s.test_state.length > 0 && s.test_state.length !== nets.length) {
      this.#error('test_state', `Give no test_state, or one for each of the ${nets.length} test nets.`);
    }
    if (nets.length > 0 && !has(s, 'test_interval')) {
      this.#error('test_iter', 'How often to test is missing. Add test_interval, for example test_interval: 500.');
    } else if (nets.length > 0 && s.test_interval === 0) {
      this.#error('test_interval', 'test_interval must be at least 1 where there is a net to test.');
    }
    iterations.forEach((count, i) => {
      if (count > 0) return;
      this.#add('error', rangeOf(s, 'test_iter', i) ?? this.#end(), 'test_iter must be at least 1.');
    });
    return nets.map((net, i) => ({ net, iterations: Math.max(1, iterations[i] ?? 1), state: s.test_state[i] }));
  }

  #reference(
    field: 'net' | 'train_net' | 'test_net' | 'net_param' | 'train_net_param' | 'test_net_param',
    index: number,
  ): NetReference {
    const value = this.#solver[field];
    const one: unknown = Array.isArray(value) ? (value as readonly unknown[])[index] : value;
    if (typeof one === 'string') return { kind: 'file', path: one };
    const node = typeof one === 'object' && one !== null ? sourceOf(one)?.node : undefined;
    const text = node ? this.#text.slice(node.open?.end ?? node.range.start, node.close?.start ?? node.range.end) : '';
    return { kind: 'inline', text };
  }

  #unknownWord(field: FieldName, message: string, word: string, known: readonly string[]): void {
    const meant = nearest(word, known);
    const range = rangeOf(this.#solver, field) ?? this.#end();
    this.diagnostics.push({
      code: 'solver-field',
      severity: 'error',
      range,
      message: `${message}${meant === undefined ? '' : ` Did you mean "${meant}"?`} It is one of ${known.join(', ')}.`,
      ...(meant === undefined
        ? {}
        : { fixes: [{ title: `Change to "${meant}"`, edits: [{ range, text: `"${meant}"` }] }] }),
    });
  }

  #error(field: FieldName, message: string, fixes?: Diagnostic['fixes']): void {
    this.#add('error', rangeOf(this.#solver, field) ?? this.#end(), message, fixes);
  }

  #add(severity: Diagnostic['severity'], range: Range, message: string, fixes?: Diagnostic['fixes']): void {
    this.diagnostics.push({ code: 'solver-field', severity, range, message, ...(fixes ? { fixes } : {}) });
  }

  /** The way to add a field with a value at the end of the text. */
  #addField(field: FieldName, value: string): NonNullable<Diagnostic['fixes']> {
    const root = sourceOf(this.#solver)?.node;
    if (!root) return [];
    const edits = setFieldEdits(this.#text, root, [field], value, styleOf(this.#text, root));
    return [{ title: `Add ${field}: ${value}`, edits }];
  }

  /** Where something is missing from the whole text: its last character. */
  #end(): Range {
    const end = this.#text.trimEnd().length;
    return { start: Math.max(0, end - 1), end };
  }
}
