/**
 * Reads a prototxt into its lossless tree. Any text gives a tree: what does not fit is reported and passed over, and a
 * brace that was forgotten is looked for with the help of indentation.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import { tokenize } from './lexer.ts';
import type { Token } from './lexer.ts';
import type { Document, FieldNode, ListNode, MessageNode, ScalarNode, ValueNode } from './tree.ts';

/** Braces deeper than this are not read; protobuf itself stops at 100. */
const MAX_DEPTH = 100;

/** Parses a text. Never throws. */
export function parse(text: string): Document {
  const tokens = tokenize(text);
  const plain = new Parser(text, tokens, false);
  const root = plain.document();
  if (!plain.unclosed) return { text, tokens, root, errors: plain.errors };
  // Only a text with a brace missing is read a second time, with a new `layer` at the margin ending what is open.
  const recovering = new Parser(text, tokens, true);
  const recovered = recovering.document();
  return { text, tokens, root: recovered, errors: recovering.errors };
}

class Parser {
  readonly errors: Diagnostic[] = [];
  unclosed = false;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #recover: boolean;
  #at = 0;
  /** An opening brace whose closing brace stands further left than its line: likely the one left open. */
  #suspect: { readonly range: Range; readonly name: string } | undefined;

  constructor(text: string, tokens: readonly Token[], recover: boolean) {
    this.#text = text;
    this.#tokens = tokens.filter((token) => token.kind !== 'space' && token.kind !== 'comment');
    this.#recover = recover;
  }

