/** The self-test tells right engines from wrong ones, and ends whatever an engine does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenNames } from '../compiler/golden-cases.ts';
import { EngineError, type Engine, type Executable, type HostArray } from '../engine/engine.ts';
import { createReferenceEngine } from '../engine/reference/reference-engine.ts';
import { packGoldenSet, quickCases, unpackGoldenSet, type GoldenSet } from './golden-set.ts';
import { reportOf } from './report.ts';
import { isGood, type EngineResult, type MachineFacts } from './result.ts';
import { runSelfTest, type Candidate } from './run-self-test.ts';

const names = ['ip', 'relu', 'softmax_loss'];
const fileOf = (name: string) =>
  readFileSync(new URL(`../layers/fixtures/golden/${name}.safetensors`, import.meta.url));
const packed = packGoldenSet(new Map(names.map((name) => [name, fileOf(name)])));
const cases: GoldenSet = unpackGoldenSet(packed);
const product = { longest: 1000, stretch: 1, sizes: [8, 16] };

/** The interpreter, with something changed in every executable that it loads. */
function engineWith(change: (executable: Executable) => Partial<Executable>, rest: Partial<Engine> = {}): Engine {
  const engine = createReferenceEngine();
  return {
    info: engine.info,
    lost: engine.lost,
    limits: engine.limits,
    plan: (program) => engine.plan(program),
    dispose: () => engine.dispose(),
    load: async (program) => {
      const executable = await engine.load(program);
      return {
        bytes: executable.bytes,
        write: (...given) => executable.write(...given),
        run: (...given) => executable.run(...given),
        read: (...given) => executable.read(...given),
        ready: () => executable.ready(),
        idle: () => executable.idle(),
        time: (...given) => executable.time(...given),
        dispose: () => executable.dispose(),
        ...change(executable),
      };
    },
    ...rest,
  };
}

const candidate = (open: () => Engine | Promise<Engine>): Candidate => ({
  id: 'one',
  title: 'One',
  open: () => Promise.resolve().then(open),
});

async function testOf(open: () => Engine | Promise<Engine>, patience = 30_000): Promise<EngineResult> {
  const [result] = await runSelfTest([candidate(open)], { cases, product, patience }, () => undefined);
  if (result === undefined) throw new Error('One engine in, one result out.');
  return result;
}

const spoilt = (executable: Executable) => ({
  read: async (buffer: string): Promise<HostArray> => {
    const values = Float32Array.from(await executable.read(buffer));
    values[0] = (values[0] ?? 0) + 1;
    return values;
  },
});

describe('the golden set', () => {
  it('is one file that gives each case back', () => {
    expect([...cases.keys()]).toEqual(names);
    expect(cases.get('ip')?.metadata.get('prototxt')).toContain('InnerProduct');
  });

  it('has every quick case', () => {
    expect(goldenNames()).toEqual(expect.arrayContaining([...quickCases]));
  });
});

