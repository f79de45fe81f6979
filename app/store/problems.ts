/** The findings of both texts as one list: those of the net in either phase (once where both have it), then the solver's. */
import type { Diagnostic } from '../caffe/diagnostics.ts';
import type { DocumentState, TextName } from './document.ts';

/** A finding and the text it is in, with its place as people count (from 1). */
export interface Problem {
  readonly text: TextName;
  readonly diagnostic: Diagnostic;
  readonly line: number;
  readonly column: number;
}

type Findings = Pick<DocumentState, 'nets' | 'solver' | 'netText' | 'solverText'>;

const rank = { error: 0, warning: 1, info: 2 } as const;

let lastAsked: Findings | undefined;
let lastList: readonly Problem[] = [];

/** All findings, errors first, then by place. Asked again for the same document, the same list comes back. */
export function listProblems(document: Findings): readonly Problem[] {
  const same =
    lastAsked !== undefined &&
    lastAsked.nets === document.nets &&
    lastAsked.solver === document.solver &&
    lastAsked.netText === document.netText &&
    lastAsked.solverText === document.solverText;
  if (!same) lastList = collectProblems(document);
  lastAsked = document;
  return lastList;
}

function collectProblems(document: Findings): Problem[] {
  const seen = new Set<string>();
  const net = [...(document.nets?.TRAIN.diagnostics ?? []), ...(document.nets?.TEST.diagnostics ?? [])].filter(
    ({ code, range, message }) => {
      const key = `${code} ${range.start} ${range.end} ${message}`;
      return seen.has(key) ? false : seen.add(key);
    },
  );
  const place = (text: TextName, source: string, found: readonly Diagnostic[]): Problem[] => {
    const starts = lineStarts(source);
    return found
      .map((diagnostic) => ({ text, diagnostic, ...positionAt(starts, diagnostic.range.start) }))
      .sort(
        (a, b) =>
          rank[a.diagnostic.severity] - rank[b.diagnostic.severity] ||
          a.diagnostic.range.start - b.diagnostic.range.start,
      );
  };
  // No network and no solver are steps not taken yet, not mistakes in one.
  const unless = (text: string, problems: () => Problem[]) => (text.trim() === '' ? [] : problems());
  return [
    ...unless(document.netText, () => place('network', document.netText, net)),
    ...unless(document.solverText, () => place('solver', document.solverText, document.solver?.diagnostics ?? [])),
  ];
}

/** Number of findings of one severity in each text. */
export function countErrors(problems: readonly Problem[], text: TextName): number {
  return problems.filter((problem) => problem.text === text && problem.diagnostic.severity === 'error').length;
}

/** Offsets at which the lines of a text start. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Line and column, from 1, of an offset. */
export function positionAt(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 };
}
