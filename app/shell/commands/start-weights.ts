/** The file of weights that the next run starts with: read by the worker, where it lies, when the run starts. */
let file: Blob | undefined;

/** The loaded file, if any. */
export const startWeights = {
  get: (): Blob | undefined => file,
  set: (loaded: Blob): void => {
    file = loaded;
  },
  clear: (): void => {
    file = undefined;
  },
};
