/**
 * Reads a prototxt into its lossless tree. Any text gives a tree: what does not fit is reported and passed over, and a
 * brace that was forgotten is looked for with the help of indentation. A text that differs little from one read before is
 * read only where it differs.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { Lexer, tokenize } from './lexer.ts';
import type { Token, TokenKind } from './lexer.ts';
import { changeBetween, keptBehind, keptBefore } from './kept-fields.ts';
import { extensionName } from '../schema/dsl.ts';
import type { Document, FieldNode, ListNode, MessageNode, ScalarNode, ValueNode } from './tree.ts';

/** Braces deeper than this are not read; protobuf itself stops at 100. */
const MAX_DEPTH = 100;

/** Parses a text. Never throws. With a document of a similar text, the fields that both have are taken over from it. */
export function parse(text: string, similar?: Document): Document {
  return (similar && parseChanged(text, similar)) ?? parseAll(text);
}

function parseAll(text: string): Document {
  const plain = new Parser(text, false);
  const root = plain.document();
  if (!plain.unclosed) return documentOf(text, root, plain.errors);
  // Only a text with a brace missing is read a second time, with a new `layer` at the margin ending what is open.
  const recovering = new Parser(text, true);
  const recovered = recovering.document();
  return documentOf(text, recovered, recovering.errors);
}

/**
 * Reads a text anew only between the fields in front of a change and those behind it; undefined where that is not sure to
 * give what reading all of it gives: where the other has a mistake, or a brace is open in this one.
 */
function parseChanged(text: string, similar: Document): Document | undefined {
  if (similar.errors.length > 0 || similar.root.extensions.length > 0) return undefined;
  const { fields } = similar.root;
  const change = changeBetween(similar.text, text);
  const before = keptBefore(fields, change.start);
  const behind = keptBehind(fields, change, before.length);
  const parser = new Parser(text, false, before.at(-1)?.fullEnd ?? 0);
  const root = parser.document([...before], behind);
  return parser.unclosed ? undefined : documentOf(text, root, parser.errors);
}

function documentOf(text: string, root: MessageNode, errors: readonly Diagnostic[]): Document {
  let tokens: readonly Token[] | undefined;
  return {
    text,
    get tokens() {
      return (tokens ??= tokenize(text));
    },
    root,
    errors,
  };
}

const COLON = 58;
const SEMICOLON = 59;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const LESS = 60;
const GREATER = 62;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const NO_PARTS: readonly string[] = [];
const NO_FIELDS: readonly FieldNode[] = [];

/** How a comment for Crema begins: what follows is read as fields. */
const FOR_CREMA = /^#+\s*crema\s*:/i;

class Parser {
  readonly errors: Diagnostic[] = [];
  unclosed = false;
  readonly #text: string;
  readonly #recover: boolean;
  readonly #lexer: Lexer;
  /** Reads what stands in a comment: only up to its end, where a colon may be left out. */
  readonly #inComment: Range | undefined;
  /** Comments for Crema that no message around them has been closed behind yet. */
  readonly #comments: Range[] = [];
  /** The tokens that carry a meaning, as far as they have been asked for. */
  readonly #kinds: TokenKind[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Where the next token is to be read. */
  #unread: number;
  #at = 0;
  /** An opening brace whose closing brace stands further left than its line: likely the one left open. */
  #suspect: { readonly range: Range; readonly name: string } | undefined;
  /** Fields of the document that may be taken over as soon as one of them begins, with where the first left begins. */
  #behind: readonly FieldNode[] = [];
  #nextBehind = 0;

  /** Reads from an offset on; of a comment, what follows up to its end. */
  constructor(text: string, recover: boolean, from = 0, inComment?: Range) {
    this.#text = text;
    this.#lexer = new Lexer(text);
    this.#recover = recover;
    this.#unread = from;
    this.#inComment = inComment;
  }

