/**
 * Sends command buffers to the GPU and keeps account of what is in flight: how long each took, how much is still to be
 * done, and what went wrong. Bounding the work in flight is what keeps Pause quick and other tabs alive.
 */
import { EngineError } from '../engine.ts';

/** Work in flight, in milliseconds, below which more may be queued. */
const IN_FLIGHT_MS = 30;

interface Submit {
  readonly run: number;
  readonly estimate: number;
}

interface Waiter {
  readonly enough: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: EngineError) => void;
}

export class SubmitQueue {
  private readonly device: GPUDevice;
  private readonly inFlight: Submit[] = [];
  private waiters: Waiter[] = [];
  private failure: EngineError | undefined;
  private lastDone = 0;
  private run = 0;

  constructor(device: GPUDevice) {
    this.device = device;
    device.addEventListener('uncapturederror', (event) => {
      const { error } = event;
      this.fail(
        error.constructor.name === 'GPUOutOfMemoryError'
          ? new EngineError('out-of-memory', `The GPU ran out of memory: ${error.message}`)
          : new EngineError('validation', `The GPU refused a command: ${error.message}`),
      );
    });
    void device.lost.then(({ reason, message }) => {
      const why = message === '' ? reason : message;
      this.fail(new EngineError('device-lost', `The GPU was lost: ${why}`));
    });
  }

  /** What went wrong first, if anything did. */
  get failed(): EngineError | undefined {
    return this.failure;
  }

  /** Says that the submits that follow belong to another run. */
  beginRun(): void {
    this.run++;
  }

  /** Submits; calls back with the milliseconds that it took. */
  submit(commands: GPUCommandBuffer, estimate: number, measured: (milliseconds: number) => void): void {
    const entry: Submit = { run: this.run, estimate };
    const began = performance.now();
    this.device.queue.submit([commands]);
    this.inFlight.push(entry);
    const finish = (): void => {
      const now = performance.now();
      measured(now - Math.max(began, this.lastDone));
      this.lastDone = now;
      this.inFlight.splice(this.inFlight.indexOf(entry), 1);
      this.wake();
    };
    this.device.queue.onSubmittedWorkDone().then(finish, (error: unknown) => {
      this.inFlight.splice(this.inFlight.indexOf(entry), 1);
      this.fail(new EngineError('device-lost', 'The GPU stopped before its work was done.', { cause: error }));
    });
  }

  /** Resolves when little is in flight: under 30 ms of work, or no more than one run where a run takes longer. */
  ready(): Promise<void> {
    return this.until(() => {
      const first = this.inFlight[0];
      if (first === undefined || first.run === this.run) return true;
      return this.inFlight.reduce((sum, s) => sum + s.estimate, 0) < IN_FLIGHT_MS;
    });
  }

  /** Resolves when nothing is in flight; rejects when something failed. */
  idle(): Promise<void> {
    return this.until(() => this.inFlight.length === 0);
  }

  private until(enough: () => boolean): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (enough()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ enough, resolve, reject });
    });
  }

  private wake(): void {
    const waiting = this.waiters;
    this.waiters = waiting.filter((w) => !w.enough());
    for (const w of waiting) if (!this.waiters.includes(w)) w.resolve();
  }

  private fail(error: EngineError): void {
    this.failure ??= error;
    const waiting = this.waiters;
    this.waiters = [];
    for (const w of waiting) w.reject(this.failure);
  }
}