  document(): MessageNode {
    const fields: FieldNode[] = [];
    for (;;) {
      this.#fields(fields, '', 0);
      const stray = this.#peek();
      if (!stray) break;
      this.#error(stray, `This "${this.#slice(stray)}" closes nothing. Remove it, or add the brace that opens it.`);
      this.#at++;
    }
    return { kind: 'message', fields, open: undefined, close: undefined, range: { start: 0, end: this.#text.length } };
  }

  /** Reads fields up to a closing brace (any, not consumed) or the end. */
  #fields(fields: FieldNode[], closing: string, depth: number): void {
    let skipping: Range | undefined;
    const flush = (): void => {
      if (skipping) this.#unexpected(skipping);
      skipping = undefined;
    };
    for (;;) {
      const token = this.#peek();
      if (!token) break;
      const source = this.#slice(token);
      if (source === '}' || source === '>' || (source === ']' && closing === ']')) {
        if (source === closing || source === '}' || depth === 0) break;
      }
      if (depth > 0 && this.#recover && this.#startsLayer(token)) break;
      const name = this.#fieldName();
      if (name) {
        flush();
        fields.push(this.#field(name.name, name.range, depth));
      } else {
        skipping = skipping ? { start: skipping.start, end: token.end } : { start: token.start, end: token.end };
        if (token.kind === 'bad') {
          flush();
        }
        this.#at++;
      }
    }
    flush();
  }

  /** A `layer {` at the margin: nothing that is still open can have been meant to hold it. */
  #startsLayer(token: Token): boolean {
    const source = this.#slice(token);
    if (source !== 'layer' && source !== 'layers') return false;
    const before = this.#text[token.start - 1];
    if (before !== undefined && before !== '\n' && before !== '\r') return false;
    const next = this.#tokens[this.#at + 1];
    return next !== undefined && (this.#slice(next) === '{' || this.#slice(next) === ':');
  }

  #fieldName(): { name: string; range: Range } | undefined {
    const token = this.#peek();
    if (!token) return undefined;
    if (token.kind === 'identifier') {
      this.#at++;
      return { name: this.#slice(token), range: token };
    }
    if (this.#slice(token) !== '[') return undefined;
    // An extension or Any name such as [caffe.extra]: kept as a name no schema knows.
    let end = this.#at + 1;
    while (this.#tokens[end]?.kind === 'identifier' || ['.', '/'].includes(this.#sliceAt(end))) end++;
    const last = this.#tokens[end];
    if (!last || this.#slice(last) !== ']' || end === this.#at + 1) return undefined;
    this.#at = end + 1;
    const range = { start: token.start, end: last.end };
    return { name: this.#text.slice(range.start, range.end), range };
  }

  #field(name: string, nameRange: Range, depth: number): FieldNode {
    const hasColon = this.#take(':') !== undefined;
    const value = this.#value(name, nameRange, hasColon, depth);
    const end = value?.range.end ?? (hasColon ? (this.#tokens[this.#at - 1]?.end ?? nameRange.end) : nameRange.end);
    const separator = this.#take(';') ?? this.#take(',');
    return {
      kind: 'field',
      name,
      nameRange: { start: nameRange.start, end: nameRange.end },
      hasColon,
      value,
      range: { start: nameRange.start, end },
      fullEnd: separator?.end ?? end,
    };
  }

  #value(name: string, nameRange: Range, hasColon: boolean, depth: number): ValueNode | undefined {
    const token = this.#peek();
    const source = token ? this.#slice(token) : '';
    if (source === '{' || source === '<') return this.#message(name, depth);
    if (source === '[' && hasColon) return this.#list(name, depth);
    const missing = (): undefined => {
      const at = hasColon ? (this.#tokens[this.#at - 1] ?? nameRange) : nameRange;
      this.#error(
        { start: nameRange.start, end: at.end },
        hasColon
          ? `"${name}:" has no value. Write one behind the colon.`
          : `"${name}" stands alone. Write "${name}: value" or "${name} { … }".`,
      );
      return undefined;
    };
    if (!token) return missing();
    if (!hasColon) {
      // `name "x"` and `name 3`: the colon was forgotten. A word may as well be the next field.
      if (token.kind !== 'string' && token.kind !== 'number') return missing();
      this.#error(nameRange, `A colon is missing between "${name}" and its value.`, [
        { title: 'Add the colon', edits: [{ range: { start: nameRange.end, end: nameRange.end }, text: ':' }] },
      ]);
    }
    if (token.kind === 'identifier') {
      const next = this.#sliceAt(this.#at + 1);
      if (next === ':' || next === '{' || next === '<') return missing();
    }
    return this.#scalar() ?? (token.kind === 'bad' ? this.#badValue(token) : missing());
  }

  /** A string without its closing quote: reported, and read as if it were closed at the end of the line. */
  #badValue(token: Token): ScalarNode | undefined {
    this.#at++;
    this.#unexpected(token);
    const source = this.#slice(token);
    const quote = source[0];
    if (quote !== '"' && quote !== "'") return undefined;
    const body = source.trimEnd().replace(/\\+$/, '');
    const text = body.length > 1 && body.endsWith(quote) ? body : body + quote;
    return { kind: 'scalar', form: 'string', text, parts: [text], range: { start: token.start, end: token.end } };
  }

  #scalar(): ScalarNode | undefined {
    const first = this.#peek();
    if (!first) return undefined;
    if (first.kind === 'string') {
      const parts: string[] = [];
      let end = first.end;
      for (let token = this.#peek(); token?.kind === 'string'; token = this.#peek()) {
        parts.push(this.#slice(token));
        end = token.end;
        this.#at++;
      }
      const range = { start: first.start, end };
      return { kind: 'scalar', form: 'string', text: this.#text.slice(range.start, end), parts, range };
    }
    const negative = this.#slice(first) === '-';
    const token = negative ? this.#tokens[this.#at + 1] : first;
    if (token?.kind !== 'number' && token?.kind !== 'identifier') return undefined;
    this.#at += negative ? 2 : 1;
    return {
      kind: 'scalar',
      form: token.kind,
      text: (negative ? '-' : '') + this.#slice(token),
      parts: [],
      range: { start: first.start, end: token.end },
    };
  }

  #message(name: string, depth: number): MessageNode | undefined {
    const token = this.#peek();
    if (!token) return undefined;
    const open = { start: token.start, end: token.end };
    const closing = this.#slice(token) === '<' ? '>' : '}';
    this.#at++;
    if (depth >= MAX_DEPTH) {
      this.#error(open, `Braces are nested more than ${MAX_DEPTH} deep; nothing in here is read.`);
      this.#skipToMatch();
      const end = this.#tokens[this.#at - 1]?.end ?? open.end;
      return { kind: 'message', fields: [], open, close: undefined, range: { start: open.start, end } };
    }
    const fields: FieldNode[] = [];
    this.#fields(fields, closing, depth + 1);
    const close = this.#take(closing);
    if (close) this.#watchIndentation(open, close, name);
    else this.#reportUnclosed(open, name, closing);
    const end = close?.end ?? this.#tokens[this.#at - 1]?.end ?? open.end;
    return {
      kind: 'message',
      fields,
      open,
      close: close && { start: close.start, end: close.end },
      range: { start: open.start, end },
    };
  }

  #reportUnclosed(open: Range, name: string, closing: string): void {
    this.unclosed = true;
    const found = this.#peek();
    if (found && this.#slice(found) === (closing === '}' ? '>' : '}')) {
      this.#error(open, `The brace of "${name}" is closed by "${this.#slice(found)}"; write "${closing}".`);
      this.#at++;
      return;
    }
    const suspect = this.#suspect ?? { range: open, name };
    this.#suspect = undefined;
    this.#error(suspect.range, `The brace of "${suspect.name}" is not closed. Add "${closing}" behind its last field.`);
  }

  #watchIndentation(open: Range, close: Token, name: string): void {
    const closeIndent = this.#indentIfFirst(close.start);
    if (closeIndent === undefined) return;
    const lineStart = this.#text.lastIndexOf('\n', open.start - 1) + 1;
    const openIndent = /^[ \t]*/.exec(this.#text.slice(lineStart, open.start))?.[0].length ?? 0;
    if (closeIndent < openIndent) this.#suspect ??= { range: open, name };
  }

  /** The columns before an offset if only blanks stand there; a line that is long before it is not measured. */
  #indentIfFirst(offset: number): number | undefined {
    const near = this.#text.slice(Math.max(0, offset - 201), offset);
    const before = near.slice(near.lastIndexOf('\n') + 1);
    return before.length <= 200 && /^[ \t]*$/.test(before) ? before.length : undefined;
  }

  #list(name: string, depth: number): ListNode {
    const open = this.#take('[');
    const start = open?.start ?? 0;
    const items: (ScalarNode | MessageNode)[] = [];
    for (;;) {
      const token = this.#peek();
      const source = token ? this.#slice(token) : '';
      if (!token || source === ']' || source === '}') break;
      if (this.#take(',')) continue;
      const item = source === '{' || source === '<' ? this.#message(name, depth + 1) : this.#listScalar();
      if (item) items.push(item);
      else break;
    }
    const close = this.#take(']');
    const end = close?.end ?? this.#tokens[this.#at - 1]?.end ?? start;
    if (!close) this.#error({ start, end }, `The list of "${name}" is not closed. Add "]" behind its last value.`);
    return { kind: 'list', items, range: { start, end } };
  }

  #listScalar(): ScalarNode | undefined {
    if (this.#peek()?.kind === 'identifier' && [':', '{'].includes(this.#sliceAt(this.#at + 1))) return undefined;
    return this.#scalar();
  }

  #skipToMatch(): void {
    let open = 1;
    while (open > 0 && this.#at < this.#tokens.length) {
      const source = this.#sliceAt(this.#at);
      if (source === '{' || source === '<') open++;
      if (source === '}' || source === '>') open--;
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

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(source: string): Token | undefined {
    const token = this.#peek();
    if (!token || this.#slice(token) !== source) return undefined;
    this.#at++;
    return token;
  }

  #slice(token: Range): string {
    return this.#text.slice(token.start, token.end);
  }

  #sliceAt(index: number): string {
    const token = this.#tokens[index];
    return token ? this.#slice(token) : '';
  }
}
