/** What a ready-made block of layers is: a piece of prototxt with places for its name, what it reads and its channels. */

/** A block of the palette. */
export interface BlockTemplate {
  /** Unique, in kebab-case. */
  readonly id: string;
  readonly title: string;
  /** One plain line for the palette. */
  readonly doc: string;
  /** What its layers are called, before a number: `fire` makes `fire2/squeeze1x1`. */
  readonly prefix: string;
  /** Channels of the result when nothing else is said; undefined where the block has no such setting. */
  readonly channels?: number;
  /** True where the result must have as many channels as what the block reads. */
  readonly keepsChannels?: boolean;
  /** False for a block that begins a net. */
  readonly reads: boolean;
  /** False for a block that ends a net. */
  readonly makes: boolean;
  /**
   * The layers. `@name` stands for the block's name, `@in` for the blob it reads; `@channels`, `@channels/4` and
   * `@channels*4` for numbers. The last layer's first top is the result.
   */
  readonly text: string;
}
