/** What the command palette finds: every command, the layers of the network, the gallery's networks, the documents. */
import { useCommands } from '../../store/commands.ts';
import { useDocument } from '../../store/document.ts';
import { useDocuments } from '../../store/documents.ts';
import { useGallery } from '../../store/gallery.ts';
import { showDocument } from '../documents/documents.ts';
import { openExample } from '../commands/document.ts';
import { commandEntries, type PaletteEntry } from './command-entries.ts';

function layerEntries(): readonly PaletteEntry[] {
  const { goodNets, phase } = useDocument.getState();
  return (goodNets?.[phase].layers ?? []).map(({ id, name, type }) => ({
    id: `layer ${id}`,
    group: 'Layers',
    title: `Go to layer ${name}`,
    keywords: [type],
    keys: undefined,
    detail: type,
    reason: undefined,
    onlySearched: true,
    run: () => {
      document.querySelector<HTMLElement>('section.canvas')?.focus({ preventScroll: true });
      useDocument.setState({ selection: [id] });
    },
  }));
}

function galleryEntries(): readonly PaletteEntry[] {
  return useGallery.getState().models.map((model) => ({
    id: `gallery ${model.name}`,
    group: 'Gallery',
    title: `Open ${model.title}`,
    keywords: [model.task, model.name],
    keys: undefined,
    detail: model.task,
    reason: undefined,
    onlySearched: true,
    run: () => void openExample(model),
  }));
}

function documentEntries(): readonly PaletteEntry[] {
  const { id: current } = useDocument.getState();
  return useDocuments
    .getState()
    .list.filter(({ id }) => id !== current)
    .map(({ id, name }) => ({
      id: `document ${id}`,
      group: 'Documents',
      title: `Switch to ${name}`,
      keywords: ['document'],
      keys: undefined,
      reason: undefined,
      onlySearched: true,
      run: () => showDocument(id),
    }));
}

/** Everything, as it is now. */
export function paletteEntries(): readonly PaletteEntry[] {
  return [
    ...commandEntries(useCommands.getState().commands),
    ...layerEntries(),
    ...documentEntries(),
    ...galleryEntries(),
  ];
}