  /** The whole text as a message: `fields` are those in front, `behind` those that follow once they are met. */
  document(fields: FieldNode[] = [], behind: readonly FieldNode[] = []): MessageNode {
    this.#behind = behind;
    for (;;) {
      this.#fields(fields, 0, 0);
      if (this.#meetsBehind()) {
        for (let i = this.#nextBehind; i < behind.length; i++) fields.push(behind[i] as FieldNode);
        break;
      }
      if (!this.#has(this.#at)) break;
      this.#error(
        this.#range(this.#at),
        `This "${this.#slice(this.#at)}" closes nothing. Remove it, or add the brace that opens it.`,
      );
      this.#at++;
    }
    const range = { start: 0, end: this.#text.length };
    return { kind: 'message', fields, extensions: this.#extensions(0), open: undefined, close: undefined, range };
  }

  /** The fields in the comments for Crema since an offset, up to where a message was closed. */
  #extensions(from: number, to = this.#text.length): readonly FieldNode[] {
    if (this.#comments.length === 0) return NO_FIELDS;
    const own = this.#comments.filter(({ start }) => start >= from && start < to);
    if (own.length === 0) return NO_FIELDS;
    this.#comments.splice(0, this.#comments.length, ...this.#comments.filter((comment) => !own.includes(comment)));
    return own.flatMap((comment) => this.#readComment(comment));
  }

  #readComment(comment: Range): readonly FieldNode[] {
    const begin = FOR_CREMA.exec(this.#text.slice(comment.start, comment.end))?.[0].length ?? 0;
    const parser = new Parser(this.#text, false, comment.start + begin, comment);
    const { fields } = parser.document();
    this.errors.push(...parser.errors);
    return fields.map((field) => ({ ...field, name: extensionName(field.name), comment }));
  }

  /** Does the next token begin a field that is taken over, with all that follows it? */
  #meetsBehind(): boolean {
    if (this.#nextBehind >= this.#behind.length || !this.#has(this.#at)) return false;
    const start = this.#starts[this.#at] as number;
    for (;;) {
      const next = this.#behind[this.#nextBehind]?.range.start;
      if (next === undefined || next > start) return false;
      if (next === start) return true;
      this.#nextBehind++;
    }
  }

  /** Reads fields up to a closing brace (any, not consumed) or the end. */
  #fields(fields: FieldNode[], closing: number, depth: number): void {
    let skipping: Range | undefined;
    const flush = (): void => {
      if (skipping) this.#unexpected(skipping);
      skipping = undefined;
    };
    while (this.#has(this.#at)) {
      const mark = this.#mark(this.#at);
      if (mark === CLOSE_BRACE || mark === GREATER || (mark === CLOSE_BRACKET && closing === CLOSE_BRACKET)) {
        if (mark === closing || mark === CLOSE_BRACE || depth === 0) break;
      }
      if (depth === 0 ? this.#meetsBehind() : this.#recover && this.#startsLayer()) break;
      const first = this.#at;
      if (this.#takeFieldName()) {
        flush();
        fields.push(this.#field(first, depth));
      } else {
        const { start, end } = this.#range(first);
        skipping = { start: skipping?.start ?? start, end };
        if (this.#kinds[first] === 'bad') flush();
        this.#at++;
      }
    }
    flush();
  }

  /** A `layer {` at the margin: nothing that is still open can have been meant to hold it. */
  #startsLayer(): boolean {
    const source = this.#slice(this.#at);
    if (source !== 'layer' && source !== 'layers') return false;
    const before = this.#text[(this.#starts[this.#at] as number) - 1];
    if (before !== undefined && before !== '\n' && before !== '\r') return false;
    const next = this.#mark(this.#at + 1);
    return next === OPEN_BRACE || next === COLON;
  }

  /** Passes over the name of a field, if one stands here. */
  #takeFieldName(): boolean {
    if (this.#kinds[this.#at] === 'identifier') {
      this.#at++;
      return true;
    }
    if (this.#mark(this.#at) !== OPEN_BRACKET) return false;
    // An extension or Any name such as [caffe.extra]: kept as a name no schema knows.
    let end = this.#at + 1;
    while (this.#isIdentifier(end) || this.#mark(end) === DOT || this.#mark(end) === SLASH) end++;
    if (this.#mark(end) !== CLOSE_BRACKET || end === this.#at + 1) return false;
    this.#at = end + 1;
    return true;
  }

  /** The field whose name begins with the given token and has been passed over. */
  #field(first: number, depth: number): FieldNode {
    const nameRange = { start: this.#starts[first] as number, end: this.#ends[this.#at - 1] as number };
    const name = this.#text.slice(nameRange.start, nameRange.end);
    const hasColon = this.#take(COLON) || this.#takeEquals();
    const value = this.#value(name, nameRange, hasColon, depth);
    const end = value?.range.end ?? (hasColon ? this.#lastEnd(nameRange.end) : nameRange.end);
    const separated = this.#take(SEMICOLON) || this.#take(COMMA);
    return {
      kind: 'field',
      name,
      nameRange,
      hasColon: hasColon || (this.#inComment !== undefined && value?.kind === 'scalar'),
      value,
      range: { start: nameRange.start, end },
      fullEnd: separated ? (this.#ends[this.#at - 1] as number) : end,
    };
  }

  #value(name: string, nameRange: Range, hasColon: boolean, depth: number): ValueNode | undefined {
    const mark = this.#mark(this.#at);
    if (mark === OPEN_BRACE || mark === LESS) return this.#message(name, depth);
    if (mark === OPEN_BRACKET && hasColon) return this.#list(name, depth);
    const missing = (): undefined => {
      const end = hasColon ? this.#lastEnd(nameRange.end) : nameRange.end;
      this.#error(
        { start: nameRange.start, end },
        hasColon
          ? `"${name}:" has no value. Write one behind the colon.`
          : `"${name}" stands alone. Write "${name}: value" or "${name} { … }".`,
      );
      return undefined;
    };
    if (!this.#has(this.#at)) return missing();
    const kind = this.#kinds[this.#at];
    if (!hasColon) {
      if (this.#inComment) return this.#scalar() ?? missing();
      // `name "x"` and `name 3`: the colon was forgotten. A word may as well be the next field.
      if (kind !== 'string' && kind !== 'number') return missing();
      this.#error(nameRange, `A colon is missing between "${name}" and its value.`, [
        { title: 'Add the colon', edits: [{ range: { start: nameRange.end, end: nameRange.end }, text: ':' }] },
      ]);
    }
    if (kind === 'identifier') {
      const next = this.#mark(this.#at + 1);
      if (next === COLON || next === OPEN_BRACE || next === LESS) return missing();
    }
    return this.#scalar() ?? (kind === 'bad' ? this.#badValue() : missing());
  }

  /** A string without its closing quote: reported, and read as if it were closed at the end of the line. */
  #badValue(): ScalarNode | undefined {
    const source = this.#slice(this.#at);
    const range = this.#range(this.#at);
    this.#at++;
    this.#unexpected(range);
    const quote = source[0];
    if (quote !== '"' && quote !== "'") return undefined;
    const body = source.trimEnd().replace(/\\+$/, '');
    const text = body.length > 1 && body.endsWith(quote) ? body : body + quote;
    return { kind: 'scalar', form: 'string', text, parts: [text], range };
  }

  #scalar(): ScalarNode | undefined {
    if (!this.#has(this.#at)) return undefined;
    const start = this.#starts[this.#at] as number;
    if (this.#kinds[this.#at] === 'string') return this.#string(start);
    const negative = this.#mark(this.#at) === MINUS;
    const value = negative ? this.#at + 1 : this.#at;
    const form = this.#has(value) ? this.#kinds[value] : undefined;
    if (form !== 'number' && form !== 'identifier') return undefined;
    const source = this.#slice(value);
    this.#at = value + 1;
    return {
      kind: 'scalar',
      form,
      text: negative ? `-${source}` : source,
      parts: NO_PARTS,
      range: { start, end: this.#ends[value] as number },
    };
  }

  /** The string tokens from here on, which are one value. */
  #string(start: number): ScalarNode {
    const parts: string[] = [];
    while (this.#has(this.#at) && this.#kinds[this.#at] === 'string') {
      parts.push(this.#slice(this.#at));
      this.#at++;
    }
    const end = this.#ends[this.#at - 1] as number;
    const [only = ''] = parts;
    const text = parts.length === 1 ? only : this.#text.slice(start, end);
    return { kind: 'scalar', form: 'string', text, parts, range: { start, end } };
  }

  #message(name: string, depth: number): MessageNode {
    const open = this.#range(this.#at);
    const closing = this.#mark(this.#at) === LESS ? GREATER : CLOSE_BRACE;
    this.#at++;
    if (depth >= MAX_DEPTH) {
      this.#error(open, `Braces are nested more than ${MAX_DEPTH} deep; nothing in here is read.`);
      this.#skipToMatch();
      return {
        kind: 'message',
        fields: [],
        extensions: NO_FIELDS,
        open,
        close: undefined,
        range: { start: open.start, end: this.#lastEnd(open.end) },
      };
    }
    const fields: FieldNode[] = [];
    this.#fields(fields, closing, depth + 1);
    let close: Range | undefined;
    if (this.#take(closing)) {
      close = this.#range(this.#at - 1);
      this.#watchIndentation(open, close, name);
    } else this.#reportUnclosed(open, name, closing);
    const end = close?.end ?? this.#lastEnd(open.end);
    const extensions = this.#extensions(open.end, close?.start ?? end);
    const range = { start: open.start, end };
    const inComment = this.#inComment && { inComment: true };
    return { kind: 'message', fields, extensions, open, close, range, ...inComment };
  }

  #reportUnclosed(open: Range, name: string, closing: number): void {
    this.unclosed = this.#inComment === undefined;
    const wanted = String.fromCharCode(closing);
    if (this.#mark(this.#at) === (closing === CLOSE_BRACE ? GREATER : CLOSE_BRACE)) {
      this.#error(open, `The brace of "${name}" is closed by "${this.#slice(this.#at)}"; write "${wanted}".`);
      this.#at++;
      return;
    }
    const suspect = this.#suspect ?? { range: open, name };
    this.#suspect = undefined;
    const where = this.#inComment ? 'on the same line: a comment ends with it' : 'behind its last field';
    this.#error(suspect.range, `The brace of "${suspect.name}" is not closed. Add "${wanted}" ${where}.`);
  }

  #watchIndentation(open: Range, close: Range, name: string): void {
    if (this.#suspect) return;
    const closeIndent = this.#indentIfFirst(close.start);
    if (closeIndent === undefined) return;
    if (closeIndent < this.#indentOfLine(open.start)) this.#suspect = { range: open, name };
  }

  /** The blanks that the line of an offset begins with. */
  #indentOfLine(offset: number): number {
    const lineStart = this.#text.lastIndexOf('\n', offset - 1) + 1;
    let at = lineStart;
    while (at < offset && isBlank(this.#text.charCodeAt(at))) at++;
    return at - lineStart;
  }

  /** The columns before an offset if only blanks stand there; a line that is long before it is not measured. */
  #indentIfFirst(offset: number): number | undefined {
    let at = offset;
    while (at > 0 && offset - at <= 200 && isBlank(this.#text.charCodeAt(at - 1))) at--;
    const first = at === 0 || this.#text.charCodeAt(at - 1) === 10;
    return first && offset - at <= 200 ? offset - at : undefined;
  }

  #list(name: string, depth: number): ListNode {
    const { start } = this.#range(this.#at);
    this.#at++;
    const items: (ScalarNode | MessageNode)[] = [];
    for (;;) {
      const mark = this.#mark(this.#at);
      if (!this.#has(this.#at) || mark === CLOSE_BRACKET || mark === CLOSE_BRACE) break;
      if (this.#take(COMMA)) continue;
      const item = mark === OPEN_BRACE || mark === LESS ? this.#message(name, depth + 1) : this.#listScalar();
      if (item) items.push(item);
      else break;
    }
    const closed = this.#take(CLOSE_BRACKET);
    const end = this.#lastEnd(start);
    if (!closed) this.#error({ start, end }, `The list of "${name}" is not closed. Add "]" behind its last value.`);
    return { kind: 'list', items, range: { start, end } };
  }

  #listScalar(): ScalarNode | undefined {
    if (this.#isIdentifier(this.#at)) {
      const next = this.#mark(this.#at + 1);
      if (next === COLON || next === OPEN_BRACE) return undefined;
    }
    return this.#scalar();
  }

  #skipToMatch(): void {
    let open = 1;
    while (open > 0 && this.#has(this.#at)) {
      const mark = this.#mark(this.#at);
      if (mark === OPEN_BRACE || mark === LESS) open++;
      if (mark === CLOSE_BRACE || mark === GREATER) open--;
      this.#at++;
    }
  }

  #unexpected(range: Range): void {
    const source = this.#text.slice(range.start, range.end);
    const shown = source.length > 30 ? `${source.slice(0, 30)}…` : source;
    const quoted = source.startsWith('"') || source.startsWith("'");
    this.#error(
      range,
      quoted && !source.slice(1).includes(source.charAt(0))
        ? `This string has no closing quote.`
        : `${quoted ? shown : `"${shown}"`} does not belong here: the name of a field is expected.`,
    );
  }

  #error(range: Range, message: string, fixes?: Diagnostic['fixes']): void {
    this.errors.push({
      code: 'syntax',
      severity: 'error',
      range: { start: range.start, end: range.end },
      message,
      ...(fixes ? { fixes } : {}),
    });
  }

  /** Is there a token at an index? Reads on as far as is needed. */
  #has(index: number): boolean {
    while (index >= this.#starts.length) {
      if (this.#unread >= (this.#inComment?.end ?? this.#text.length)) return false;
      const start = this.#unread;
      this.#lexer.read(start);
      this.#unread = this.#lexer.end;
      const { kind } = this.#lexer;
      if (kind === 'comment') this.#watchComment(start);
      if (kind === 'space' || kind === 'comment') continue;
      this.#kinds.push(kind);
      this.#starts.push(start);
      this.#ends.push(this.#lexer.end);
    }
    return true;
  }

  #watchComment(start: number): void {
    const end = this.#lexer.end;
    if (!this.#inComment && FOR_CREMA.test(this.#text.slice(start, Math.min(end, start + 40))))
      this.#comments.push({ start, end });
  }

  /** The character of a punctuation token, else 0. */
  #mark(index: number): number {
    return this.#has(index) && this.#kinds[index] === 'punctuation'
      ? this.#text.charCodeAt(this.#starts[index] as number)
      : 0;
  }

  #isIdentifier(index: number): boolean {
    return this.#has(index) && this.#kinds[index] === 'identifier';
  }

  /** Passes over a punctuation token, if it stands here. */
  #take(mark: number): boolean {
    if (this.#mark(this.#at) !== mark) return false;
    this.#at++;
    return true;
  }

  /** Passes over an equals sign, which a comment may have for a colon. */
  #takeEquals(): boolean {
    if (!this.#inComment || !this.#has(this.#at) || this.#slice(this.#at) !== '=') return false;
    this.#at++;
    return true;
  }

  /** The end of the token passed over last. */
  #lastEnd(otherwise: number): number {
    return this.#ends[this.#at - 1] ?? otherwise;
  }

  #range(index: number): Range {
    return { start: this.#starts[index] as number, end: this.#ends[index] as number };
  }

  #slice(index: number): string {
    return this.#text.slice(this.#starts[index], this.#ends[index]);
  }
}

const isBlank = (code: number): boolean => code === 32 || code === 9;
