/** Inlays of the texts: shapes of blobs behind the lines that name them, learning rates behind those that decide them. */
import { shapeHints } from '../caffe/service/inlay-hints.ts';
import { useDocument } from '../store/document.ts';
import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { rateHints } from './rate-hints.ts';
import { textModels } from './text-models.ts';

/** Shows the shapes of the phase on the canvas, and the rates of the solver. */
export function registerHints(): void {
  const changed = new monaco.Emitter<void>();
  useDocument.subscribe((state, before) => {
    if (state.nets !== before.nets || state.phase !== before.phase) changed.fire();
  });
  monaco.languages.registerInlayHintsProvider(PROTOTXT, {
    onDidChangeInlayHints: changed.event,
    provideInlayHints: (model, range) => {
      const hints = hintsOf(model)
        .map(({ offset, label }) => ({ label, position: model.getPositionAt(offset), paddingLeft: true }))
        .filter(({ position }) => range.containsPosition(position));
      return { hints, dispose: () => undefined };
    },
  });
}

function hintsOf(model: monaco.editor.ITextModel): { readonly offset: number; readonly label: string }[] {
  const { nets, phase } = useDocument.getState();
  if (model === textModels.solver) {
    return rateHints(model.getValue()).map(({ offset, text }) => ({ offset, label: text }));
  }
  if (nets === undefined || model !== textModels.network) return [];
  return shapeHints(model.getValue(), nets[phase]).map(({ offset, shape }) => ({ offset, label: shape }));
}
