/** Flat points taken apart into coordinates. */
import type { Axis } from '../ir/expr.ts';
import type { Value } from './blocks.ts';
import type { Emitter } from './emitter.ts';
import { quotient } from './scalar-operations.ts';

/** Binds axes to the coordinates of a flat point. */
export function bindCoordinates(em: Emitter, axes: readonly Axis[], flat: Value): void {
  let rest = flat;
  axes.toReversed().forEach((a, i) => {
    if (i === axes.length - 1) {
      em.bind(a, rest);
      return;
    }
    const [over, within] = divide(em, rest, a.extent);
    em.bind(a, within);
    rest = over;
  });
}

/** Quotient and remainder of a value that is not negative. */
export function divide(em: Emitter, value: Value, by: number): readonly [Value, Value] {
  const part = (fn: 'floordiv' | 'mod'): Value =>
    em.define(`${fn} ${by} true`, 'i32', [value], (code, push) => {
      push(value);
      quotient(code, fn, true, true, by, [0, 0]);
    });
  return [part('floordiv'), part('mod')];
}
