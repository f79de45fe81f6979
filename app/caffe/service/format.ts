/**
 * Lays a text out anew: one field a line, two blanks for each brace, single blanks around values. Comments, their places
 * and single blank lines stay; a message that stood on one line stays there while it fits. What the text says does not
 * change, and a formatted text is not changed again.
 */
import type { TextEdit } from '../diagnostics.ts';
import { parse } from '../text/parse.ts';
import type { Document, FieldNode, MessageNode, ValueNode } from '../text/tree.ts';

const STEP = '  ';
/** A message on one line may reach this column. */
const WIDEST = 100;

interface Comment {
  readonly start: number;
  readonly end: number;
}

/** The text laid out anew; the text itself where it has syntax errors, as then nobody knows what belongs together. */
export function formatted(text: string): string {
  const document = parse(text);
  if (document.errors.length > 0) return text;
  return new Formatter(document).run();
}

/** The edits that lay a text out anew: one for the lines that change, none where all is well. */
export function formatEdits(text: string): TextEdit[] {
  const after = formatted(text);
  if (after === text) return [];
  let start = 0;
  while (start < text.length && text[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(text.length, after.length) - start;
  while (end < room && text[text.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ range: { start, end: text.length - end }, text: after.slice(start, after.length - end) }];
}

class Formatter {
  readonly #text: string;
  readonly #root: MessageNode;
  readonly #comments: readonly Comment[];
  readonly #eol: string;
  readonly #lines: string[] = [];
  /** The comments before this one are written. */
  #next = 0;
  /** The end of what was written last in the old text: how many lines lie behind it is seen from there. */
  #end = 0;

  constructor({ text, root, tokens }: Document) {
    this.#text = text;
    this.#root = root;
    this.#comments = tokens.filter(({ kind }) => kind === 'comment');
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n';
  }

  run(): string {
    this.#fields(this.#root, '', this.#text.length);
    const mark = this.#text.startsWith('\ufeff') ? '\ufeff' : '';
    return mark + (this.#lines.length === 0 ? '' : this.#lines.join(this.#eol) + this.#eol);
  }

  /** The fields of a message, and the comments before its end. */
  #fields(message: MessageNode, indent: string, end: number): void {
    let first = true;
    for (const field of message.fields) {
      first = this.#ownComments(field.range.start, indent, first);
      this.#gap(field.range.start, first);
      first = false;
      this.#field(field, indent);
    }
    this.#ownComments(end, indent, first);
  }

  /** Comments on lines of their own before an offset. Tells whether the message still has nothing written. */
  #ownComments(before: number, indent: string, first: boolean): boolean {
    let nothing = first;
    for (
      let comment = this.#comments[this.#next];
      comment && comment.start < before;
      comment = this.#comments[this.#next]
    ) {
      this.#gap(comment.start, nothing);
      this.#lines.push(indent + this.#source(comment));
      this.#end = comment.end;
      this.#next++;
      nothing = false;
    }
    return nothing;
  }

  /** One blank line where the old text has any, but none where a message begins. */
  #gap(start: number, first: boolean): void {
    if (first) return;
    const between = this.#text.slice(this.#end, start);
    if (/\n[^\S\n]*\n/.test(between.replaceAll('\r', ''))) this.#lines.push('');
  }

  #field(field: FieldNode, indent: string): void {
    const { value, name } = field;
    const inline = this.#inline(field);
    // Comments that stand inside a value (between name and colon, or in a list) go before it.
    if (value?.kind === 'message' && (inline === undefined || indent.length + inline.length > WIDEST)) {
      this.#hoist(value.open?.start ?? value.range.start, indent);
      this.#block(`${name} `, value, indent);
    } else if (
      value?.kind === 'list' &&
      value.items.some(({ kind }) => kind === 'message') &&
      (inline === undefined || indent.length + inline.length > WIDEST)
    ) {
      this.#hoist(value.range.start + 1, indent);
      this.#lines.push(`${indent}${name}: [`);
      this.#end = value.range.start + 1;
      value.items.forEach((item, i) => {
        this.#ownComments(item.range.start, indent + STEP, false);
        if (item.kind === 'message') this.#block('', item, indent + STEP);
        else this.#lines.push(indent + STEP + this.#valueText(item));
        if (i < value.items.length - 1) this.#append(',');
        this.#end = item.range.end;
      });
      this.#ownComments(value.range.end, indent + STEP, false);
      this.#lines.push(`${indent}]`);
    } else {
      this.#hoist(field.range.end, indent);
      this.#lines.push(indent + (inline ?? `${name}: ${value ? this.#valueText(value) : ''}`));
    }
    this.#end = field.fullEnd;
    this.#trailing(this.#end);
  }

  #block(head: string, message: MessageNode, indent: string): void {
    const open = message.open?.end ?? message.range.start;
    this.#lines.push(`${indent}${head}{`);
    this.#end = open;
    this.#trailing(open);
    this.#fields(message, indent + STEP, message.close?.start ?? message.range.end);
    this.#lines.push(`${indent}}`);
    this.#end = message.range.end;
  }

  #hoist(before: number, indent: string): void {
    for (
      let comment = this.#comments[this.#next];
      comment && comment.start < before;
      comment = this.#comments[this.#next]
    ) {
      this.#lines.push(indent + this.#source(comment));
      this.#next++;
    }
  }

  /** A comment behind something on the same line stays there. */
  #trailing(after: number): void {
    const comment = this.#comments[this.#next];
    if (!comment || comment.start < after || /[\r\n]/.test(this.#text.slice(after, comment.start))) return;
    // Another field on the line stands between: the comment is its own.
    if (!/^[\s\u00a0\ufeff]*$/.test(this.#text.slice(after, comment.start))) return;
    this.#append(`  ${this.#source(comment)}`);
    this.#next++;
    this.#end = comment.end;
  }

  #append(text: string): void {
    this.#lines.push(`${this.#lines.pop() ?? ''}${text}`);
  }

  /** A field on one line; undefined where it spans several with fields in it, or has comments inside. */
  #inline(field: FieldNode): string | undefined {
    const { value, name, range } = field;
    if (!value) return name;
    if (value.kind === 'scalar') return `${name}: ${this.#valueText(value)}`;
    const holdsMessages = value.kind === 'message' || value.items.some(({ kind }) => kind === 'message');
    if (holdsMessages && (/[\r\n]/.test(this.#source(range)) || this.#hasComment(range))) {
      const empty = value.kind === 'message' && value.fields.length === 0 && !this.#hasComment(range);
      return empty ? `${name} {}` : undefined;
    }
    return value.kind === 'message' ? `${name} ${this.#valueText(value)}` : `${name}: ${this.#valueText(value)}`;
  }

  #valueText(value: ValueNode): string {
    switch (value.kind) {
      case 'scalar':
        return value.form === 'string' ? value.parts.join(' ') : value.text;
      case 'list':
        return `[${value.items.map((item) => this.#valueText(item)).join(', ')}]`;
      case 'message':
        if (value.fields.length === 0) return '{}';
        return `{ ${value.fields.map((field) => this.#inline(field) ?? '').join(' ')} }`;
    }
  }

  #hasComment({ start, end }: Comment): boolean {
    for (let i = this.#next; ; i++) {
      const comment = this.#comments[i];
      if (!comment || comment.start >= end) return false;
      if (comment.start >= start) return true;
    }
  }

  #source({ start, end }: Comment): string {
    return this.#text.slice(start, end).trimEnd();
  }
}
