/** Networks of the gallery, as the canvas's tests and tools draw them. */
import { readFileSync } from 'node:fs';
import type { NetView } from '../../caffe/net/net-view.ts';
import type { Phase } from '../../caffe/schema/net-messages.ts';
import { viewOf } from './nets.ts';

/** The view of one of the gallery's files, as `lenet/train_test`. */
export function galleryView(file: string, phase: Phase = 'TEST'): NetView {
  const path = new URL(`../../../public/models/${file}.prototxt`, import.meta.url);
  return viewOf(readFileSync(path, 'utf8'), phase);
}
