/** Does with dropped or chosen files what they are for. */
import { sortDrop, type DroppedFile } from '../dropped-files.ts';
import { classifyFile } from './classify.ts';
import { importData } from './data.ts';
import { openTexts } from './document.ts';
import { loadWeightFiles } from './weights.ts';
import { offerNetworkOf } from './weights-network.ts';

/** Takes files in. A prototxt is opened, weights are loaded, an image is classified, all else is read as a data set. */
export async function takeFiles(files: readonly DroppedFile[]): Promise<void> {
  const target = sortDrop(files);
  switch (target.kind) {
    case 'prototxt':
      return openTexts(target.files);
    case 'weights': {
      const chosen = target.files.map(({ file }) => file);
      await loadWeightFiles(chosen);
      const model = chosen.find(({ name }) => /\.caffemodel$/i.test(name));
      if (model !== undefined) offerNetworkOf(model);
      return;
    }
    case 'image':
      return classifyFile(target.file.file);
    case 'data':
      return importData(target.files);
  }
}
