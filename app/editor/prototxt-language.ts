/** Prototxt for Monaco: colours, brackets, comments, indentation and folding by braces. */
import { parse } from '../caffe/text/parse.ts';
import { messagesOf, type MessageNode } from '../caffe/text/tree.ts';
import { monaco } from './monaco.ts';

/** Monaco's name of the language. */
export const PROTOTXT = 'prototxt';

const tokens: monaco.languages.IMonarchLanguage = {
  defaultToken: 'invalid',
  tokenizer: {
    root: [
      [/\s+/, ''],
      [/#.*$/, 'comment'],
      [/[A-Za-z_]\w*(?=\s*[:{<])/, 'field'],
      [/-?(?:inf(?:inity)?|nan)\b/i, 'number'],
      [/[A-Za-z_]\w*/, 'enum'],
      [/-?\s*0[xX][0-9a-fA-F]+/, 'number'],
      [/-?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?/, 'number'],
      [/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/, 'string'],
      [/"(?:[^"\\\n]|\\.)*$|'(?:[^'\\\n]|\\.)*$/, 'string.invalid'],
      [/[{}<>[\]]/, 'delimiter.bracket'],
      [/[:;,]/, 'delimiter'],
    ],
  },
};

const configuration: monaco.languages.LanguageConfiguration = {
  comments: { lineComment: '#' },
  brackets: [
    ['{', '}'],
    ['[', ']'],
    ['<', '>'],
  ],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '"', close: '"', notIn: ['string', 'comment'] },
    { open: "'", close: "'", notIn: ['string', 'comment'] },
  ],
  surroundingPairs: [
    { open: '{', close: '}' },
    { open: '"', close: '"' },
  ],
  indentationRules: {
    increaseIndentPattern: /^[^#"']*[{<]\s*(?:#.*)?$/,
    decreaseIndentPattern: /^\s*[}>]/,
  },
};

/** Every message of a text that spans lines, with the lines of its braces (from 1). */
function foldsOf(model: monaco.editor.ITextModel): monaco.languages.FoldingRange[] {
  const folds: monaco.languages.FoldingRange[] = [];
  const visit = (message: MessageNode): void => {
    for (const field of message.fields) {
      for (const inner of messagesOf(field)) {
        const start = model.getPositionAt(field.range.start).lineNumber;
        const end = model.getPositionAt(inner.range.end).lineNumber;
        // The closing brace stays in sight.
        if (end - 1 > start) folds.push({ start, end: end - 1 });
        visit(inner);
      }
    }
  };
  visit(parse(model.getValue()).root);
  return folds;
}

/** Tells Monaco of the language. */
export function registerPrototxt(): void {
  monaco.languages.register({ id: PROTOTXT, extensions: ['.prototxt'] });
  monaco.languages.setMonarchTokensProvider(PROTOTXT, tokens);
  monaco.languages.setLanguageConfiguration(PROTOTXT, configuration);
  monaco.languages.registerFoldingRangeProvider(PROTOTXT, { provideFoldingRanges: foldsOf });
}
