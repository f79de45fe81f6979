/** Gives Monaco what the language says and proposes: hovers, completion, signatures of layers. */
import { completionAt, type Proposal } from '../caffe/service/completion.ts';
import { hoverAt } from '../caffe/service/hover.ts';
import { signatureAt } from '../caffe/service/signature.ts';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { describePlan } from './rate-chart.ts';
import { nameOfModel, toMonaco } from './text-models.ts';

const KINDS: Readonly<Record<Proposal['kind'], monaco.languages.CompletionItemKind>> = {
  field: monaco.languages.CompletionItemKind.Field,
  message: monaco.languages.CompletionItemKind.Struct,
  value: monaco.languages.CompletionItemKind.EnumMember,
  layer: monaco.languages.CompletionItemKind.Class,
  blob: monaco.languages.CompletionItemKind.Variable,
};

/** Fields of a solver that decide its learning rate. */
const RATE_FIELD = /^\s*(?:base_lr|lr_policy|gamma|power|stepsize|stepvalue|max_iter)\b/;

/** The planned rate in a sentence, for a line that has a say in it. */
function ratesAt(line: string): string[] {
  const plan = useDocument.getState().solver?.rates;
  return plan !== undefined && RATE_FIELD.test(line) ? [describePlan(plan)] : [];
}

/** Registers all three. */
export function registerLanguageHelp(): void {
  monaco.languages.registerHoverProvider(PROTOTXT, {
    provideHover: (model, position) => {
      const name = nameOfModel(model);
      if (name === undefined) return undefined;
      const { nets } = useDocument.getState();
      const sources = { layers: layerTable, nets: nets === undefined ? [] : [nets.TRAIN, nets.TEST] };
      const hover = hoverAt(name, model.getValue(), model.getOffsetAt(position), sources);
      if (hover === undefined) return undefined;
      const plan = name === 'solver' ? ratesAt(model.getLineContent(position.lineNumber)) : [];
      return { range: toMonaco(model, hover.range), contents: [hover.markdown, ...plan].map((value) => ({ value })) };
    },
  });
  monaco.languages.registerCompletionItemProvider(PROTOTXT, {
    triggerCharacters: ['"', "'", ':'],
    provideCompletionItems: (model, position) => {
      const name = nameOfModel(model);
      if (name === undefined) return { suggestions: [] };
      const { proposals, range } = completionAt(name, model.getValue(), model.getOffsetAt(position), layerTable);
      return {
        suggestions: proposals.map(({ label, kind, insert, doc, rank }) => ({
          label,
          kind: KINDS[kind],
          insertText: insert,
          insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet,
          documentation: doc,
          sortText: `${String(rank).padStart(4, '0')} ${label}`,
          range: toMonaco(model, range),
        })),
      };
    },
  });
  monaco.languages.registerSignatureHelpProvider(PROTOTXT, {
    signatureHelpTriggerCharacters: [':'],
    provideSignatureHelp: (model, position, _, context) => {
      const name = nameOfModel(model);
      if (name === undefined) return undefined;
      const found = signatureAt(name, model.getValue(), model.getOffsetAt(position), layerTable);
      // While one types, only a bottom or a top asks for it; on demand it is shown anywhere in a layer.
      const asked = context.triggerKind === monaco.languages.SignatureHelpTriggerKind.Invoke;
      if (found === undefined || (found.active === undefined && !asked)) return undefined;
      const parameters = found.parts.map(([start, end]) => ({ label: [start, end] as [number, number] }));
      return {
        value: {
          signatures: [{ label: found.label, documentation: found.doc, parameters }],
          activeSignature: 0,
          activeParameter: found.active ?? -1,
        },
        dispose: () => undefined,
      };
    },
  });
}
