/** What a self-test finds out: plain data that the worker sends, the page shows and the report writes down. */

/** A tensor's relative error is to be below this: Caffe's floats are good to about 1e-6, and sums are taken in another order here. */
export const tolerance = 1e-4;

/** The worst tensor of a case, or of an engine. */
export interface WorstError {
  readonly name: string;
  /** `top/ip1`, as the case names it. */
  readonly tensor: string;
  /** Relative, see `relativeError`. */
  readonly error: number;
}

/** A case that did not come out as Caffe computed it. */
export type CaseFailure =
  | ({ readonly kind: 'wrong' } & WorstError)
  | { readonly kind: 'refused'; readonly name: string; readonly message: string };

/** A square matrix product, timed. */
export interface ProductResult {
  /** Rows and columns of all three matrices. */
  readonly size: number;
  readonly gflops: number;
  /** Products in each of the stretches that were timed; their median counts. */
  readonly runs: number;
  /** Elements that are not exactly right, of those that were checked. */
  readonly wrong: number;
  readonly checked: number;
}

/** What one engine did so far. */
export interface EngineResult {
  readonly id: string;
  /** `WebGPU`, `Processor, 2 threads`. */
  readonly title: string;
  readonly state: 'running' | 'done' | 'stopped';
  /** As the engine calls it; undefined until it is open. */
  readonly device: string | undefined;
  /** Cases done, and those among them that are right. */
  readonly done: number;
  readonly passed: number;
  readonly total: number;
  readonly worst: WorstError | undefined;
  readonly failures: readonly CaseFailure[];
  readonly product: ProductResult | undefined;
  /** Why the engine could not be had, or did not come to its end. */
  readonly problem: string | undefined;
  readonly seconds: number;
}

/** What the browser says of itself and of its graphics adapter. */
export interface MachineFacts {
  readonly browser: string;
  /** Threads of the processor, as the browser tells. */
  readonly cores: number;
  readonly isolated: boolean;
  /** A line for each fact of the adapter; why there is none, otherwise. */
  readonly adapter: readonly string[];
}

/** Which cases, and which engines. */
export interface SelfTestChoice {
  readonly cases: 'quick' | 'whole';
  readonly engines: 'all' | 'processor' | 'webgpu';
}

/** Whether an engine came to its end with every number right. */
export const isGood = (engine: EngineResult): boolean =>
  engine.state === 'done' && engine.passed === engine.total && (engine.product?.wrong ?? 0) === 0;
