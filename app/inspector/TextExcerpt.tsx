/** The lines of the network's text that a layer stands for, coloured as in the editor, not to be changed here. */
import { Fragment } from 'react';
import { tokenize } from '../caffe/text/lexer.ts';
import type { TokenKind } from '../caffe/text/lexer.ts';
import { useDocument } from '../store/document.ts';
import { lineStarts, positionAt } from '../store/problems.ts';
import { useView } from '../store/view.ts';
import type { LayerSlice } from './layer-slice.ts';

/** The lines of a slice in the whole text, counted from 1. */
export function linesOf(text: string, slice: LayerSlice): { readonly first: number; readonly last: number } {
  const starts = lineStarts(text.slice(0, slice.start + slice.text.length));
  const first = positionAt(starts, slice.start).line;
  return { first, last: positionAt(starts, slice.start + Math.max(0, slice.text.length - 1)).line };
}

/** The way to these lines in the editor. */
export function LinesLink({ slice }: { readonly slice: LayerSlice }) {
  const text = useDocument((state) => state.netText);
  const reveal = useView((state) => state.reveal);
  const { first, last } = linesOf(text, slice);
  const range = { start: slice.start, end: slice.start + slice.text.length };
  return (
    <button type="button" className="inspector-lines" onClick={() => reveal?.('network', range)}>
      {first === last ? `line ${first}` : `lines ${first}–${last}`}
    </button>
  );
}

export function TextExcerpt({ slice }: { readonly slice: LayerSlice }) {
  return (
    // Long lines scroll sideways: the keyboard has to get there too.
    <pre className="excerpt" tabIndex={0} aria-label="The layer as text">
      {pieces(slice.text).map(({ kind, text }, i) =>
        kind === undefined ? (
          <Fragment key={i}>{text}</Fragment>
        ) : (
          <span key={i} className={`excerpt-${kind}`}>
            {text}
          </span>
        ),
      )}
    </pre>
  );
}

interface Piece {
  readonly kind: 'field' | 'enum' | 'string' | 'number' | 'comment' | undefined;
  readonly text: string;
}

const KINDS: Readonly<Partial<Record<TokenKind, Piece['kind']>>> = {
  string: 'string',
  number: 'number',
  comment: 'comment',
};

function pieces(text: string): readonly Piece[] {
  const tokens = tokenize(text);
  return tokens.map(({ kind, start, end }): Piece => {
    const word = text.slice(start, end);
    if (kind !== 'identifier') return { kind: KINDS[kind], text: word };
    return { kind: /^\s*[:{<]/.test(text.slice(end, end + 40)) ? 'field' : 'enum', text: word };
  });
}
