/** A `.caffemodel` holds its network beside the weights: it can be shown without any prototxt. */
import { remark } from '../../store/notices.ts';
import { storedNetworkClient } from '../../workers/client.ts';
import { keeper, openDocument } from '../documents/documents.ts';
import { nameOfFile } from './document.ts';
import { loadWeights } from './weights.ts';
import { attempt } from './workers.ts';

const reader = storedNetworkClient();

/** Offers to show the network of a weights file. */
export function offerNetworkOf(file: File): void {
  remark(`${file.name} holds its network too.`, { label: 'Show it', run: () => void showNetworkOf(file) });
}

/** Opens the network of a weights file as a document, with the file's weights in it. */
export async function showNetworkOf(file: File): Promise<void> {
  await attempt(async () => {
    const { text } = await reader.call({ kind: 'stored-network', file });
    openDocument({ name: nameOfFile(file.name), netText: text, solverText: '' });
    keeper.markEdited();
    await loadWeights(file.name, file);
  });
}
