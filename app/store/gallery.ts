/** The example networks of `public/models`, as its manifest lists them; the first is the opening network. */
import { create } from 'zustand';
import type { Homes } from './persist.ts';

/** One example: file names are relative to `models/`. */
export interface GalleryModel {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What it is for: `CIFAR-10`. */
  readonly task?: string;
  readonly files: {
    readonly train_test: string;
    readonly deploy?: string;
    readonly solver?: string;
    readonly weights?: string;
  };
}

export interface GalleryState {
  readonly models: readonly GalleryModel[];
  /** Name of the example that the document came from, for the trained weights that go with it. */
  readonly opened: string | undefined;
}

/** Where each value lives. */
export const galleryHomes: Homes<GalleryState> = { models: 'memory', opened: 'local' };

export const useGallery = create<GalleryState>()(() => ({ models: [], opened: undefined }));
