/**
 * Cuts a prototxt into tokens that together cover every character, so that the text can be put together again exactly.
 * Never throws: what fits nothing becomes a `bad` token. The rules are those of protobuf's text format as Caffe reads it.
 */

/** What a token is. `space` and `comment` carry no meaning; `bad` is a character or string that fits nothing. */
export type TokenKind = 'space' | 'comment' | 'identifier' | 'number' | 'string' | 'punctuation' | 'bad';

/** One token: a half-open span of the text. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\r\n\v\f\u00a0\ufeff]+/y;
const COMMENT = /#[^\r\n]*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?/y;
const STRING = /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"|'[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*'/y;
const OPEN_STRING = /["'][^\r\n]*/y;
const PUNCTUATION = /[:{}<>[\],;\-./]/y;

const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', SPACE],
  ['identifier', IDENTIFIER],
  ['number', NUMBER],
  ['string', STRING],
  ['punctuation', PUNCTUATION],
  ['comment', COMMENT],
  ['bad', OPEN_STRING],
];

/** The tokens of a text, in order and without gaps: each starts where the one before ends. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let start = 0;
  while (start < text.length) {
    let kind: TokenKind = 'bad';
    let end = start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
    for (const [candidate, rule] of RULES) {
      rule.lastIndex = start;
      if (rule.test(text)) {
        kind = candidate;
        end = rule.lastIndex;
        break;
      }
    }
    tokens.push({ kind, start, end });
    start = end;
  }
  return tokens;
}
