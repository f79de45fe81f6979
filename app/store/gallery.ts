/** The example networks of `public/models`, as its manifest lists them; the first is the opening network. */
import { create } from 'zustand';
import type { Homes } from './persist.ts';

/** One example: file names are relative to `models/`. At least one of the two forms is there. */
export interface GalleryModel {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What it is for, the heading that it stands under: `CIFAR-10`. Entries of one task follow each other. */
  readonly task: string;
  /** Who published it, and when. */
  readonly authors?: string;
  readonly year?: number;
  /** The data set that a browser trains it on in sensible time: `MNIST`. Others are to be read, or used with weights. */
  readonly trainable?: string;
  readonly files: {
    readonly train_test?: string;
    readonly deploy?: string;
    readonly solver?: string;
    readonly weights?: string;
    /** A small picture of the graph. */
    readonly thumbnail?: string;
  };
}

/** The form that an example opens in: the one that trains, where there is one. */
export const mainForm = ({ files }: GalleryModel): 'train_test' | 'deploy' =>
  files.train_test === undefined ? 'deploy' : 'train_test';

export interface GalleryState {
  readonly models: readonly GalleryModel[];
  /** Name of the example that the document came from, for the trained weights that go with it. */
  readonly opened: string | undefined;
}

/** Where each value lives; `opened` is kept with its document. */
export const galleryHomes: Homes<GalleryState> = { models: 'memory', opened: 'memory' };

export const useGallery = create<GalleryState>()(() => ({ models: [], opened: undefined }));
