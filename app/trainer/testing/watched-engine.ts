/** An engine that remembers what it planned for each program that it was given to load. */
import type { Engine } from '../../engine/engine.ts';

/** The engine, and the bytes planned for the programs loaded so far. */
export function watchPlans(engine: Engine): { readonly watched: Engine; readonly planned: number[] } {
  const planned: number[] = [];
  const watched: Engine = {
    info: engine.info,
    limits: engine.limits,
    lost: engine.lost,
    plan: (program) => engine.plan(program),
    load: (program, options) => {
      planned.push(engine.plan(program).total);
      return engine.load(program, options);
    },
    dispose: () => engine.dispose(),
  };
  return { watched, planned };
}
