/** Why a run cannot start or go on, as a sentence for the user. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly layer: string | undefined;
  constructor(message: string, layer?: string) {
    super(message);
    this.layer = layer;
  }
}

/** The user asked for the job to end. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}
