/** Bytes of the weights that the next run starts with. They are too large for a store that tells everyone of changes. */
let bytes: Uint8Array | undefined;

/** The loaded `.caffemodel`, if any. */
export const startWeights = {
  get: (): Uint8Array | undefined => bytes,
  set: (loaded: Uint8Array): void => {
    bytes = loaded;
  },
  clear: (): void => {
    bytes = undefined;
  },
};
