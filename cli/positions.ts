/** Places in a text as compilers print them. */
import type { Diagnostic } from '../app/caffe/diagnostics.ts';

/** A place in a text; both numbers count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds positions of offsets in one text. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

/** `file:line:col message`, for the first error among what was found; undefined when there is none. */
export function firstError(path: string, text: string, diagnostics: readonly Diagnostic[]): string | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return undefined;
  const { line, column } = positionsIn(text)(first.range.start);
  const more = errors.length > 1 ? ` (crema check lists ${errors.length - 1} more)` : '';
  return `${path}:${line}:${column} ${first.message}${more}`;
}
