/**
 * The lossless syntax tree of a prototxt. It knows no schema: any text gives a tree and a list of syntax errors, and the
 * tokens it holds print back to the very same text.
 */
import type { Diagnostic, Range } from '../diagnostics.ts';
import type { Token } from './lexer.ts';

/** A string, number or word. A string may be several string tokens in a row, which are joined. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly form: 'string' | 'number' | 'identifier';
  /** The source: for numbers and words with the minus sign and without what lies between. */
  readonly text: string;
  /** The string tokens of a string. */
  readonly parts: readonly string[];
  readonly range: Range;
}

/** `{ … }` or `< … >`; the whole text is one without braces. */
export interface MessageNode {
  readonly kind: 'message';
  readonly fields: readonly FieldNode[];
  /** Fields that stand in its comments for Crema, `# crema: augment { … }`: see `extensionName` for their names. */
  readonly extensions: readonly FieldNode[];
  readonly open: Range | undefined;
  /** Undefined where the closing brace is missing, and for the whole text. */
  readonly close: Range | undefined;
  readonly range: Range;
  /** Does it stand in a comment for Crema? */
  readonly inComment?: boolean;
}

/** `[a, b]`. */
export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly (ScalarNode | MessageNode)[];
  readonly range: Range;
}

/** What a field holds. */
export type ValueNode = ScalarNode | MessageNode | ListNode;

/** `name: value` or `name { … }`. */
export interface FieldNode {
  readonly kind: 'field';
  readonly name: string;
  readonly nameRange: Range;
  readonly hasColon: boolean;
  /** Undefined where the text has none. */
  readonly value: ValueNode | undefined;
  /** From the name to the end of the value, without a separator behind it. */
  readonly range: Range;
  /** The end including a `;` or `,` behind the value. */
  readonly fullEnd: number;
  /** The whole comment that the field stands in; undefined for a field of the text itself. */
  readonly comment?: Range;
}

/** A parsed text. */
export interface Document {
  readonly text: string;
  /** All tokens; they cover the text without gaps. */
  readonly tokens: readonly Token[];
  readonly root: MessageNode;
  /** Syntax errors, in order. */
  readonly errors: readonly Diagnostic[];
}

/** The text of a document, put together from its tokens: always the text that was parsed. */
export function print(document: Document): string {
  return document.tokens.map((token) => document.text.slice(token.start, token.end)).join('');
}

/** The innermost message that an offset lies in, and the fields that lead to it, outermost first. */
export function pathAt(document: Document, offset: number): { message: MessageNode; path: readonly FieldNode[] } {
  let message = document.root;
  const path: FieldNode[] = [];
  for (;;) {
    const inside = allFields(message).find((field) => {
      const bodies = messagesOf(field);
      return bodies.some((body) => insideBody(body, offset));
    });
    const body = inside && messagesOf(inside).find((candidate) => insideBody(candidate, offset));
    if (!inside || !body) return { message, path };
    path.push(inside);
    message = body;
  }
}

/** The fields of a message, those in its comments behind the others. */
export const allFields = ({ fields, extensions }: MessageNode): readonly FieldNode[] =>
  extensions.length === 0 ? fields : [...fields, ...extensions];

/** The messages a field holds: one, those of a list, or none. */
export function messagesOf(field: FieldNode): readonly MessageNode[] {
  const { value } = field;
  if (!value || value.kind === 'scalar') return [];
  if (value.kind === 'message') return [value];
  return value.items.filter((item): item is MessageNode => item.kind === 'message');
}

function insideBody(body: MessageNode, offset: number): boolean {
  const start = body.open?.end ?? body.range.start;
  const end = body.close?.start ?? body.range.end;
  return offset >= start && offset <= end;
}
