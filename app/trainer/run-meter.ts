/** Speed and time of a run, over the time that it actually ran. */

/** Speed is measured over about this many milliseconds. */
const WINDOW = 4000;

export class RunMeter {
  private before = 0;
  private since: number | undefined;
  private marks: { readonly time: number; readonly iteration: number }[] = [];

  /** The loop starts (again) at an iteration. */
  start(iteration: number): void {
    this.since = performance.now();
    this.marks = [{ time: this.since, iteration }];
  }

  /** So many iterations are done. */
  at(iteration: number): void {
    const time = performance.now();
    this.marks.push({ time, iteration });
    while (this.marks.length > 2 && time - (this.marks[1]?.time ?? time) > WINDOW) this.marks.shift();
  }

  stop(): void {
    this.before = this.elapsedSeconds() * 1000;
    this.since = undefined;
  }

  iterationsPerSecond(): number {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (first === undefined || last === undefined || last.time <= first.time) return 0;
    return ((last.iteration - first.iteration) / (last.time - first.time)) * 1000;
  }

  elapsedSeconds(): number {
    return (this.before + (this.since === undefined ? 0 : performance.now() - this.since)) / 1000;
  }
}
