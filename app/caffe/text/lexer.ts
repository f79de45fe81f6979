/**
 * Cuts a prototxt into tokens that together cover every character, so that the text can be put together again exactly.
 * Never throws: what fits nothing becomes a `bad` token. The rules are those of protobuf's text format as Caffe reads it.
 * Written character by character, because a network of seven thousand lines is cut up after every key.
 */

/** What a token is. `space` and `comment` carry no meaning; `bad` is a character or string that fits nothing. */
export type TokenKind = 'space' | 'comment' | 'identifier' | 'number' | 'string' | 'punctuation' | 'bad';

/** One token: a half-open span of the text. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const BAD = 0;
const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;
const MARK = 4;
const QUOTE = 5;
const HASH = 6;

const LINE_FEED = 10;
const RETURN = 13;
const DOT = 46;
const BACKSLASH = 92;

/** What each ASCII character can begin. */
const classes = new Uint8Array(128);
const mark = (characters: string, kind: number): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = kind;
};
mark(' \t\r\n\v\f', SPACE);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_', LETTER);
mark('0123456789', DIGIT);
mark(':{}<>[],;-./', MARK);
mark('"\'', QUOTE);
mark('#', HASH);

/** The class of a character; no-break space and byte order mark are blanks, too. */
const classOf = (code: number): number =>
  code < 128 ? (classes[code] as number) : code === 0xa0 || code === 0xfeff ? SPACE : BAD;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isHexDigit = (code: number): boolean => isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);

/** Reads one token after the other. `kind` and `end` tell of the token read last. */
export class Lexer {
  kind: TokenKind = 'space';
  end = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads the token that starts at an offset inside the text. */
  read(start: number): void {
    const text = this.#text;
    const code = text.charCodeAt(start);
    let end = start + 1;
    switch (classOf(code)) {
      case SPACE:
        while (classOf(text.charCodeAt(end)) === SPACE) end++;
        this.kind = 'space';
        break;
      case LETTER:
        for (;;) {
          const kind = classOf(text.charCodeAt(end));
          if (kind !== LETTER && kind !== DIGIT) break;
          end++;
        }
        this.kind = 'identifier';
        break;
      case DIGIT:
        end = this.#number(start);
        this.kind = 'number';
        break;
      case MARK:
        if (code === DOT && isDigit(text.charCodeAt(end))) {
          end = this.#number(start);
          this.kind = 'number';
        } else this.kind = 'punctuation';
        break;
      case QUOTE:
        end = this.#string(start, code);
        break;
      case HASH:
        end = this.#lineEnd(end);
        this.kind = 'comment';
        break;
      default:
        if ((text.codePointAt(start) ?? 0) > 0xffff) end++;
        this.kind = 'bad';
    }
    this.end = end;
  }

  /** The end of a number: hexadecimal, or decimal with fraction, exponent and a trailing `f`. */
  #number(start: number): number {
    const text = this.#text;
    let end = start;
    if (text.charCodeAt(start) === 48 && (text.charCodeAt(start + 1) | 32) === 120) {
      end = start + 2;
      while (isHexDigit(text.charCodeAt(end))) end++;
      if (end > start + 2) return end;
      end = start;
    }
    while (isDigit(text.charCodeAt(end))) end++;
    if (text.charCodeAt(end) === DOT) {
      end++;
      while (isDigit(text.charCodeAt(end))) end++;
    }
    if ((text.charCodeAt(end) | 32) === 101) {
      let exponent = end + 1;
      const sign = text.charCodeAt(exponent);
      if (sign === 43 || sign === 45) exponent++;
      if (isDigit(text.charCodeAt(exponent))) {
        while (isDigit(text.charCodeAt(exponent))) exponent++;
        end = exponent;
      }
    }
    return (text.charCodeAt(end) | 32) === 102 ? end + 1 : end;
  }

  /** The end of a string with its closing quote; one that is not closed on its line is bad to the line's end. */
  #string(start: number, quote: number): number {
    const text = this.#text;
    for (let end = start + 1; ; end++) {
      const code = text.charCodeAt(end);
      if (code === quote) {
        this.kind = 'string';
        return end + 1;
      }
      if (code === BACKSLASH) end++;
      const last = code === BACKSLASH ? text.charCodeAt(end) : code;
      if (last === LINE_FEED || last === RETURN || Number.isNaN(last)) {
        this.kind = 'bad';
        return this.#lineEnd(start + 1);
      }
    }
  }

  #lineEnd(from: number): number {
    const text = this.#text;
    let end = from;
    while (end < text.length && text.charCodeAt(end) !== LINE_FEED && text.charCodeAt(end) !== RETURN) end++;
    return end;
  }
}

/** The tokens of a text, in order and without gaps: each starts where the one before ends. */
export function tokenize(text: string): Token[] {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  for (let start = 0; start < text.length; start = lexer.end) {
    lexer.read(start);
    tokens.push({ kind: lexer.kind, start, end: lexer.end });
  }
  return tokens;
}
