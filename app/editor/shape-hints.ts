/** Shapes of blobs behind the lines that name them, as inlays of the text. */
import { shapeHints } from '../caffe/service/inlay-hints.ts';
import { useDocument } from '../store/document.ts';

import { monaco } from './monaco.ts';
import { PROTOTXT } from './prototxt-language.ts';
import { textModels } from './text-models.ts';

/** Shows the shapes of the phase on the canvas. */
export function registerShapeHints(): void {
  const changed = new monaco.Emitter<void>();
  useDocument.subscribe((state, before) => {
    if (state.nets !== before.nets || state.phase !== before.phase) changed.fire();
  });
  monaco.languages.registerInlayHintsProvider(PROTOTXT, {
    onDidChangeInlayHints: changed.event,
    provideInlayHints: (model, range) => {
      const { nets, phase } = useDocument.getState();
      if (nets === undefined || model !== textModels.network) return { hints: [], dispose: () => undefined };
      const hints = shapeHints(model.getValue(), nets[phase])
        .map(({ offset, shape }) => ({ label: shape, position: model.getPositionAt(offset), paddingLeft: true }))
        .filter(({ position }) => range.containsPosition(position));
      return { hints, dispose: () => undefined };
    },
  });
}
