/** Gives Monaco the ways about a text and what rewrites it: definition, references, outline, rename, formatting. */
import { formatEdits } from '../caffe/service/format.ts';
import { definitionsAt, referencesAt, type NameUse } from '../caffe/service/names.ts';
import { outlineOf, type OutlineEntry } from '../caffe/service/outline.ts';
import { renameAt, renameTargetAt } from '../caffe/service/rename.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { nameOfModel, textModels, toMonaco } from './text-models.ts';

type Model = monaco.editor.ITextModel;

const SYMBOLS: Readonly<Record<OutlineEntry['kind'], monaco.languages.SymbolKind>> = {
  layer: monaco.languages.SymbolKind.Class,
  message: monaco.languages.SymbolKind.Object,
  field: monaco.languages.SymbolKind.Field,
};

/** Registers all of them. */
export function registerLanguageMoves(): void {
  const { languages } = monaco;
  const locations = (model: Model, uses: readonly NameUse[]): monaco.languages.Location[] =>
    uses.map(({ range }) => ({ uri: model.uri, range: toMonaco(model, range) }));
  /** Only the network has names. */
  const isNetwork = (model: Model): boolean => model === textModels.network;

  languages.registerDefinitionProvider(PROTOTXT, {
    provideDefinition: (model, position) =>
      isNetwork(model) ? locations(model, definitionsAt(model.getValue(), model.getOffsetAt(position))) : [],
  });
  languages.registerReferenceProvider(PROTOTXT, {
    provideReferences: (model, position) =>
      isNetwork(model) ? locations(model, referencesAt(model.getValue(), model.getOffsetAt(position))) : [],
  });
  languages.registerRenameProvider(PROTOTXT, {
    resolveRenameLocation: (model, position) => {
      const target = isNetwork(model) ? renameTargetAt(model.getValue(), model.getOffsetAt(position)) : undefined;
      if (target !== undefined) return { range: toMonaco(model, target.range), text: target.name };
      const range = monaco.Range.fromPositions(position);
      return { range, text: '', rejectReason: 'Only blobs, layers and shared parameters can be renamed.' };
    },
    provideRenameEdits: (model, position, name) => {
      const renaming = renameAt(model.getValue(), model.getOffsetAt(position), name);
      if (!renaming.ok) return { edits: [], rejectReason: renaming.message };
      return {
        edits: renaming.edits.map(({ range, text }) => ({
          resource: model.uri,
          versionId: model.getVersionId(),
          textEdit: { range: toMonaco(model, range), text },
        })),
      };
    },
  });
  languages.registerDocumentSymbolProvider(PROTOTXT, {
    provideDocumentSymbols: (model) => {
      const name = nameOfModel(model);
      return name === undefined ? [] : outlineOf(name, model.getValue()).map((entry) => symbolOf(model, entry));
    },
  });
  languages.registerDocumentFormattingEditProvider(PROTOTXT, {
    displayName: 'Crema',
    provideDocumentFormattingEdits: (model) =>
      formatEdits(model.getValue()).map(({ range, text }) => ({ range: toMonaco(model, range), text })),
  });
  // On Linux, Monaco has another key for it.
  monaco.editor.addKeybindingRules([
    {
      keybinding: monaco.KeyMod.Shift | monaco.KeyMod.Alt | monaco.KeyCode.KeyF,
      command: 'editor.action.formatDocument',
      when: 'editorTextFocus && !editorReadonly',
    },
    // Ctrl+K, with which Monaco's own keys for it begin, is the page's search.
    {
      keybinding: monaco.KeyCode.F1,
      command: 'editor.action.showHover',
      when: 'editorTextFocus',
    },
  ]);
}

function symbolOf(model: Model, entry: OutlineEntry): monaco.languages.DocumentSymbol {
  return {
    name: entry.name,
    detail: entry.detail,
    kind: SYMBOLS[entry.kind],
    tags: [],
    range: toMonaco(model, entry.range),
    selectionRange: toMonaco(model, entry.selection),
    children: entry.children.map((child) => symbolOf(model, child)),
  };
}
