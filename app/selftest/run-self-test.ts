/** Puts engines to the test, one after the other: every golden case against Caffe's numbers, then a timed matrix product. */
import { caseErrors } from '../compiler/golden-errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { SafetensorsFile } from '../formats/safetensors.ts';
import type { GoldenSet } from './golden-set.ts';
import { productBounds, timeProduct, type ProductBounds } from './product.ts';
import { tolerance, type CaseFailure, type EngineResult, type WorstError } from './result.ts';

/** An engine that may be had. */
export interface Candidate {
  readonly id: string;
  /** As the table calls it. */
  readonly title: string;
  open(): Promise<Engine>;
}

export interface SelfTestSetting {
  readonly cases: GoldenSet;
  readonly product: ProductBounds;
  /** How long an engine may take for one answer, in milliseconds: a driver that hangs is a finding, not an endless wait. */
  readonly patience: number;
}

/** The whole setting for some cases. */
export const settingOf = (cases: GoldenSet): SelfTestSetting => ({ cases, product: productBounds, patience: 60_000 });

/**
 * Tests each engine in turn; `emit` gets its result so far after every step. What an engine does wrong is in its result,
 * and the others are tested all the same.
 */
export async function runSelfTest(
  candidates: readonly Candidate[],
  setting: SelfTestSetting,
  emit: (result: EngineResult) => void,
): Promise<readonly EngineResult[]> {
  const results: EngineResult[] = [];
  for (const candidate of candidates) results.push(await testEngine(candidate, setting, emit));
  return results;
}

/** The engine gave no answer, or is gone: there is no use in asking it on. */
class Unusable extends Error {
  override readonly name = 'Unusable';
}

async function testEngine(
  candidate: Candidate,
  { cases, product, patience }: SelfTestSetting,
  emit: (result: EngineResult) => void,
): Promise<EngineResult> {
  const started = performance.now();
  let result: EngineResult = {
    id: candidate.id,
    title: candidate.title,
    state: 'running',
    device: undefined,
    done: 0,
    passed: 0,
    total: cases.size,
    worst: undefined,
    failures: [],
    product: undefined,
    problem: undefined,
    seconds: 0,
  };
  const update = (change: Partial<EngineResult>): void => {
    result = { ...result, ...change, seconds: (performance.now() - started) / 1000 };
    emit(result);
  };
  update({});
  let engine: Engine | undefined;
  try {
    engine = await within(patience, candidate.open());
    update({ device: engine.info.software ? `${engine.info.device} (software)` : engine.info.device });
    const guard = guardOf(engine, patience);
    for (const [name, file] of cases) update(after(result, await testCase(name, file, engine, guard)));
    update({ product: await guard(timeProduct(engine, product)) });
    update({ state: 'done' });
  } catch (error) {
    update({ state: 'stopped', problem: messageOf(error) });
  } finally {
    engine?.dispose();
  }
  return result;
}

type Guard = <T>(work: Promise<T>) => Promise<T>;

/** Waits for an engine's work no longer than there is patience and the engine lives. */
function guardOf(engine: Engine, patience: number): Guard {
  const lost = engine.lost.then((reason): never => {
    throw new Unusable(`The engine was lost: ${reason}`);
  });
  lost.catch(() => undefined);
  return (work) => within(patience, Promise.race([work, lost]));
}

function within<T>(patience: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = Math.ceil(patience / 1000);
      reject(new Unusable(`It gave no answer within ${seconds} s. The rest was left out.`));
    }, patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type CaseOutcome = WorstError | Extract<CaseFailure, { kind: 'refused' }>;

async function testCase(name: string, file: SafetensorsFile, engine: Engine, guard: Guard): Promise<CaseOutcome> {
  try {
    const errors = [...(await guard(caseErrors(file, engine)))];
    const [first] = errors;
    if (first === undefined) return { kind: 'refused', name, message: 'The case has no numbers to compare with.' };
    const [tensor, error] = errors.reduce((worst, other) => (other[1] > worst[1] ? other : worst), first);
    return { name, tensor, error };
  } catch (error) {
    if (error instanceof Unusable) throw error;
    return { kind: 'refused', name, message: messageOf(error) };
  }
}

function after(result: EngineResult, outcome: CaseOutcome): Partial<EngineResult> {
  const done = result.done + 1;
  if ('message' in outcome) return { done, failures: [...result.failures, outcome] };
  const worst = result.worst === undefined || outcome.error > result.worst.error ? outcome : result.worst;
  return outcome.error < tolerance
    ? { done, worst, passed: result.passed + 1 }
    : { done, worst, failures: [...result.failures, { kind: 'wrong', ...outcome }] };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
