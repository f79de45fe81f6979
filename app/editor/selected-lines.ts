/**
 * Ties the cursor to the selection: the layer that the cursor enters becomes the selected one; a layer selected elsewhere
 * is shown, its lines are marked and the cursor moves to it.
 */
import { useDocument } from '../store/document.ts';
import { layerAt } from './layer-at.ts';
import type { monaco } from './monaco.ts';
import { textModels, toMonaco } from './text-models.ts';

/** Follows cursor and selection in an editor; returns the function that ends it. */
export function tieSelection(editor: monaco.editor.IStandaloneCodeEditor): () => void {
  const marks = editor.createDecorationsCollection();
  /** Layers that were selected elsewhere and are still to be shown: a new one is not analysed yet. */
  let toReveal: readonly string[] = [];
  let fromCursor = false;

  const isInFront = (): boolean => editor.getModel() === textModels.network;

  const selectedRanges = (): monaco.Range[] => {
    const { selection, nets, phase } = useDocument.getState();
    return (nets?.[phase].layers ?? [])
      .filter(({ id }) => selection.includes(id))
      .map(({ range }) => toMonaco(textModels.network, range));
  };

  const update = (): void => {
    if (!isInFront()) {
      marks.clear();
      return;
    }
    const ranges = selectedRanges();
    marks.set(
      ranges.map((range) => ({
        range,
        options: { isWholeLine: true, className: 'editor-layer-lines', linesDecorationsClassName: 'editor-layer-mark' },
      })),
    );
    const [first] = ranges;
    if (first === undefined || toReveal.length === 0) return;
    const { selection, nets, phase } = useDocument.getState();
    if (!nets?.[phase].layers.some(({ id }) => id === selection[0])) return;
    toReveal = [];
    editor.revealLinesInCenterIfOutsideViewport(first.startLineNumber, first.endLineNumber);
    // Whoever types keeps the place; for all others the text goes on where the graph is.
    if (!editor.hasTextFocus()) editor.setPosition(first.getStartPosition());
  };

  const follow = (offset: number): void => {
    const { nets, phase, selection } = useDocument.getState();
    const layer = nets && layerAt(nets[phase], offset);
    if (layer === undefined || selection.includes(layer.id)) return;
    fromCursor = true;
    useDocument.setState({ selection: [layer.id] });
    fromCursor = false;
  };

  const cursor = editor.onDidChangeCursorPosition(({ position }) => {
    if (isInFront() && editor.hasTextFocus()) follow(textModels.network.getOffsetAt(position));
  });
  const model = editor.onDidChangeModel(update);
  const leaveDocument = useDocument.subscribe((state, before) => {
    if (state.selection !== before.selection) toReveal = fromCursor ? [] : state.selection;
    if (state.selection !== before.selection || state.nets !== before.nets || state.phase !== before.phase) update();
  });
  update();
  return () => {
    cursor.dispose();
    model.dispose();
    leaveDocument();
    marks.clear();
  };
}
