/** Contracts in WebAssembly against the interpreter. */
import { it } from 'vitest';
import { describeContracts } from '../kernel-cases/contract-cases.ts';
import { expectSame } from '../kernel-cases/compare.ts';
import { describeEngines } from './testing/engines.ts';

describeEngines((engine) => {
  describeContracts((name, make) => {
    it(name, () => expectSame(engine(), { tolerance: 1e-5, ...make() }));
  });
});
