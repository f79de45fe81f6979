/** The report as plain text, for a mail or an issue: how hardware that nobody here has is heard of. */
import { tolerance, type CaseFailure, type EngineResult, type MachineFacts, type ProductResult } from './result.ts';

/** The whole report; `choice` says which cases were run, in words. */
export function reportOf(machine: MachineFacts, choice: string, engines: readonly EngineResult[]): string {
  return [
    'Crema self-test',
    `Browser: ${machine.browser}`,
    `Processor: ${machine.cores} threads; page ${machine.isolated ? '' : 'not '}cross-origin isolated`,
    ...machine.adapter.map((fact, i) => `${i === 0 ? 'Adapter: ' : '  '}${fact}`),
    `Cases: ${choice}, right when every tensor is within ${tolerance} of Caffe's`,
    ...engines.flatMap(engineLines),
    '',
  ].join('\n');
}

function engineLines(engine: EngineResult): readonly string[] {
  const lines = ['', `${engine.title}${engine.device === undefined ? '' : `: ${engine.device}`}`];
  if (engine.done > 0) {
    const left = engine.total - engine.done;
    lines.push(`  cases right: ${engine.passed} of ${engine.done}${left > 0 ? `, ${left} not run` : ''}`);
  }
  if (engine.worst !== undefined) {
    const { name, tensor, error } = engine.worst;
    lines.push(`  worst error: ${formatError(error)} (${name}, ${tensor})`);
  }
  if (engine.product !== undefined) lines.push(`  matrix product: ${productText(engine.product)}`);
  if (engine.problem !== undefined) lines.push(`  ${engine.problem}`);
  lines.push(...engine.failures.map((failure) => `  FAILED ${failureText(failure)}`));
  lines.push(`  took ${engine.seconds.toFixed(1)} s`);
  return lines;
}

/** `31.4 GFLOPS (1024³)`, and how much of it was wrong. */
export function productText({ size, gflops, wrong, checked }: ProductResult): string {
  const speed = `${formatGflops(gflops)} GFLOPS (${size}³)`;
  return wrong === 0 ? speed : `${speed}, WRONG in ${wrong} of ${checked} elements that were checked`;
}

/** A case's failure in one line. */
export function failureText(failure: CaseFailure): string {
  return failure.kind === 'wrong'
    ? `${failure.name}: ${failure.tensor} is off by ${formatError(failure.error)}`
    : `${failure.name}: ${failure.message}`;
}

/** A relative error, `3.2e-7`. */
export const formatError = (error: number): string =>
  Number.isFinite(error) ? error.toExponential(1) : 'more than can be told (not a number, or the wrong size)';

/** Three significant digits. */
export const formatGflops = (gflops: number): string =>
  gflops >= 100 ? Math.round(gflops).toLocaleString('en') : gflops.toPrecision(3);
