/** Prototxt for Monaco: colours, brackets, comments, indentation and folding by braces. */
import type { Fold } from '../caffe/service/folding.ts';
import { attempt, language } from '../shell/commands/workers.ts';
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

const KINDS: Readonly<Record<Fold['kind'], monaco.languages.FoldingRangeKind | undefined>> = {
  message: undefined,
  comment: monaco.languages.FoldingRangeKind.Comment,
};

/** The folds as the language worker finds them: this thread does not parse. While they are not known, the old ones stay. */
async function provideFolds(model: monaco.editor.ITextModel): Promise<monaco.languages.FoldingRange[] | undefined> {
  const folds = await attempt(() => language.call({ kind: 'folds', text: model.getValue() }));
  return folds?.map(({ start, end, kind }) => {
    const known = KINDS[kind];
    return known === undefined ? { start, end } : { start, end, kind: known };
  });
}

/** Tells Monaco of the language. */
export function registerPrototxt(): void {
  monaco.languages.register({ id: PROTOTXT, extensions: ['.prototxt'] });
  monaco.languages.setMonarchTokensProvider(PROTOTXT, tokens);
  monaco.languages.setLanguageConfiguration(PROTOTXT, configuration);
  monaco.languages.registerFoldingRangeProvider(PROTOTXT, { provideFoldingRanges: provideFolds });
}
