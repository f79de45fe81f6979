/**
 * The text of a formula as a tree: numbers, names, calls and operators, with where each stands. Knows nothing of what the
 * names mean. A mistake is a `FormulaError` with a sentence and a place.
 */

/** A stretch of the formula's text: offsets of its first character and of the one behind its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A mistake in a formula: what is wrong and what to do, and where. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

export type Syntax =
  | { readonly kind: 'number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly Syntax[]; readonly span: Span }
  /** A function by name, or an operator by its symbol (unary minus is `negative`, `a ? b : c` is `where`). */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[]; readonly span: Span };

/** One argument, `axis=1` with its name. */
export interface Argument {
  readonly name: string | undefined;
  readonly value: Syntax;
}

/** A formula: parts that have names, then the value. */
export interface FormulaSyntax {
  readonly parts: readonly { readonly name: string; readonly value: Syntax; readonly span: Span }[];
  readonly value: Syntax;
}

interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  readonly span: Span;
}

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|<=|>=|==|!=|&&|\|\||[-+*/^<>=!?:;,()[\]]))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const from = at + text.slice(at).search(/\S/);
      throw new FormulaError(
        `"${text[from] ?? ''}" means nothing in a formula: use numbers, names, + - * / **, comparisons, commas and parentheses.`,
        { from, to: from + 1 },
      );
    }
    const [whole, number, name, symbol] = match;
    const word = number ?? name ?? symbol ?? '';
    const to = at + whole.length;
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol';
    tokens.push({ kind, text: word, span: { from: to - word.length, to } });
    at = to;
  }
  tokens.push({ kind: 'end', text: '', span: { from: text.length, to: text.length } });
  return tokens;
}

/** Two-sided operators by how tightly they bind, loosest first; each level groups from the left. */
const LEVELS: readonly (readonly string[])[] = [
  ['||', 'or'],
  ['&&', 'and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];

/** Words by which an operator is known besides its symbol. */
const SAME: Readonly<Record<string, string>> = { or: '||', and: '&&', '^': '**', not: '!' };
const WORDS = ['and', 'or', 'not'];

/** The tree of a formula. Throws a FormulaError. */
export const parseFormula = (text: string): FormulaSyntax => new Parser(text).formula();

class Parser {
  private readonly tokens: readonly Token[];
  private place = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  formula(): FormulaSyntax {
    const parts: { name: string; value: Syntax; span: Span }[] = [];
    for (;;) {
      const first = this.next;
      if (first.kind === 'name' && !WORDS.includes(first.text) && this.tokens[this.place + 1]?.text === '=') {
        this.place += 2;
        parts.push({ name: first.text, value: this.value(), span: first.span });
        this.expect(';', `behind the part "${first.text}"`);
        continue;
      }
      const value = this.value();
      this.accept(';');
      if (this.next.kind !== 'end')
        throw new FormulaError(
          `"${this.next.text}" does not follow on: is an operator or a parenthesis missing before it?`,
          this.next.span,
        );
      return { parts, value };
    }
  }

  private get next(): Token {
    return this.tokens[this.place] as Token;
  }

  private accept(...symbols: readonly string[]): Token | undefined {
    const token = this.next;
    if (token.kind === 'number' || !symbols.includes(token.text) || token.kind === 'end') return undefined;
    this.place++;
    return token;
  }

  private expect(symbol: string, where: string): Token {
    const found = this.accept(symbol);
    if (found !== undefined) return found;
    const token = this.next;
    const instead = token.kind === 'end' ? 'the formula ends' : `"${token.text}" stands there`;
    throw new FormulaError(`A "${symbol}" is missing ${where}: ${instead}.`, token.span);
  }

  private value(): Syntax {
    const condition = this.level(0);
    if (this.accept('?') === undefined) return condition;
    const yes = this.value();
    this.expect(':', 'in "condition ? value : other value"');
    return call('where', [condition, yes, this.value()]);
  }

  private level(depth: number): Syntax {
    const symbols = LEVELS[depth];
    if (symbols === undefined) return this.signed();
    let left = this.level(depth + 1);
    for (let found = this.accept(...symbols); found !== undefined; found = this.accept(...symbols))
      left = call(SAME[found.text] ?? found.text, [left, this.level(depth + 1)]);
    return left;
  }

  private signed(): Syntax {
    const sign = this.accept('-', '+', '!', 'not');
    if (sign === undefined) return this.power();
    const value = this.signed();
    if (sign.text === '+') return value;
    const span = { from: sign.span.from, to: value.span.to };
    if (sign.text === '-' && value.kind === 'number') return { kind: 'number', value: -value.value, span };
    return { ...call(sign.text === '-' ? 'negative' : '!', [value]), span };
  }

  private power(): Syntax {
    const base = this.atom();
    // The exponent groups from the right and may have a sign: 2 ** -x ** 2.
    return this.accept('**', '^') === undefined ? base : call('**', [base, this.signed()]);
  }

  private atom(): Syntax {
    const token = this.next;
    this.place++;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text), span: token.span };
    if (token.text === '(') return this.group(token);
    if (token.text === '[') {
      const items = this.items(']').map(({ value }) => value);
      return { kind: 'list', items, span: this.since(token) };
    }
    if (token.kind !== 'name' || WORDS.includes(token.text)) {
      this.place--;
      throw new FormulaError(
        token.kind === 'end'
          ? 'The formula ends where a value should stand: a name, a number or a call.'
          : `A value should stand before "${token.text}": a name, a number or a call.`,
        token.span,
      );
    }
    if (this.accept('(') === undefined) return { kind: 'name', name: token.text, span: token.span };
    return { kind: 'call', name: token.text, args: this.items(')'), span: this.since(token) };
  }

  /** A value in parentheses, or several as a list: `axis=(1, 2)`. */
  private group(open: Token): Syntax {
    const first = this.value();
    if (this.next.text !== ',') {
      this.expect(')', `for the "(" at character ${open.span.from + 1}`);
      return first;
    }
    this.place++;
    const rest = this.items(')').map(({ value }) => value);
    return { kind: 'list', items: [first, ...rest], span: this.since(open) };
  }

  private items(close: string): Argument[] {
    const open = this.tokens[this.place - 1] as Token;
    const items: Argument[] = [];
    if (this.accept(close) !== undefined) return items;
    do {
      if (items.length > 0 && this.accept(close) !== undefined) return items;
      const name = this.next.kind === 'name' && this.tokens[this.place + 1]?.text === '=' ? this.next.text : undefined;
      if (name !== undefined) this.place += 2;
      items.push({ name, value: this.value() });
    } while (this.accept(',') !== undefined);
    this.expect(close, `for the "${open.text}" at character ${open.span.from + 1}`);
    return items;
  }

  private since(first: Token): Span {
    return { from: first.span.from, to: (this.tokens[this.place - 1] ?? first).span.to };
  }
}

function call(name: string, values: readonly Syntax[]): Syntax & { kind: 'call' } {
  const [first, last] = [values[0], values.at(-1)];
  return {
    kind: 'call',
    name,
    args: values.map((value) => ({ name: undefined, value })),
    span: { from: first?.span.from ?? 0, to: last?.span.to ?? 0 },
  };
}
