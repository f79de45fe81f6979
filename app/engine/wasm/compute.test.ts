/** Compute kernels in WebAssembly against the interpreter. */
import { describeComputeKernels } from '../kernel-cases/compute-cases.ts';
import { expectSame } from '../kernel-cases/compare.ts';
import { describeEngines } from './testing/engines.ts';

describeEngines((engine) => {
  describeComputeKernels((test) => expectSame(engine(), test));
});
