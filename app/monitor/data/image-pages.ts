/** Which images a page of the grid shows. Pure. */
import type { ImageSplit } from '../../data/dataset.ts';

/** Indices of the images of one class, or of all (`undefined`), in file order. */
export function imagesOfClass(split: ImageSplit, label: number | undefined): Uint32Array {
  const found = new Uint32Array(split.count);
  let count = 0;
  for (let i = 0; i < split.count; i++) {
    if (label === undefined || split.labels[i] === label) found[count++] = i;
  }
  return found.subarray(0, count);
}

/** Columns and rows of thumbnails that fit into a place of `width`×`height` pixels; at least one. */
export function gridFit(width: number, height: number, cellWidth: number, cellHeight: number) {
  const columns = Math.max(1, Math.floor(width / cellWidth));
  const rows = Math.max(1, Math.floor(height / cellHeight));
  return { columns, rows, perPage: columns * rows };
}
