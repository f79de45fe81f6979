/** Does with dropped or chosen files what they are for. */
import { sortDrop, type DroppedFile, type DropTarget } from '../dropped-files.ts';
import { looksLikeCurves } from '../../formats/curve-files.ts';
import { holdsWeights } from '../../formats/npz.ts';
import { classifyFile } from './classify.ts';
import { compareWith } from './compare.ts';
import { importData } from './data.ts';
import { openTexts } from './document.ts';
import { loadWeightFiles } from './weights.ts';
import { offerNetworkOf } from './weights-network.ts';

/**
 * Takes files in. A prototxt is opened, weights are loaded, an image is classified, curves of another run are put beside this
 * one's, all else is read as a data set.
 */
export async function takeFiles(files: readonly DroppedFile[]): Promise<void> {
  const target = await byContent(sortDrop(files));
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
    case 'curves':
      return compareWith(target.files.map(({ file }) => file));
    case 'image':
      return classifyFile(target.file.file);
    case 'data':
      return importData(target.files);
  }
}

/** How much of a file tells a table of curves. */
const START = 4096;

/** What a name leaves open: a table or a text may hold curves instead of data, and an archive of arrays weights. */
async function byContent(
  target: DropTarget,
): Promise<DropTarget | { readonly kind: 'curves'; readonly files: readonly DroppedFile[] }> {
  if (target.kind !== 'data' || target.files.length > 2) return target;
  const { files } = target;
  const [first] = files;
  if (files.length === 1 && first !== undefined && /\.npz$/i.test(first.path) && (await holdsWeights(first.file)))
    return { kind: 'weights', files };
  const curves = await Promise.all(
    files.map(async ({ path, file }) => looksLikeCurves(path, await file.slice(0, START).text())),
  );
  return curves.length > 0 && curves.every(Boolean) ? { kind: 'curves', files } : target;
}
