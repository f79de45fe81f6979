/** What the run would take of the device's memory, asked of the train worker when the texts have rested. */
import { useEffect, useState } from 'react';
import { attempt, train } from '../shell/commands/workers.ts';
import { useDataset } from '../store/dataset.ts';
import { useDocument } from '../store/document.ts';
import { isActive, useRun } from '../store/run.ts';
import type { MemoryForecast } from '../workers/protocol.ts';

/** Milliseconds that the texts must rest. */
const REST = 700;

/** The forecast for the texts as they are; undefined while nothing can be said, and during a run. */
export function useMemoryForecast(): MemoryForecast | undefined {
  const netText = useDocument((state) => state.netText);
  const solverText = useDocument((state) => state.solverText);
  const complete = useDocument((state) => state.nets?.TRAIN.complete === true && state.solver !== undefined);
  const opened = useDataset((state) => state.opened);
  const engine = useRun((state) => state.engine);
  const active = useRun((state) => isActive(state.state));
  const asking = complete && opened !== undefined && engine.status === 'ready' && !active;
  const [found, setFound] = useState<MemoryForecast>();
  useEffect(() => {
    if (!asking) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      void attempt(
        async () => {
          const forecast = await train.call({ kind: 'forecast', netText, solverText });
          if (current) setFound(forecast);
        },
        // Nobody asked for it: what stands in the way is told when the run is started.
        () => setFound(undefined),
      );
    }, REST);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asking, netText, solverText, opened, engine]);
  return asking ? found : undefined;
}
