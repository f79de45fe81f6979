/** What can be folded: messages and lists that span lines, and runs of comment lines. */
import { messagesOf } from '../text/tree.ts';
import type { Document, MessageNode } from '../text/tree.ts';
import { linesOf } from './lines.ts';

/** First and last line that fold together; lines count from 1. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: 'message' | 'comment';
}

/** The folds of a text, outer ones first. The line of a closing brace stays in sight. */
export function foldsOf(document: Document): Fold[] {
  const lineOf = linesOf(document.text);
  const folds: Fold[] = [];
  const visit = (message: MessageNode): void => {
    for (const field of message.fields) {
      for (const inner of messagesOf(field)) {
        const start = lineOf(inner.open?.start ?? inner.range.start);
        const end = lineOf(inner.range.end) - 1;
        if (end > start) folds.push({ start, end, kind: 'message' });
        visit(inner);
      }
    }
  };
  visit(document.root);
  return [...folds, ...commentFolds(document, lineOf)].toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function commentFolds({ text, tokens }: Document, lineOf: (offset: number) => number): Fold[] {
  const folds: Fold[] = [];
  let start = -1;
  let last = -1;
  const close = (): void => {
    if (last > start) folds.push({ start, end: last, kind: 'comment' });
  };
  for (const token of tokens) {
    if (token.kind !== 'comment') continue;
    const lineStart = text.lastIndexOf('\n', token.start - 1) + 1;
    if (text.slice(lineStart, token.start).trim() !== '') continue;
    const line = lineOf(token.start);
    if (line !== last + 1) {
      close();
      start = line;
    }
    last = line;
  }
  close();
  return folds;
}
