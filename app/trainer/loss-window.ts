/** The smoothed loss that Caffe displays: `Solver::UpdateSmoothedLoss` over `average_loss` iterations. */
export class LossWindow {
  private readonly size: number;
  private readonly losses: number[] = [];
  private smoothed = 0;
  private seen = 0;

  constructor(size: number) {
    this.size = Math.max(1, size);
  }

  /** Adds the loss of the next iteration; the mean of the last `size` losses. */
  push(loss: number): number {
    if (this.losses.length < this.size) {
      this.losses.push(loss);
      const n = this.losses.length;
      this.smoothed = (this.smoothed * (n - 1) + loss) / n;
    } else {
      const place = this.seen % this.size;
      this.smoothed += (loss - (this.losses[place] as number)) / this.size;
      this.losses[place] = loss;
    }
    this.seen++;
    return this.smoothed;
  }
}
