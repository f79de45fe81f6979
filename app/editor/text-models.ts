/**
 * The two texts as Monaco models, in step with the document: typing changes the document; a change of the document made
 * elsewhere is carried out on the model as an edit, so that cursors, folds and marks stay where they belong. The history is
 * the document's own: Monaco's keys for undo lead there.
 */
import type { Range } from '../caffe/diagnostics.ts';
import { useDocument, type TextName } from '../store/document.ts';
import { spliceBetween } from '../store/history.ts';
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

function storeText(name: TextName): void {
  const text = textModels[name].getValue();
  if (text !== textOf(name)) useDocument.setState(name === 'network' ? { netText: text } : { solverText: text });
}

/** Takes the document's text over into the model. */
function takeText(name: TextName): void {
  const model = textModels[name];
  const splice = spliceBetween(name, model.getValue(), textOf(name));
  if (splice === undefined) return;
  const { start, removed, inserted } = splice;
  const range = toMonaco(model, { start, end: start + removed.length });
  model.pushEditOperations([], [{ range, text: inserted, forceMoveMarkers: true }], () => null);
}

for (const name of TEXT_NAMES) {
  const model = textModels[name];
  model.updateOptions({
    tabSize: 2,
    insertSpaces: true,
    bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
  });
  // An empty text would take the line ends of the system, and the document has one kind.
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  storeText(name);
  model.onDidChangeContent(() => storeText(name));
}

useDocument.subscribe((state, before) => {
  if (state.netText === before.netText && state.solverText === before.solverText && state.id === before.id) return;
  for (const name of TEXT_NAMES) {
    // Another document: nothing of the old one's marks and folds applies.
    if (state.id === before.id) takeText(name);
    else if (textModels[name].getValue() !== textOf(name)) textModels[name].setValue(textOf(name));
    if (state.id !== before.id) textModels[name].setEOL(monaco.editor.EndOfLineSequence.LF);
  }
});

const { KeyCode, KeyMod } = monaco;
monaco.editor.addCommand({ id: 'crema.undo', run: () => useDocument.getState().undo() });
monaco.editor.addCommand({ id: 'crema.redo', run: () => useDocument.getState().redo() });
monaco.editor.addKeybindingRules([
  { keybinding: KeyMod.CtrlCmd | KeyCode.KeyZ, command: 'crema.undo', when: 'editorTextFocus' },
  { keybinding: KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyZ, command: 'crema.redo', when: 'editorTextFocus' },
  { keybinding: KeyMod.CtrlCmd | KeyCode.KeyY, command: 'crema.redo', when: 'editorTextFocus' },
]);