describe('runSelfTest', () => {
  it('finds a right engine right, and tells of each step', async () => {
    const steps: EngineResult[] = [];
    const results = await runSelfTest(
      [candidate(createReferenceEngine)],
      { cases, product, patience: 30_000 },
      (result) => steps.push(result),
    );
    const [result] = results;
    expect(result).toMatchObject({ state: 'done', done: 3, passed: 3, total: 3, failures: [], problem: undefined });
    expect(result?.product).toMatchObject({ size: 16, wrong: 0, checked: 256 });
    expect(result?.product?.gflops).toBeGreaterThan(0);
    expect(result?.worst?.error).toBeLessThan(1e-5);
    expect(result !== undefined && isGood(result)).toBe(true);
    expect(steps.map(({ done }) => done)).toEqual([0, 0, 1, 2, 3, 3, 3]);
    expect(steps.at(-1)).toEqual(result);
  });

  it('finds wrong numbers, in the cases and in the product', async () => {
    const result = await testOf(() => engineWith(spoilt));
    expect(result).toMatchObject({ state: 'done', done: 3, passed: 0 });
    expect(result.failures.map(({ kind, name }) => `${kind} ${name}`)).toEqual(names.map((name) => `wrong ${name}`));
    expect(result.product?.wrong).toBe(1);
    expect(isGood(result)).toBe(false);
  });

  it('takes what is not a number for wrong', async () => {
    const result = await testOf(() =>
      engineWith((executable) => ({ read: async (buffer) => (await executable.read(buffer)).fill(NaN) })),
    );
    expect(result.worst?.error).toBe(Infinity);
    expect(result.passed).toBe(0);
  });

  it('goes on with the other cases where an engine refuses one', async () => {
    let loads = 0;
    const engine = createReferenceEngine();
    const result = await testOf(() =>
      engineWith(() => ({}), {
        load: (program) =>
          ++loads === 2
            ? Promise.reject(new EngineError('validation', 'The driver refused a kernel.'))
            : engine.load(program),
      }),
    );
    expect(result).toMatchObject({ state: 'done', done: 3, passed: 2 });
    expect(result.failures).toEqual([{ kind: 'refused', name: 'relu', message: 'The driver refused a kernel.' }]);
  });

  it('says why there is no engine, and tests the others', async () => {
    const none = candidate(() => Promise.reject(new EngineError('no-adapter', 'There is no adapter.')));
    const results = await runSelfTest(
      [none, candidate(createReferenceEngine)],
      { cases, product, patience: 30_000 },
      () => undefined,
    );
    expect(results.map(({ state, problem }) => [state, problem])).toEqual([
      ['stopped', 'There is no adapter.'],
      ['done', undefined],
    ]);
  });

  it('stops with an engine that hangs, and with one that is lost', async () => {
    const endless = { read: () => new Promise<HostArray>(() => undefined) };
    const hung = await testOf(() => engineWith(() => endless), 30);
    expect(hung).toMatchObject({ state: 'stopped', done: 0 });
    expect(hung.problem).toContain('gave no answer within 1 s');
    const lost = await testOf(() => engineWith(() => endless, { lost: Promise.resolve('the driver was reset') }));
    expect(lost.problem).toBe('The engine was lost: the driver was reset');
  });
});

describe('the report', () => {
  const machine: MachineFacts = {
    browser: 'Browser 1.0',
    cores: 8,
    isolated: true,
    adapter: ['vendor · chip', 'features: shader-f16'],
  };

  it('holds the machine, the numbers and each failure', () => {
    const report = reportOf(machine, 'Quick', [
      {
        id: 'webgpu',
        title: 'WebGPU',
        state: 'stopped',
        device: 'vendor chip',
        done: 3,
        passed: 1,
        total: 12,
        worst: { name: 'ip', tensor: 'top/ip', error: 0.0213 },
        failures: [
          { kind: 'wrong', name: 'ip', tensor: 'top/ip', error: 0.0213 },
          { kind: 'refused', name: 'relu', message: 'The driver refused a kernel.' },
        ],
        product: { size: 1024, gflops: 1234.5, runs: 3, wrong: 2, checked: 2048 },
        problem: 'The engine was lost: reset',
        seconds: 3.21,
      },
    ]);
    expect(report.split('\n')).toEqual([
      'Crema self-test',
      'Browser: Browser 1.0',
      'Processor: 8 threads; page cross-origin isolated',
      'Adapter: vendor · chip',
      '  features: shader-f16',
      "Cases: Quick, right when every tensor is within 0.0001 of Caffe's",
      '',
      'WebGPU: vendor chip',
      '  cases right: 1 of 3, 9 not run',
      '  worst error: 2.1e-2 (ip, top/ip)',
      '  matrix product: 1,235 GFLOPS (1024³), WRONG in 2 of 2048 elements that were checked',
      '  The engine was lost: reset',
      '  FAILED ip: top/ip is off by 2.1e-2',
      '  FAILED relu: The driver refused a kernel.',
      '  took 3.2 s',
      '',
    ]);
  });
});
