/**
 * The two texts as Monaco models, in step with the document: typing changes the document, a document changed from outside
 * replaces the model's text and begins a new history. Edits of gestures go through the models, so that they and typing
 * share one undo history.
 */
import type { Range, TextEdit } from '../caffe/diagnostics.ts';
import { useDocument, type TextName } from '../store/document.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT, registerPrototxt } from './prototxt-language.ts';

registerPrototxt();

const textOf = (name: TextName): string => {
  const { netText, solverText } = useDocument.getState();
  return name === 'network' ? netText : solverText;
};

const create = (name: TextName): monaco.editor.ITextModel =>
  monaco.editor.createModel(textOf(name), PROTOTXT, monaco.Uri.parse(`inmemory://crema/${name}.prototxt`));

/** The models, by the name of their text. They live as long as the page. */
export const textModels: Readonly<Record<TextName, monaco.editor.ITextModel>> = {
  network: create('network'),
  solver: create('solver'),
};

/** Names of the texts, in the order of the tabs. */
export const TEXT_NAMES: readonly TextName[] = ['network', 'solver'];

/** The text that a model holds; undefined for a model of Monaco's own. */
export const nameOfModel = (model: monaco.editor.ITextModel | null): TextName | undefined =>
  TEXT_NAMES.find((name) => textModels[name] === model);

/** A span of offsets as Monaco counts: lines and columns from 1. */
export function toMonaco(model: monaco.editor.ITextModel, { start, end }: Range): monaco.Range {
  return monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end));
}

function applyEdits(name: TextName, edits: readonly TextEdit[]): void {
  const model = textModels[name];
  // Stops on both sides: one gesture is one step of undo, apart from the typing before and after.
  model.pushStackElement();
  model.pushEditOperations(
    [],
    edits.map(({ range, text }) => ({ range: toMonaco(model, range), text, forceMoveMarkers: true })),
    () => null,
  );
  model.pushStackElement();
}

function storeText(name: TextName): void {
  const text = textModels[name].getValue();
  if (text !== textOf(name)) useDocument.setState(name === 'network' ? { netText: text } : { solverText: text });
}

for (const name of TEXT_NAMES) {
  const model = textModels[name];
  model.updateOptions({
    tabSize: 2,
    insertSpaces: true,
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  storeText(name);
  model.onDidChangeContent(() => storeText(name));
}

useDocument.subscribe((state, before) => {
  if (state.netText === before.netText && state.solverText === before.solverText) return;
  for (const name of TEXT_NAMES) {
    if (textModels[name].getValue() !== textOf(name)) textModels[name].setValue(textOf(name));
  }
});

useDocument.setState({
  applyEdits,
  undo: () => void textModels.network.undo(),
  redo: () => void textModels.network.redo(),
});
