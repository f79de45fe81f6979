/** Tells networks from solvers, which come under the same file extension. */
import { NetParameter } from '../app/caffe/schema/net-messages.ts';
import { SolverParameter } from '../app/caffe/schema/solver-messages.ts';
import { parse } from '../app/caffe/text/parse.ts';

/** Whether a text is a solver, by the names of its outermost fields; a net where that is open. */
export function kindOf(text: string): 'net' | 'solver' {
  let votes = 0;
  for (const { name } of parse(text).root.fields) {
    votes += Number(Object.hasOwn(SolverParameter.fields, name)) - Number(Object.hasOwn(NetParameter.fields, name));
  }
  return votes > 0 ? 'solver' : 'net';
}
