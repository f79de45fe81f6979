/** What cannot be exported: a sentence for the user, with the layer in the way where there is one. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly layer: string | undefined;
  constructor(message: string, layer?: string, options?: ErrorOptions) {
    super(message, options);
    this.layer = layer;
  }
}
