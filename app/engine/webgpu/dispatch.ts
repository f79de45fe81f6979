/** One dispatch as it is encoded, for runs and for timing alike. */

/** A kernel, or a piece of a heavy one, ready to be encoded. */
export interface Dispatch {
  /** Place of its kernel in the sequence. */
  readonly kernel: number;
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  /** Estimated milliseconds, corrected by what submits take. */
  milliseconds: number;
}

/** Writes one kernel into a compute pass. */
export function encodeDispatch(
  pass: GPUComputePassEncoder,
  dispatch: Pick<Dispatch, 'pipeline' | 'bindGroup' | 'x' | 'y'>,
): void {
  pass.setPipeline(dispatch.pipeline);
  pass.setBindGroup(0, dispatch.bindGroup);
  pass.dispatchWorkgroups(dispatch.x, dispatch.y);
}
