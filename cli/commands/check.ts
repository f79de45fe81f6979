/** `crema check`: what is wrong in a network or solver, for people and for editors' problem matchers. */
import type { Diagnostic } from '../../app/caffe/diagnostics.ts';
import { lintSolver } from '../../app/caffe/lint/lint-solver.ts';
import { sensibleStages } from '../../app/caffe/net/states.ts';
import { readSolver } from '../../app/caffe/solver/read-solver.ts';
import type { Phase } from '../../app/caffe/schema/net-messages.ts';
import { parseArguments, type Command } from '../command.ts';
import { findBeside } from '../data-files.ts';
import { readText } from '../files.ts';
import { netOf, stateOf, stateOptions } from '../net-files.ts';
import { positionsIn } from '../positions.ts';
import { kindOf } from '../text-kind.ts';

const help = `Usage: crema check FILE [--stage NAME]... [--level N] [--json]

Prints what is wrong or doubtful in a network or solver prototxt, one finding a line:
  file:line:col severity code message
A network is checked in both phases; what is found in only one of them names it. Where its
rules name stages and none is given, it is checked in each of them that makes a whole net.
The exit code is 1 when an error is among the findings, else 0.

Options:
  --stage   a stage that the solver would set (train_state, test_state); may be repeated
  --level   the level that it would set
  --json    prints {"kind": "net" | "solver", "diagnostics": [...]} instead

Example:
  crema check cifar10_quick_train_test.prototxt`;

const phases: readonly Phase[] = ['TRAIN', 'TEST'];

/** A diagnostic, with the phases it holds in; empty for a solver. */
interface Finding {
  readonly diagnostic: Diagnostic;
  readonly phases: Phase[];
}

export const check: Command = {
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArguments(
      args,
      { ...stateOptions, json: { type: 'boolean' } },
      { name: 'FILE', min: 1, max: 1 },
    );
    const path = positionals[0] as string;
    const text = await readText(path);
    const kind = kindOf(text);
    const findings = kind === 'net' ? checkNet(text, stateOf(values)) : checkSolver(path, text);
    const positionOf = positionsIn(text);
    const rows = findings.map(({ diagnostic: { severity, code, message, range }, phases }) => {
      const end = positionOf(range.end);
      return { ...positionOf(range.start), endLine: end.line, endColumn: end.column, severity, code, message, phases };
    });
    if (values.json === true) terminal.out(JSON.stringify({ kind, diagnostics: rows }, undefined, 1));
    else {
      for (const { line, column, severity, code, message, phases } of rows) {
        const [phase] = phases;
        const only =
          phases.length === 1 && phase !== undefined && !message.includes(phase) ? ` (in ${phase} only)` : '';
        terminal.out(`${path}:${line}:${column} ${severity} ${code} ${message}${only}`);
      }
    }
    return rows.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

function checkSolver(path: string, text: string): Finding[] {
  const reading = readSolver(text, { namesNets: true });
  const around = lintSolver(reading, { exists: (name) => findBeside(path, name) !== undefined });
  return [...reading.diagnostics, ...around].map((diagnostic) => ({ diagnostic, phases: [] }));
}

function checkNet(text: string, { stages, level }: ReturnType<typeof stateOf>): Finding[] {
  const found = new Map<string, Finding>();
  for (const phase of phases) {
    const states = stages.length > 0 ? [stages] : sensibleStages(text, phase, level);
    for (const state of states) {
      for (const diagnostic of netOf(text, phase, { stages: state, level }).diagnostics) {
        const { code, range, message } = diagnostic;
        const key = JSON.stringify([code, range.start, range.end, message]);
        const finding = found.get(key) ?? { diagnostic, phases: [] };
        if (!finding.phases.includes(phase)) finding.phases.push(phase);
        found.set(key, finding);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.diagnostic.range.start - b.diagnostic.range.start);
}
