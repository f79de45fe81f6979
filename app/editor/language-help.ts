/** Gives Monaco the hovers and proposals of the language. */
import { layerTable } from '../layers/index.ts';
import { proposalsAt, type Proposal } from './field-completion.ts';
import { hoverAt } from './field-hover.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { nameOfModel, toMonaco } from './text-models.ts';

const KINDS: Readonly<Record<Proposal['kind'], monaco.languages.CompletionItemKind>> = {
  field: monaco.languages.CompletionItemKind.Field,
  message: monaco.languages.CompletionItemKind.Struct,
  value: monaco.languages.CompletionItemKind.EnumMember,
  layer: monaco.languages.CompletionItemKind.Class,
  blob: monaco.languages.CompletionItemKind.Variable,
};

/** Registers both. */
export function registerLanguageHelp(): void {
  monaco.languages.registerHoverProvider(PROTOTXT, {
    provideHover: (model, position) => {
      const name = nameOfModel(model);
      const hover =
        name === undefined ? undefined : hoverAt(name, model.getValue(), model.getOffsetAt(position), layerTable);
      return hover && { range: toMonaco(model, hover.range), contents: [{ value: hover.markdown }] };
    },
  });
  monaco.languages.registerCompletionItemProvider(PROTOTXT, {
    triggerCharacters: ['"', "'", ':'],
    provideCompletionItems: (model, position) => {
      const name = nameOfModel(model);
      if (name === undefined) return { suggestions: [] };
      const word = model.getWordUntilPosition(position);
      const range = new monaco.Range(position.lineNumber, word.startColumn, position.lineNumber, position.column);
      const proposals = proposalsAt(name, model.getValue(), model.getOffsetAt(position), layerTable);
      return {
        suggestions: proposals.map(({ label, kind, insert, doc, rank }) => ({
          label,
          kind: KINDS[kind],
          insertText: insert,
          insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          documentation: doc,
          sortText: `${rank} ${label}`,
          range,
        })),
      };
    },
  });
}
